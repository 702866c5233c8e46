// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

@Suite struct SequentialDistributionTests {
  /// A sentence of three words in two numbers each, read by a smooth network.
  static func reader() throws -> FunctionModel {
    let generator = try Generator(seed: 4)
    let first = try Tensor.normal([6, 5], type: .float64, from: generator)
    let second = try Tensor.normal([5, 2], type: .float64, from: generator)
    return ToyModels.function { x in
      try x.flattened(from: 1).matrixProduct(first).hyperbolicTangent().matrixProduct(second)
    }
  }

  static func sentences(_ count: Int) throws -> Tensor {
    try Tensor.normal([count, 3, 2], type: .float64, from: Generator(seed: 8))
  }

  static let words: Result<Tensor, any Error> = Result {
    try Tensor([7, 0, -2], shape: [3, 1])
  }

  @Test(arguments: [1, 2, 100]) func `each word sums to what it alone changes`(rows: Int) throws {
    let model = try Self.reader()
    let x = try Self.sentences(4)
    let mask = try Tensor([0.3, -0.1] as [Double], shape: [1, 1, 2])
    var engine = InternalInfluence(
      model, distribution: .sequential(groups: try Self.words.get(), from: .tensor(mask)),
      quantity: .classScore(0))
    engine.rowLimit = .rows(rows)
    let result = try engine.attributions(for: x)
    func score(_ x: Tensor) throws -> Tensor {
      try model.evaluate([Place("y")], given: [Place("x"): x])[0][.all, 0]
    }
    for word in 0..<3 {
      let without = try x.replacingSlice(
        mask.broadcast(to: [4, 1, 2]), axis: 1, from: word, to: word + 1)
      try expectClose(
        result.values[.all, word].sum(axes: [1]), score(x) - score(without), absolute: 1e-9)
    }
    try expectClose(#require(result.completenessGap), [0, 0, 0, 0], absolute: 1e-9)
    try expectClose(#require(result.quantity.end), score(x), absolute: 1e-12)
    #expect(result.cost.samples == 150)
  }

  @Test func `in a product each factor gets all, where integrated gradients halve it`() throws {
    let product = ToyModels.function { try $0[.all, 0..<1] * $0[.all, 1..<2] }
    let x = try Tensor([3, 5] as [Double], shape: [1, 2])
    let result = try InternalInfluence(
      product, distribution: .sequential(groups: Tensor([0, 1]), steps: 2),
      quantity: .classScore(0)
    ).attributions(for: x)
    try expectClose(result.values, [15, 15], absolute: 1e-12)
    try expectClose(#require(result.quantity.start), [-15], absolute: 1e-12)
    let both = try InternalInfluence(
      product, distribution: .sequential(groups: Tensor([4, 4]), steps: 2),
      quantity: .classScore(0)
    ).attributions(for: x)
    try expectClose(both.values, [7.5, 7.5], absolute: 1e-12)
  }

  @Test func `groups may differ between instances and baselines be several`() throws {
    let model = try Self.reader()
    let x = try Self.sentences(3)
    let groups = try Tensor([0, 1, 2, 0, 0, 1, 2, 2, 1], shape: [3, 3, 1])
    let baseline = MixedBaseline([(ZeroBaseline(), 1), (ConstantBaseline(0.5), 3)])
    let distribution = SequentialDistribution(groups: groups, from: baseline, steps: 40)
    let engine = InternalInfluence(model, distribution: distribution, quantity: .classScore(1))
    let whole = try engine.attributions(for: x)
    try expectClose(#require(whole.completenessGap), [0, 0, 0], absolute: 1e-8)
    for row in 0..<3 {
      var alone = engine
      alone.distribution = SequentialDistribution(
        groups: try groups[row..<row + 1], from: baseline, steps: 40)
      try expectClose(
        alone.attributions(for: x[row..<row + 1]).values, whole.values[row..<row + 1],
        absolute: 1e-12)
    }
    #expect(
      try DistributionLaws.violations(of: distribution, around: Activation(x)) == [])
  }

  @Test func `groups that are no whole numbers or do not fit are refused`() throws {
    let x = try Self.sentences(2)
    func explain(_ groups: Tensor) throws -> Attributions {
      try InternalInfluence(
        Self.reader(), distribution: .sequential(groups: groups), quantity: .classScore(0)
      ).attributions(for: x)
    }
    #expect(throws: GroupsError.notWhole(.float64)) { try explain(Tensor([0.0, 1.0])) }
    #expect(throws: ActivationError.self) { try explain(Tensor([0, 1, 2, 3, 4])) }
  }
}
