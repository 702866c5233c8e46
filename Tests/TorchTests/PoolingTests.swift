// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct PoolingTests {
  @Test(arguments: [[6], [4, 6], [4, 2, 6]])
  func `windows beside each other give maximum and mean`(size: [Int]) throws {
    let x = try Tensor.normal([2, 3] + size, type: .float64, from: Generator(seed: 1))
    let window = size.map { _ in 2 }
    // Each axis becomes two, [n / 2, 2]; the second ones are reduced.
    let parts = try x.reshaped(to: [2, 3] + size.flatMap { [$0 / 2, 2] })
    let inner = size.indices.map { 3 + 2 * $0 }
    try expectClose(x.maxPooled(window: window), parts.max(axes: inner))
    try expectClose(x.averagePooled(window: window), parts.mean(axes: inner), absolute: 1e-14)
    try expectClose(
      x.averagePooled(toSize: size.map { $0 / 2 }), parts.mean(axes: inner), absolute: 1e-14)
    try expectClose(
      x.averagePooled(toSize: size.map { _ in 1 }).flattened(from: 1).flattened(),
      x.flattened(from: 2).mean(axes: [2]).flattened(), absolute: 1e-14)
  }

  @Test func `stride, padding, dilation and rounding up`() throws {
    let x = try Tensor([1, 5, 2, 4, 3, 9] as [Double], shape: [1, 1, 6])
    try expectClose(x.maxPooled(window: [2], stride: [1]), [5, 5, 4, 4, 9])
    try expectClose(x.maxPooled(window: [3], padding: [1]), [5, 4])
    try expectClose(x.maxPooled(window: [4], roundingUp: true), [5, 9])
    try expectClose(x.maxPooled(window: [2], stride: [1], dilation: [2]), [2, 5, 3, 9])
    try expectClose((x * -1).maxPooled(window: [2], padding: [1]), [-1, -2, -3, -9])
    try expectClose(x.averagePooled(window: [2], padding: [1]), [0.5, 3.5, 3.5, 4.5])
    try expectClose(
      x.averagePooled(window: [2], padding: [1], countingPadding: false), [1, 3.5, 3.5, 9])
    try expectClose(x.averagePooled(window: [4], roundingUp: true), [3, 6])
    try expectClose(x.averagePooled(window: [3], stride: [2]), [8 / 3.0, 3])
  }

  @Test func `indices name the places of the maxima, and gradients go there`() throws {
    let x = try Tensor([1, 5, 2, 4, 3, 9, 7, 8] as [Double], shape: [1, 1, 2, 4]).tracked()
    let pooled = try x.maxPooledWithIndices(window: [2, 2])
    #expect(try pooled.values.numbers() == [9, 8])
    #expect(try pooled.indices.integers() == [5, 7])
    try expectClose(
      gradient(of: pooled.values.sum(), withRespectTo: x), [0, 0, 0, 0, 0, 1, 0, 1])
    try expectClose(
      gradient(of: x.averagePooled(window: [2, 2]).sum(), withRespectTo: x),
      [Double](repeating: 0.25, count: 8))
  }

  @Test func `what does not fit is an error`() throws {
    let x = try Tensor.ones([1, 1, 4, 4])
    #expect(throws: TorchError.self) { try x.maxPooled(window: []) }
    #expect(throws: TorchError.self) { try x.maxPooled(window: [1, 1, 1, 1]) }
    #expect(throws: TorchError.self) { try x.maxPooled(window: [0, 2]) }
    #expect(throws: TorchError.self) { try x.maxPooled(window: [5, 5]) }
    #expect(throws: TorchError.self) { try x.maxPooled(window: [2, 2], stride: [0, 0]) }
    #expect(throws: TorchError.self) { try x.maxPooled(window: [2, 2], padding: [2, 2]) }
    #expect(throws: TorchError.self) { try x.maxPooled(window: [2, 2], dilation: [0, 0]) }
    #expect(throws: TorchError.self) { try x.averagePooled(window: [0, 2]) }
    #expect(throws: TorchError.self) { try x.averagePooled(window: [2, 2], stride: [0, 1]) }
    #expect(throws: TorchError.self) { try x.averagePooled(window: [2, 2], padding: [-1, 0]) }
    #expect(throws: TorchError.self) { try x.averagePooled(toSize: [-1, 1]) }
    #expect(throws: TorchError.self) { try Tensor(1.0).averagePooled(window: [2]) }
  }
}
