// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

@testable import Evaluation

/// Metrics on a cut with two tensors, `a` `[rows, 2]` and `b` `[rows, 3]`, and beside it ids without
/// a gradient: y = (a₁ + 2 a₂) b₁ + ids.
@Suite struct SeveralInputsTests {
  private let model = FunctionModel(
    inputs: [
      ModelInput("a", elementType: .float64), ModelInput("b", elementType: .float64),
      ModelInput("ids", elementType: .int64),
    ], outputs: ["y"]
  ) { values in
    let a = try values["a"] * Tensor([1, 2] as [Double])
    let first = try values["b"].sliced(axis: 1, from: 0, to: 1)
    let product = try a.sum(axes: [1], keepingAxes: true) * first
    try values.mark("y", product + values["ids"].converted(to: .float64))
  }
  private let inputs: Inputs

  init() throws {
    inputs = Inputs([
      "a": try Tensor([1, 1, 2, -1] as [Double], shape: [2, 2]),
      "b": try Tensor([3, 5, 1, -1, 4, 2] as [Double], shape: [2, 3]),
      "ids": try Tensor([7, 8] as [Int64], shape: [2, 1]),
    ])
  }

  @Test func `complexity counts the features of all tensors`() throws {
    let explanation = try Known.product.explanation(of: inputs, in: model)
    // (3, 6; 9, 0, 0) and (−2, 2; 0, 0, 0).
    #expect(try EffectiveComplexity().scores(of: explanation, seed: 0).scores == [3, 2])
    expectClose(
      try Sparseness().scores(of: explanation, seed: 0).scores[1], 0.6, absolute: 1e-15)
  }

  @Test func `dummies are found in each tensor`() throws {
    let explanation = try Known.product.explanation(of: inputs, in: model)
    #expect(
      try DummyAttribution().dummies(of: explanation, seed: 2)
        == [[Bool]](repeating: [false, false, false, true, true], count: 2))
    #expect(try DummyAttribution().scores(of: explanation, seed: 2).scores == [0, 0])
  }

  @Test func `all floating-point inputs move`() throws {
    let explanation = try Known.gradient.explanation(of: inputs, in: model)
    let neighbors = try Neighbors(of: explanation, seed: 1, for: "test")
    let response = try neighbors.next { shape, _ in
      try .full(shape, 0.1, type: .float64)
    }
    // Five elements by 0.1 each; (∂a; ∂b₁) = (b₁, 2 b₁; a₁ + 2 a₂) moves by (0.1, 0.2; 0.3).
    for row in 0..<2 {
      expectClose(response.distances[row], 0.1 * 5.0.squareRoot(), absolute: 1e-14)
      expectClose(response.changes[row], 0.14.squareRoot(), absolute: 1e-14)
    }
  }

  @Test func `a shift of all inputs is taken off again`() throws {
    let explanation = try Known.gradient.explanation(of: inputs, in: model)
    #expect(try InputShiftVariance().scores(of: explanation, seed: 0).scores == [0, 0])
  }

  @Test func `a mask for several tensors is refused`() throws {
    let explanation = try Known.gradient.explanation(
      of: inputs, in: model, truth: Truth(mask: Tensor.ones([1])))
    #expect(throws: MetricError.self) { try PointingGame().scores(of: explanation, seed: 0) }
  }

  @Test(arguments: 0..<5)
  func `metrics keep the laws on several inputs`(index: Int) throws {
    let metric =
      ([
        MaxSensitivity(samples: 3), DummyAttribution(), Sparseness(), CompletenessGap(),
        LinearityViolation(with: .classScore(0)),
      ] as [any Metric])[index]
    let violations = try MetricLaws.violations(
      of: metric, explaining: inputs, in: model, by: Known.integrated, features: .elements)
    #expect(violations.isEmpty, "\(violations)")
  }
}
