// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import TestSupport
import Testing
import Torch

/// Deletion, insertion and pixel flipping.
@Suite struct RemovalCurveTests {
  private typealias Cases = FaithfulnessCases

  // Of Σ x at (1, 2, 3, 4), in the order of gradient × input.
  private let inputs: Inputs

  init() throws { inputs = try Cases.rows([1, 2, 3, 4]) }

  @Test func `deletion of a sum, by hand`() throws {
    let result = try Cases.result(.deletion(response: .quantity), inputs, Cases.product)
    #expect(result.curves?.heights == [[10, 6, 3, 1, 0]])
    #expect(result.curves?.positions == [0, 0.25, 0.5, 0.75, 1])
    #expect(result.scores == [(10 / 2 + 6 + 3 + 1) / 4])
    let backward = try Cases.result(
      .deletion(response: .quantity), inputs, Cases.fixed([-1, -2, -3, -4]))
    #expect(backward.curves?.heights == [[10, 9, 7, 4, 0]])
    #expect(backward.scores == [6.25])
  }

  @Test func `insertion of a sum, by hand`() throws {
    let insertion = Insertion(removal: .zeros, response: .quantity)
    let result = try Cases.result(insertion, inputs, Cases.product)
    #expect(result.curves?.heights == [[0, 4, 7, 9, 10]])
    #expect(result.scores == [6.25])
    #expect(result.curves?.position == "share of features inserted")
    let both = InsertionLessDeletion(
      insertion: insertion, deletion: Deletion(response: .quantity))
    #expect(try Cases.result(both, inputs, Cases.product).scores == [2.5])
  }

  @Test func `features of a step go together, the rest in the last`() throws {
    let curves = try Cases.result(
      .deletion(step: .features(3), response: .quantity), inputs, Cases.product
    ).curves
    #expect(curves?.positions == [0, 0.75, 1])
    #expect(curves?.heights == [[10, 1, 0]])
    let parts = try Cases.result(
      .deletion(step: .parts(2), response: .quantity), inputs, Cases.product
    ).curves
    #expect(parts?.heights == [[10, 3, 0]])
    #expect(Deletion(step: .features(3)).cost(features: 4).forwardRows == 3)
    #expect(Deletion().cost(features: 50176).forwardRows == 225)
  }

  @Test func `no order deletes a sum of positive terms faster than that of its terms`() throws {
    let best = try Cases.result(.deletion(response: .quantity), inputs, Cases.product).scores[0]
    let others = try permutations(of: [1, 2, 3, 4]).map {
      try Cases.result(.deletion(response: .quantity), inputs, Cases.fixed($0)).scores[0]
    }
    #expect(others.min() == best)
    #expect(others.count { $0 == best } == 1)
    #expect(others.max() == 6.25)
  }

  @Test func `inserting in an order is deleting in the opposite one, seen backward`() throws {
    let digits = Inputs(try Cases.digits())
    let explainer = Cases.explainer(of: .predictedClass, to: .logits) {
      GradientTimesInput($0, quantity: $1, slice: $2)
    }
    // Without ties, as they would be drawn anew.
    let map = try Tensor.uniform([1, 8, 8], from: Generator(seed: 3))
    let (there, back) = (
      Cases.fixed(map, of: explainer.quantity, to: .logits),
      Cases.fixed(try -map, of: explainer.quantity, to: .logits)
    )
    let model = try Cases.digitsModel(.float64)
    let inserted = try Cases.result(Insertion(removal: .zeros), digits, there, in: model)
    let deleted = try Cases.result(Deletion(), digits, back, in: model)
    for (a, b) in zip(inserted.scores, deleted.scores) { expectClose(a, b, absolute: 1e-12) }
  }

  @Test func `the probability of the explained class`() throws {
    // The sum against nothing: a sigmoid.
    let model = ToyModels.function {
      let sum = try $0.sum(axes: [1], keepingAxes: true)
      return try .concatenated([sum, sum * 0], axis: 1)
    }
    func sigmoid(_ x: Double) throws -> Double { try Tensor(x).sigmoid().number() }
    let curves = try Cases.result(.deletion(), inputs, Cases.product, in: model).curves
    for (height, sum) in zip(curves?.heights[0] ?? [], [10.0, 6, 3, 1, 0]) {
      expectClose(height, try sigmoid(sum), absolute: 1e-12)
    }
    let accuracy = try Cases.result(
      .deletion(removal: .constant(-3), response: .accuracy), inputs, Cases.product, in: model)
    // Sums 10, 3, −3, −8, −12.
    #expect(accuracy.curves?.heights == [[1, 1, 0, 0, 0]])
    let other = try Cases.result(
      .deletion(response: .other(.classScore(1))), inputs, Cases.product, in: model)
    #expect(other.scores == [0])
  }

  @Test func `what is no class has no probability`() throws {
    let explainer = Cases.explainer(of: .classScore(0) - .classScore(0)) {
      Saliency($0, quantity: $1, slice: $2)
    }
    #expect(throws: MetricError.self) { try Cases.result(.deletion(), inputs, explainer) }
    let result = try Cases.result(.deletion(response: .quantity), inputs, explainer)
    #expect(result.scores == [0])
  }

  @Test func `an attribution that says nothing gets the score of a random order`() throws {
    let constant = try Cases.fixed([1, 1, 1, 1])
    let scores = try (0..<300).map {
      try Cases.result(.deletion(response: .quantity), inputs, constant, seed: $0).scores[0]
    }
    // Each feature is as likely to go at each place: a straight line from 10 to 0. The deviation of
    // one order is about 0.9.
    #expect(abs(mean(scores) - 5) < 0.2)
    #expect(Set(scores).count > 10)
    // Where only some are equal, the others keep their places.
    let partly = try Cases.fixed([1, 1, 1, 9])
    for seed in 0..<20 {
      let curves = try Cases.result(
        .deletion(response: .quantity), inputs, partly, seed: UInt64(seed)
      ).curves
      #expect(curves?.heights[0][1] == 6)
    }
  }

