// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import TestSupport
import Testing
import Torch

@Suite struct KnownMechanismTests {
  private static let smooth = ["product", "triple product", "quadratic", "logistic"]

  @Test(arguments: KnownMechanism.all.map(\.name))
  func `the formula is the path integral`(name: String) throws {
    let mechanism = try #require(KnownMechanism.all.first { $0.name == name })
    let truth = try mechanism.groundTruth(count: 40, seed: 1)
    let attributions = try #require(truth.truth.attributions).tensors[0]
    let isSmooth = Self.smooth.contains(name)
    let integrated = try IntegratedGradients(
      mechanism.model, quantity: mechanism.quantity, from: mechanism.baseline,
      steps: isSmooth ? 64 : nil, rule: isSmooth ? .gaussLegendre : .exact
    ).attributions(for: truth.inputs)
    try expectClose(integrated.values, attributions, absolute: 1e-10)
    try expectClose(
      #require(integrated.completenessGap), [Double](repeating: 0, count: 40), absolute: 1e-10)
  }

  @Test(arguments: [
    (KnownMechanism.and, [1.0, 1], [0.5, 0.5]), (.and, [1, 0], [0, 0]),
    (.or, [1, 1], [0.5, 0.5]), (.or, [0.25, 0.5], [0.25, 0.5]),
    (.xor, [1, 1], [0, 0]), (.xor, [1, 0], [1, 0]), (.greater, [2, 1], [2, 0]),
    (.saturation, [2, 5], [1, 0]), (.veto, [3, 1], [1.5, -0.5]), (.veto, [1.5, 1], [0, 0]),
    (.difference, [-1, 1, 9], [-1, -1, 0]), (.triple, [1, 2, 3], [2, 2, 2]),
    (.logistic, [0, 0], [0, 0]),
  ])
  func `known rows`(mechanism: KnownMechanism, row: [Double], expected: [Double]) {
    #expect(mechanism.attributions(of: row) == expected)
  }

  @Test(arguments: KnownMechanism.all.map(\.name))
  func `what nothing depends on changes nothing, and the rest something`(name: String) throws {
    let mechanism = try #require(KnownMechanism.all.first { $0.name == name })
    let inputs = try mechanism.groundTruth(count: 40, seed: 2).inputs
    func output(_ x: Tensor) throws -> Tensor {
      try mechanism.model.evaluate([Place("y")], given: [Place("x"): x])[0]
    }
    for (feature, matters) in mechanism.depends.enumerated() {
      let zero = try Tensor.zeros([40, 1], type: .float64)
      let without = try inputs.replacingSlice(zero, axis: 1, from: feature, to: feature + 1)
      let change = try (output(without) - output(inputs)).absolute().max().number()
      #expect((change > 1e-3) == matters)
    }
  }

  @Test func `Shapley values agree where nothing is done together`() throws {
    for mechanism in [KnownMechanism.linear, .saturation, .product, .triple, .quadratic] {
      let truth = try mechanism.groundTruth(count: 5, seed: 3)
      let shapley = try ShapleyValues(mechanism.model, quantity: mechanism.quantity)
        .attributions(for: truth.inputs)
      try expectClose(
        shapley.values, #require(truth.truth.attributions).tensors[0], absolute: 1e-12)
    }
    // What is done together they share out in their own way.
    let veto = try ShapleyValues(KnownMechanism.veto.model, quantity: .classScore(0))
      .attributions(for: Tensor([3, 1] as [Double], shape: [1, 2]))
    try expectClose(veto.values, [1.5, -0.5], absolute: 1e-12)
    let or = try ShapleyValues(KnownMechanism.or.model, quantity: .classScore(0))
      .attributions(for: Tensor([0.5, 1] as [Double], shape: [1, 2]))
    try expectClose(or.values, [0.25, 0.75], absolute: 1e-12)
    #expect(KnownMechanism.or.attributions(of: [0.5, 1])[0] == 0.5 * (1 - (1 - 1 / 1.5)))
  }

  @Test func `names are apart, and instances depend on seed and place alone`() throws {
    #expect(Set(KnownMechanism.all.map(\.name)).count == KnownMechanism.all.count)
    let few = try KnownMechanism.veto.groundTruth(count: 3, seed: 4).inputs
    let many = try KnownMechanism.veto.groundTruth(count: 9, seed: 4).inputs
    try expectClose(many[0..<3], few, absolute: 0, relative: 0)
    let others = try KnownMechanism.veto.groundTruth(count: 3, seed: 5).inputs
    #expect(try relativeL1(others, few) > 0.1)
  }
}
