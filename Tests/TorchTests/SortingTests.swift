// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch

@Suite struct SortingTests {
  private let x: Tensor

  init() throws { x = try Tensor([3, 1, 2, 1, 5, 5, 0, 5] as [Float], shape: [2, 4]) }

  @Test func `elements are put in order, and equals keep theirs`() throws {
    let rising = try x.sorted()
    #expect(try rising.values.numbers() == [1, 1, 2, 3, 0, 5, 5, 5])
    #expect(try rising.indices.integers() == [1, 3, 2, 0, 2, 0, 1, 3])
    let falling = try x.sorted(axis: 1, descending: true)
    #expect(try falling.values.numbers() == [3, 2, 1, 1, 5, 5, 5, 0])
    #expect(try falling.indices.integers() == [0, 2, 1, 3, 0, 1, 3, 2])
    #expect(try x.sorted(axis: 0).values.numbers() == [3, 1, 0, 1, 5, 5, 2, 5])
  }

  @Test func `the greatest and the least come first`() throws {
    #expect(try x.top(2).values.numbers() == [3, 2, 5, 5])
    #expect(try x.top(2, least: true).values.numbers() == [1, 1, 0, 5])
    #expect(try x.top(1, axis: 0).indices.integers() == [1, 1, 0, 1])
    #expect(try x.top(0).values.shape == [2, 0])
    #expect(throws: TorchError.self) { try x.top(5) }
    #expect(throws: TorchError.self) { try x.top(-1) }
  }

  @Test func `medians, modes, quantiles and different elements`() throws {
    #expect(try x.median(axis: 1).numbers() == [1, 5])
    #expect(try x.mode(axis: 1).numbers() == [1, 5])
    #expect(try Tensor([2, 1, 2, 1] as [Int]).mode(axis: 0).number() == 1)
    try expectClose(x.quantile(0.5, axis: 1), [1.5, 5])
    try expectClose(x.quantile(0, axis: 1), [1, 0])
    try expectClose(x.quantile(1, axis: 0), [5, 5, 2, 5])
    #expect(try x.unique().numbers() == [0, 1, 2, 3, 5])
    #expect(try Tensor.zeros([0]).unique().shape == [0])
  }

  @Test func `the gradient of a sorted element goes where it came from`() throws {
    let a = try Tensor([3, 1, 2] as [Double]).tracked()
    try expectClose(gradient(of: a.sorted().values[0], withRespectTo: a), [0, 1, 0])
    try expectClose(gradient(of: a.top(2).values.sum(), withRespectTo: a), [1, 0, 1])
  }
}
