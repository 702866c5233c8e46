// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct IndexingTests {
  /// 0…23 as `[2, 3, 4]`: the element at (i, j, k) is 12 i + 4 j + k.
  private let x: Tensor
  /// 0…9.
  private let v: Tensor

  init() throws {
    x = try Tensor.range(to: 24).reshaped(to: [2, 3, 4])
    v = try Tensor.range(to: 10)
  }

  @Test func `places take an axis away, and count from the end with negative numbers`() throws {
    #expect(try x[1].shape == [3, 4])
    #expect(try x[1, 2, 3].number() == 23)
    #expect(try x[-1, -3, 1].number() == 13)
    #expect(try x[.all, 1, 2].integers() == [6, 18])
  }

  @Test func `ranges keep an axis`() throws {
    #expect(try v[2..<5].integers() == [2, 3, 4])
    #expect(try v[2...5].integers() == [2, 3, 4, 5])
    #expect(try v[7...].integers() == [7, 8, 9])
    #expect(try v[..<2].integers() == [0, 1])
    #expect(try v[...2].integers() == [0, 1, 2])
    #expect(try v[.every(4)].integers() == [0, 4, 8])
    #expect(try v[.every(4, from: 1)].integers() == [1, 5, 9])
    #expect(try v[3..<3].shape == [0])
  }

  @Test func `range ends count from the end with negative numbers`() throws {
    #expect(try v[(-3)...].integers() == [7, 8, 9])
    #expect(try v[..<(-7)].integers() == [0, 1, 2])
    #expect(try v[...(-8)].integers() == [0, 1, 2])
    #expect(try v[...(-1)].count == 10)
    #expect(try v[(-3)...(-1)].integers() == [7, 8, 9])
    #expect(try v[(-3)..<(-1)].integers() == [7, 8])
    #expect(try v[(-3)..<0].integers() == [7, 8, 9])
  }

  @Test func `ranges are cut at the axis`() throws {
    #expect(try v[8..<100].integers() == [8, 9])
    #expect(try v[8...Int.max].integers() == [8, 9])
    #expect(try v[...Int.max].count == 10)
    #expect(try v[50...].shape == [0])
    #expect(try v[(-50)..<2].integers() == [0, 1])
  }

  @Test func `an ellipsis stands for whole axes, and new axes have length 1`() throws {
    #expect(try x[.ellipsis, 0].integers() == [0, 4, 8, 12, 16, 20])
    #expect(try x[1, .ellipsis, 0].integers() == [12, 16, 20])
    #expect(try x[.ellipsis].shape == [2, 3, 4])
    #expect(try x[0, 0, .ellipsis, 0].number() == 0)
    #expect(try x[.newAxis, .all, .newAxis].shape == [1, 2, 1, 3, 4])
    #expect(try x[.ellipsis, .newAxis].shape == [2, 3, 4, 1])
    #expect(try x[.newAxis, .ellipsis, 1, .newAxis].shape == [1, 2, 3, 1])
  }

  @Test func `what is not there is an error`() throws {
    #expect(throws: TorchError.self) { try x[2] }
    #expect(throws: TorchError.self) { try x[-3] }
    #expect(throws: TorchError.self) { try x[0, 0, 0, 0] }
    #expect(throws: TorchError.self) { try x[.ellipsis, 0, .ellipsis] }
    #expect(throws: TorchError.self) { try Tensor(1.0)[0] }
    #expect(throws: TorchError.self) { try x.selecting(Tensor([3]), axis: 1) }
    #expect(throws: TorchError.self) { try x.selecting(Tensor([0]), axis: 3) }
    #expect(throws: TorchError.self) { try v.gathered(Tensor([10]), axis: 0) }
    #expect(throws: TorchError.self) { try v.gathered(Tensor([-1]), axis: 0) }
    #expect(throws: TorchError.self) { try v.taking([Tensor([10])]) }
    #expect(throws: TorchError.self) { try v.scattered(Tensor([1]), at: Tensor([10]), axis: 0) }
    #expect(throws: TorchError.self) {
      try Tensor.ones([2, 3]).embedded(Tensor([2]))
    }
    #expect(throws: TorchError.self) { try Tensor([3]).oneHot(classes: 3) }
  }

  @Test func `tensors of places select, gather and take`() throws {
    #expect(try x.selecting(Tensor([2, 0]), axis: 1)[0].integers() == [8, 9, 10, 11, 0, 1, 2, 3])
    let matrix = try Tensor([10, 11, 20, 21], shape: [2, 2])
    let places = try Tensor([1, 0, 0, 0], shape: [2, 2])
    #expect(try matrix.gathered(places, axis: 1).integers() == [11, 10, 20, 20])
    #expect(try matrix.gathered(places, axis: 0).integers() == [20, 11, 10, 11])
    #expect(try x.taking([Tensor([1, 0]), nil, Tensor([3, 2])]).shape == [2, 3])
    #expect(
      try x.taking([Tensor([1, 0]), nil, Tensor([3, 2])]).integers() == [15, 19, 23, 2, 6, 10])
    #expect(try v.taking([Tensor([-1])]).integers() == [9])
    let table = try Tensor([0, 1, 10, 11, 20, 21] as [Float], shape: [3, 2])
    #expect(try table.embedded(Tensor([2, 0])).numbers() == [20, 21, 0, 1])
    #expect(try Tensor([1, 0]).oneHot(classes: 3).integers() == [0, 1, 0, 1, 0, 0])
    #expect(try Tensor([0, 5, 0, 6]).indicesOfNonzero().integers() == [1, 3])
  }

  @Test func `values are written into a copy`() throws {
    let zeros = try Tensor.zeros([4])
    let places = try Tensor([1, 3, 1])
    let values = try Tensor([5, 6, 7] as [Float])
    #expect(try zeros.scattered(values, at: places, axis: 0, .adding).numbers() == [0, 12, 0, 6])
    #expect(
      try Tensor.ones([4]).scattered(values, at: places, axis: 0, .multiplying).numbers()
        == [1, 35, 1, 6])
    #expect(
      try zeros.scattered(values[..<2], at: places[..<2], axis: 0).numbers() == [0, 5, 0, 6])
    #expect(try zeros.putting(values, at: [places], accumulating: true).numbers() == [0, 12, 0, 6])
    #expect(try zeros.putting(Tensor(2 as Float), at: [places]).numbers() == [0, 2, 0, 2])
    #expect(
      try zeros.replacingSlice(values[..<2], axis: 0, from: 0, by: 2).numbers() == [5, 0, 6, 0])
    #expect(
      try zeros.filled(with: 3, where: Tensor([true, false, true, false])).numbers()
        == [3, 0, 3, 0])
    #expect(try zeros.numbers() == [0, 0, 0, 0])
    #expect(throws: TorchError.self) {
      try v.filled(with: 0.5, where: Tensor.ones([10], type: .bool))
    }
  }

  @Test func `gradients flow through indexing`() throws {
    let a = try Tensor([1, 2, 3, 4] as [Double]).tracked()
    let part = try a[1...].squared().sum() + a.taking([Tensor([0, 0])]).sum()
    try expectClose(gradient(of: part, withRespectTo: a), [2, 4, 6, 8])
    let scattered = try Tensor.zeros([3], type: .float64)
      .scattered(a[..<2], at: Tensor([2, 0]), axis: 0)
    let weight = try Tensor([1, 10, 100] as [Double])
    try expectClose(
      gradient(of: (scattered * weight).sum(), withRespectTo: a), [100, 1, 0, 0])
  }
}
