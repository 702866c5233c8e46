// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing
import Torch

@Suite struct ReductionTests {
  /// The rows 1, 2, 3 and 4, 5, 9.
  private let x: Tensor

  init() throws { x = try Tensor([1, 2, 3, 4, 5, 9] as [Double], shape: [2, 3]) }

  @Test func `all axes are reduced where none are named`() throws {
    #expect(try x.sum().number() == 24)
    #expect(try x.mean().number() == 4)
    #expect(try x.max().number() == 9)
    #expect(try x.min().number() == 1)
    try expectClose(x.variance(), [20 / 3], shape: [])
    try expectClose(x.variance(correction: 1), [8], shape: [])
    try expectClose(x.norm(), [sqrt(136)], shape: [])
    try expectClose(x.norm(1), [24], shape: [])
    try expectClose(x.norm(.infinity), [9], shape: [])
    #expect(try x.sum(keepingAxes: true).shape == [1, 1])
    #expect(try Tensor(3.0).sum().number() == 3)
    #expect(try Tensor(3.0).max().number() == 3)
  }

  @Test(arguments: [[0], [-2]])
  func `axes count from both ends`(axes: [Int]) throws {
    try expectClose(x.sum(axes: axes), [5, 7, 12], shape: [3])
    try expectClose(x.mean(axes: axes), [2.5, 3.5, 6], shape: [3])
    try expectClose(x.max(axes: axes), [4, 5, 9], shape: [3])
    try expectClose(x.min(axes: axes), [1, 2, 3], shape: [3])
    try expectClose(x.variance(axes: axes), [2.25, 2.25, 9], shape: [3])
    try expectClose(x.sum(axes: axes, keepingAxes: true), [5, 7, 12], shape: [1, 3])
    try expectClose(x.product(axis: axes[0]), [4, 10, 27], shape: [3])
    try expectClose(x.product(axis: axes[0], keepingAxis: true), [4, 10, 27], shape: [1, 3])
    try expectClose(
      x.logSumExp(axes: axes), [log(exp(1) + exp(4)), log(exp(2) + exp(5)), log(exp(3) + exp(9))],
      shape: [3])
    #expect(try x.indexOfMaximum(axis: axes[0]).integers() == [1, 1, 1])
    #expect(try x.indexOfMinimum(axis: axes[0], keepingAxis: true).shape == [1, 3])
    try expectClose(x.cumulativeSum(axis: axes[0]), [1, 2, 3, 5, 7, 12], shape: [2, 3])
    try expectClose(x.cumulativeProduct(axis: axes[0]), [1, 2, 3, 4, 10, 27], shape: [2, 3])
  }

  @Test(arguments: [false, true])
  func `an empty list of axes reduces nothing`(keeping: Bool) throws {
    for result in [
      try x.sum(axes: [], keepingAxes: keeping), try x.mean(axes: [], keepingAxes: keeping),
      try x.max(axes: [], keepingAxes: keeping), try x.min(axes: [], keepingAxes: keeping),
      try x.logSumExp(axes: [], keepingAxes: keeping), try x.norm(axes: [], keepingAxes: keeping),
    ] {
      try expectClose(result, x)
    }
    try expectClose(x.variance(axes: [], keepingAxes: keeping), Tensor.zeros([2, 3]))
  }

  @Test func `several axes are reduced at once`() throws {
    let cube = try Tensor.range(to: 24).reshaped(to: [2, 3, 4]).converted(to: .float64)
    #expect(try cube.sum(axes: [0, -1]).numbers() == [60, 92, 124])
    #expect(try cube.max(axes: [2, 0], keepingAxes: true).shape == [1, 3, 1])
    #expect(throws: TorchError.self) { try cube.sum(axes: [0, 0]) }
    #expect(throws: TorchError.self) { try cube.sum(axes: [3]) }
    #expect(throws: TorchError.self) { try cube.mean(axes: [-4]) }
  }

  @Test func `sums of integers and truth values are int64`() throws {
    #expect(try Tensor([200, 100] as [UInt8]).sum().number() == 300)
    #expect(try Tensor([200, 100] as [UInt8]).sum().elementType == .int64)
    #expect(try Tensor([true, true, false]).sum().number() == 2)
    #expect(throws: TorchError.self) { try Tensor([1, 2]).mean() }
  }

  @Test func `any and all read truth values`() throws {
    let truths = try Tensor([true, false, true, true], shape: [2, 2])
    #expect(try truths.any(axis: 0).scalars() == [true, true])
    #expect(try truths.all(axis: 1).scalars() == [false, true])
    #expect(try truths.all(axis: 1, keepingAxis: true).shape == [2, 1])
  }

  @Test func `the first among equals is found, and equals share the gradient`() throws {
    let equal = try Tensor([3, 7, 7, 3] as [Double]).tracked()
    #expect(try equal.indexOfMaximum(axis: 0).number() == 1)
    #expect(try equal.indexOfMinimum(axis: 0).number() == 0)
    try expectClose(gradient(of: equal.max(), withRespectTo: equal), [0, 0.5, 0.5, 0])
    try expectClose(gradient(of: equal.min(), withRespectTo: equal), [0.5, 0, 0, 0.5])
  }

  @Test func `the logarithm of a sum does not overflow`() throws {
    let large = try Tensor([1000, 1000] as [Float])
    try expectClose(large.logSumExp(axes: [0]), [1000 + log(2)], shape: [])
  }
}
