// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct ShapeTests {
  /// 0…5 as `[2, 3]`.
  private let x: Tensor

  init() throws { x = try Tensor.range(to: 6).reshaped(to: [2, 3]) }

  @Test func `elements keep their row-major order under another shape`() throws {
    #expect(try x.reshaped(to: [3, -1]).shape == [3, 2])
    #expect(try x.transposed().reshaped(to: [6]).integers() == [0, 3, 1, 4, 2, 5])
    #expect(try x.flattened().shape == [6])
    #expect(try Tensor.ones([2, 3, 4, 5]).flattened(from: 1, to: 2).shape == [2, 12, 5])
    #expect(try Tensor(1.0).flattened().shape == [1])
    #expect(throws: TorchError.self) { try x.reshaped(to: [4, 2]) }
    #expect(throws: TorchError.self) { try x.reshaped(to: [-1, -1]) }
  }

  @Test func `axes change places`() throws {
    #expect(try x.transposed().integers() == [0, 3, 1, 4, 2, 5])
    #expect(try x.transposed(0, 1).shape == [3, 2])
    let cube = try Tensor.range(to: 24).reshaped(to: [2, 3, 4])
    #expect(try cube.permuted(to: [2, 0, 1]).shape == [4, 2, 3])
    #expect(try cube.permuted(to: [2, 0, 1])[3, 1, 2].number() == 23)
    #expect(throws: TorchError.self) { try cube.permuted(to: [0, 1]) }
    #expect(throws: TorchError.self) { try cube.permuted(to: [0, 0, 1]) }
  }

  @Test func `axes of length 1 come and go`() throws {
    #expect(try x.unsqueezed(axis: 0).shape == [1, 2, 3])
    #expect(try x.unsqueezed(axis: -1).shape == [2, 3, 1])
    #expect(try x.unsqueezed(axis: 1).squeezed(axis: 1).shape == [2, 3])
    #expect(try x.squeezed(axis: 0).shape == [2, 3])
    #expect(throws: TorchError.self) { try x.unsqueezed(axis: 4) }
    #expect(throws: TorchError.self) { try x.squeezed(axis: 2) }
  }

  @Test func `tensors are stretched, laid side by side and repeated`() throws {
    #expect(try x.broadcast(to: [4, -1, 3]).shape == [4, 2, 3])
    #expect(try x[.all, 0..<1].broadcast(to: [2, 2]).integers() == [0, 0, 3, 3])
    #expect(throws: TorchError.self) { try x.broadcast(to: [2, 4]) }
    #expect(try x.tiled([1, 2]).integers() == [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
    #expect(try x.tiled([2, 1, 1]).shape == [2, 2, 3])
    #expect(try x.repeatingEach(2, axis: 1).integers() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    #expect(try x.repeatingEach(3).shape == [6, 3])
  }

  @Test func `tensors are joined and cut`() throws {
    #expect(try Tensor.concatenated([x, x]).shape == [4, 3])
    #expect(
      try Tensor.concatenated([x, x[.all, ..<1]], axis: -1).integers()
        == [0, 1, 2, 0, 3, 4, 5, 3])
    #expect(try Tensor.concatenated([x]).shape == [2, 3])
    #expect(try Tensor.stacked([x, x], axis: 1).shape == [2, 2, 3])
    #expect(throws: TorchError.self) { try Tensor.concatenated([]) }
    #expect(throws: TorchError.self) { try Tensor.concatenated([x, x.transposed()]) }
    #expect(throws: TorchError.self) { try Tensor.stacked([x, x.transposed()]) }
    let parts = try x.split(lengths: [1, 0, 2], axis: 1)
    #expect(parts.map(\.shape) == [[2, 1], [2, 0], [2, 2]])
    #expect(try parts[2].integers() == [1, 2, 4, 5])
    #expect(try Tensor.range(to: 20).split(lengths: [Int](repeating: 1, count: 20)).count == 20)
    #expect(throws: TorchError.self) { try x.split(lengths: [1, 1], axis: 1) }
    #expect(throws: TorchError.self) { try x.split(lengths: [], axis: 1) }
  }

  @Test func `elements turn round and move along`() throws {
    #expect(try x.flipped(axes: [1]).integers() == [2, 1, 0, 5, 4, 3])
    #expect(try x.flipped(axes: [-1, 0]).integers() == [5, 4, 3, 2, 1, 0])
    #expect(try x.rolled(by: [1], axes: [1]).integers() == [2, 0, 1, 5, 3, 4])
    #expect(try x.rolled(by: [-1], axes: [0]).integers() == [3, 4, 5, 0, 1, 2])
  }

  @Test func `padding adds and takes away`() throws {
    #expect(
      try x.padded(before: [1, 0], after: [0, 1], with: 9).integers()
        == [9, 9, 9, 9, 0, 1, 2, 9, 3, 4, 5, 9])
    #expect(try x.padded(before: [0, -1], after: [0, -1]).integers() == [1, 4])
    #expect(throws: TorchError.self) { try x.padded(before: [0, 0], after: [0, 1], with: 0.5) }
    #expect(throws: TorchError.self) { try x.padded(before: [0, -2], after: [0, -2]) }
  }

  @Test func `triangles keep their side of a diagonal`() throws {
    let ones = try Tensor.ones([3, 3])
    #expect(try ones.lowerTriangle().numbers() == [1, 0, 0, 1, 1, 0, 1, 1, 1])
    #expect(try ones.upperTriangle(diagonal: 1).numbers() == [0, 1, 1, 0, 0, 1, 0, 0, 0])
  }

  @Test func `memory is in order where that is asked for`() throws {
    #expect(try x.transposed().contiguous().integers() == [0, 3, 1, 4, 2, 5])
    #expect(try x.transposed().copied().integers() == [0, 3, 1, 4, 2, 5])
  }

  @Test func `gradients come back in the shape of the input`() throws {
    let a = try Tensor([1, 2, 3, 4, 5, 6] as [Double], shape: [2, 3]).tracked()
    let weight = try Tensor.range(to: 6).converted(to: .float64)
    for moved in [
      try a.transposed().reshaped(to: [6]), try a.permuted(to: [1, 0]).flattened(),
      try Tensor.concatenated(a.split(lengths: [1, 1, 1], axis: 1).map { try $0.flattened() }),
    ] {
      try expectClose(
        gradient(of: (moved * weight).sum(), withRespectTo: a), [0, 2, 4, 1, 3, 5], shape: [2, 3])
    }
    let padded = try a.padded(before: [1, 1], after: [1, 1], with: 7)
    try expectClose(gradient(of: padded.sum(), withRespectTo: a), Tensor.ones([2, 3]))
    let tiled = try a.broadcast(to: [5, 2, 3]).sum() + a.tiled([2, 2]).sum()
    try expectClose(gradient(of: tiled, withRespectTo: a), Tensor.full([2, 3], 9))
  }
}
