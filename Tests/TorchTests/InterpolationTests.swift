// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct InterpolationTests {
  private let line: Tensor

  init() throws { line = try Tensor([0, 2, 4, 6] as [Double], shape: [1, 1, 4]) }

  @Test(arguments: 1...3)
  func `nearest repeats, and the same size changes nothing`(axes: Int) throws {
    let size = [Int](repeating: 3, count: axes)
    let x = try Tensor.normal([2, 2] + size, type: .float64, from: Generator(seed: 1))
    var repeated = x
    for axis in 0..<axes { repeated = try repeated.repeatingEach(2, axis: axis + 2) }
    try expectClose(x.resized(to: size.map { 2 * $0 }, .nearest), repeated)
    try expectClose(x.resized(to: size, .linear(aligningCorners: false)), x)
    try expectClose(x.resized(to: size, .linear(aligningCorners: true)), x)
    if axes == 2 {
      try expectClose(x.resized(to: size, .cubic(aligningCorners: true)), x, absolute: 1e-12)
    }
  }

  @Test func `linear interpolation of a line is the line`() throws {
    try expectClose(
      line.resized(to: [7], .linear(aligningCorners: true)), [0, 1, 2, 3, 4, 5, 6],
      shape: [1, 1, 7])
    // Half-pixel centers: place i reads at (i + 0.5) / 2 − 0.5, cut at the ends.
    try expectClose(
      line.resized(to: [8], .linear(aligningCorners: false)), [0, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6])
    try expectClose(line.resized(to: [2], .nearest), [0, 4])
    let plane = try line.unsqueezed(axis: 2) + line.unsqueezed(axis: 3) * 10
    let fine = try plane.resized(to: [7, 7], .linear(aligningCorners: true))
    #expect(try fine[0, 0, 3, 5].number() == 35)
  }

  @Test func `sampling reads between the places`() throws {
    let image = try Tensor([0, 1, 2, 3] as [Double], shape: [1, 1, 2, 2])
    let grid = try Tensor([-1, -1, 1, 1, 0, 0, 3, 3] as [Double], shape: [1, 1, 4, 2])
    try expectClose(image.sampled(at: grid, aligningCorners: true), [0, 3, 1.5, 0])
  }

  @Test func `what does not fit is an error`() throws {
    #expect(throws: TorchError.self) { try line.resized(to: [2, 2], .nearest) }
    #expect(throws: TorchError.self) { try line.resized(to: [0], .nearest) }
    #expect(throws: TorchError.self) { try line.resized(to: [-1], .linear(aligningCorners: false)) }
    #expect(throws: TorchError.self) { try line.resized(to: [2], .cubic(aligningCorners: false)) }
    #expect(throws: TorchError.self) { try line.resized(to: [], .nearest) }
  }
}
