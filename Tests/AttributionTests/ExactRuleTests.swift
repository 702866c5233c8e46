// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct ExactRuleTests {
  static let logits = NetworkSlice(to: .logits)

  @Test func `the digits network is integrated exactly`() throws {
    let (model, digits) = try SecantRuleTests.digits()
    let x = try digits[0..<3]
    let exact = try IntegratedGradients(model, slice: Self.logits, rule: .exact)
      .attributions(for: x)
    let change = try #require(exact.quantity.end) - #require(exact.quantity.start)
    let gap = try #require(exact.completenessGap).absolute() / change.absolute()
    #expect(try gap.max().number() < 1e-12)
    #expect(exact.cost.samples > 100)
    // What quadrature and secants converge to.
    let fine = try IntegratedGradients(model, slice: Self.logits, steps: 20_000, rule: .midpoint)
      .attributions(for: x)
    #expect(try relativeL1(fine.values, exact.values) < 1e-3)
    let secants = try IntegratedGradients(model, slice: Self.logits, steps: 2000, rule: .secant)
      .attributions(for: x)
    let distance = try relativeL1(secants.values, exact.values)
    #expect(distance < 1e-5)
    print(exact.cost, try relativeL1(fine.values, exact.values), distance)
  }

  @Test func `a unit behind a unit has its closed form`() throws {
    // relu(relu(x₁) − 1 − relu(x₂)) from 0 to (3, 1).
    let model = ToyModels.function { x in
      let hidden = try x.relu()
      return try (hidden[.all, 0..<1] - 1 - hidden[.all, 1..<2]).relu()
    }
    let x = try Tensor([3, 1] as [Double], shape: [1, 2])
    let result = try IntegratedGradients(model, quantity: .classScore(0), rule: .exact)
      .attributions(for: x)
    try expectClose(result.values, [1.5, -0.5], absolute: 1e-14)
    #expect(result.cost.samples == 2)
  }

  @Test func `conductance of hidden units is exact, too, and so are several baselines`() throws {
    let model = try ToyModels.wrapperNetwork()
    let x = try Tensor([1.5, -0.4, 0.3, 2] as [Double], shape: [2, 2])
    let baseline = MixedBaseline([(ConstantBaseline(-1), 1), (ConstantBaseline(2), 3)])
    for layer in ["hidden", "second"] {
      let exact = try Conductance(
        model, of: .layer(layer), quantity: .classScore(0), from: baseline, rule: .exact
      ).attributions(for: x)
      let fine = try Conductance(
        model, of: .layer(layer), quantity: .classScore(0), from: baseline, steps: 20_000,
        rule: .midpoint
      ).attributions(for: x)
      try expectClose(exact.values, fine.values, absolute: 1e-3)
      try expectClose(#require(exact.completenessGap), [0, 0], absolute: 1e-13)
    }
  }

  @Test func `what is curved, and too many pieces, are refused by name`() throws {
    let (model, digits) = try SecantRuleTests.digits()
    let x = try digits[0..<1]
    let curved = #expect(throws: ExactRuleError.self) {
      try IntegratedGradients(model, quantity: .probability(of: .predicted), rule: .exact)
        .attributions(for: x)
    }
    #expect(curved?.description.contains("softmax") == true)
    #expect(throws: ExactRuleError.tooManyPieces(instance: 0, limit: 20)) {
      try IntegratedGradients(
        model, slice: Self.logits, rule: ExactRule(maximumPieces: 20)
      ).attributions(for: x)
    }
    let bent = PathDistribution(
      CustomPath("bent") { t, start, end in try start + (end - start) * t * t }, rule: .exact)
    #expect(throws: ExactRuleError.curvedPath("bent")) {
      try InternalInfluence(model, distribution: bent, slice: Self.logits).attributions(for: x)
    }
    #expect(throws: ExactRuleError.needsNetwork) {
      try bent.samples(around: Instances(activation: Activation(x)))
    }
  }
}