  @Test func `pixel flipping of a sum, by hand`() throws {
    // Falls 0, 4, 7, 9, 10, and 0, 1, 3, 6, 10.
    #expect(try Cases.result(.pixelFlipping(), inputs, Cases.product).scores == [6])
    let least = PixelFlipping(order: .leastRelevantFirst)
    #expect(try Cases.result(least, inputs, Cases.product).scores == [4])
    #expect(PixelFlipping().direction == .higherIsBetter)
    #expect(least.direction == .lowerIsBetter)
  }

  @Test func `pixel flipping as Quantus has it`() throws {
    let result = try Cases.result(
      .pixelFlipping(), Inputs(Cases.fixture("inputs")), Cases.fixtureProduct,
      in: Cases.fixtureNetwork())
    let heights = try #require(result.curves?.heights)
    // Quantus leaves out the instance itself, and runs in float32.
    try expectClose(
      Tensor(heights.flatMap { $0.dropFirst() }, shape: [5, 16]),
      Cases.fixture("pixel-flipping"), absolute: 1e-5)
  }

  @Test func `channels of a pixel go together, or each by itself`() throws {
    let picture = Inputs(try Tensor([1, 2, 30, 40] as [Double], shape: [1, 2, 1, 2]))
    let pixels = try Cases.result(.pixelFlipping(), picture, Cases.product)
    #expect(pixels.curves?.heights == [[73, 31, 0]])
    let elements = try Cases.result(.pixelFlipping(features: .elements), picture, Cases.product)
    #expect(elements.curves?.heights == [[73, 33, 3, 1, 0]])
  }

  @Test func `features of several tensors stand in one row`() throws {
    let model = FunctionModel(
      inputs: [
        ModelInput("a", elementType: .float64), ModelInput("b", elementType: .float64),
      ], outputs: ["y"]
    ) { values in
      let parts = try [values["a"], values["b"]].map {
        try $0.flattened(from: 1).sum(axes: [1], keepingAxes: true)
      }
      try values.mark("y", parts[0] + parts[1] * 2)
    }
    let inputs = Inputs([
      "a": try Tensor([1, 5, 2, 6] as [Double], shape: [2, 2]),
      "b": try Tensor([1, 2, 3, 4, 4, 3, 2, 1] as [Double], shape: [2, 2, 1, 2]),
    ])
    let explainer = Explainer(
      "both", slice: NetworkSlice(from: .input("a", "b"), to: .output), quantity: .classScore(0)
    ) { GradientTimesInput($0, quantity: $2, slice: $1) }
    // Pixels of b add their channels: 2 · (1 + 3) and 2 · (2 + 4), then 2 · (4 + 2) and 2 · (3 + 1).
    let flipped = try Cases.result(.pixelFlipping(), inputs, explainer, in: model)
    #expect(flipped.curves?.heights == [[26, 14, 6, 1, 0], [28, 16, 8, 2, 0]])
    for score in try Cases.result(.infidelity(samples: 20), inputs, explainer, in: model).scores {
      #expect(score < 1e-25)
    }
    let violations = try MetricLaws.violations(
      of: SensitivityN(removal: .uniform(in: 0...1), features: .elements), explaining: inputs,
      in: model, by: explainer, features: .elements)
    #expect(violations == [])
    expectClose(try Cases.result(SensitivityN(), inputs, explainer, in: model).scores[0], 1)
  }

  @Test func `long rows are run in parts`() throws {
    // Two rows of so many elements are run at once.
    let count = 1 << 21
    let ones = Inputs(try Tensor.ones([1, count], type: .float64))
    let curves = try Cases.result(.pixelFlipping(step: .parts(4)), ones, Cases.product).curves
    #expect(curves?.heights == [[4, 3, 2, 1, 0].map { $0 * Double(count / 4) }])
  }

  @Test func `attributions that are no numbers have no order`() throws {
    // A slope whose square overflows.
    let steep = ToyModels.function { try $0[.all, 1..<2] * 1e200 }
    let explainer = Cases.explainer { _, quantity, slice in
      SmoothGrad(
        steep, quantity: quantity, slice: slice, standardDeviation: 0.1, count: 4,
        statistic: .meanSquare)
    }
    for metric: any Metric in [
      Deletion(response: .quantity), PixelFlipping(), SensitivityN(), FaithfulnessEstimate(),
      MonotonicityCorrelation(), Infidelity(samples: 10, isScaled: false),
    ] {
      let scores = try metric.scores(of: explainer.explanation(of: inputs, in: Cases.sum), seed: 0)
        .scores
      #expect(!scores[0].isFinite, "\(metric.name)")
    }
  }

  @Test func `names tell what is not usual`() {
    #expect(Deletion().name == "deletion")
    #expect(
      Deletion(removal: .constant(0.5), step: .features(2), response: .quantity).name
        == "deletion (constant 0.5, 2 a step, units of the quantity)")
    #expect(Insertion().name == "insertion")
    #expect(PixelFlipping(order: .leastRelevantFirst).name == "pixel flipping LeRF")
    #expect(InsertionLessDeletion().name == "insertion − deletion")
  }

  private func permutations(of items: [Double]) -> [[Double]] {
    guard items.count > 1 else { return [items] }
    return items.indices.flatMap { index in
      var rest = items
      let first = rest.remove(at: index)
      return permutations(of: rest).map { [first] + $0 }
    }
  }
}
