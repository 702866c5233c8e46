// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct BaselineSnippets: DigitSnippets {
  let example: DigitExample

  init() throws { example = try DigitExample() }

  @Test func `baselines that ask the network`() throws {
    // snippet: asking-baselines
    let others = Inputs(digits)
    let baselines: [any Baseline] = [
      .median(of: digits), .nearestOfAnotherClass(among: others),
      .nearestOfAnotherClass(among: others, measuredAt: .layer("relu3")), .boundary(in: 0...1),
      .counterfactual(
        toward: .nearestOfAnotherClass(among: others), at: .layer("relu3"), in: 0...1),
      .neutral(in: 0...1), .neutral(near: .zeros, in: 0...1),
    ]
    for baseline in baselines {
      let result = try IntegratedGradients(
        model, quantity: .predictedClass, slice: slice, from: baseline
      ).attributions(for: digit)
      print(baseline.name, try result.values.sum().number())
    }
    // end
    let three = Inputs(try digits[0..<3])
    for baseline in baselines {
      let violations = try BaselineLaws.violations(
        of: baseline, for: three, in: model, tolerance: 1e-3)
      #expect(violations == [], "\(baseline.name)")
    }
  }

  @Test func `a baseline, looked at`() throws {
    // snippet: looking-at-a-baseline
    let instances = try Instances(of: Inputs(digit), in: model)
    let start = try BoundaryBaseline.boundary(in: 0...1).starts(for: instances)[0].activation
    let scores = try instances.function(to: .logits)(start)  // the first two of them tie
    print(try scores.sorted(axis: 1, descending: true).values.numbers())
    // end
    let order = try scores.sorted(axis: 1, descending: true).values.numbers()
    #expect(abs(order[0] - order[1]) < 1e-4)
    #expect(try start.tensors[0].min().number() >= 0 && start.tensors[0].max().number() <= 1)
  }

  @Test func `shifted inputs`() throws {
    // snippet: shifted-inputs
    let shifted = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
    ) { try $0.mark("y", (3 * ($0["x"] - 0.5)).hyperbolicTangent()) }
    let plain = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
    ) { try $0.mark("y", (3 * $0["x"]).hyperbolicTangent()) }
    func explain(_ model: FunctionModel, _ x: Double, from baseline: Double) throws -> Double {
      try IntegratedGradients(model, quantity: .classScore(0), from: .constant(baseline))
        .attributions(for: Tensor([x], shape: [1, 1])).values.number()
    }
    print(try explain(plain, 0.2, from: 0))  // 0.537
    print(try explain(shifted, 0.7, from: 0.5))  // 0.537: shifted along
    print(try explain(shifted, 0.7, from: 0))  // 1.442: zeros mean something else here
    // end
    try expectClose(explain(plain, 0.2, from: 0), 0.537, absolute: 5e-4)
    try expectClose(explain(shifted, 0.7, from: 0.5), explain(plain, 0.2, from: 0), absolute: 1e-12)
    try expectClose(explain(shifted, 0.7, from: 0), 1.442, absolute: 5e-4)
  }
}
