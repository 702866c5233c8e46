// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import TestSupport
import Testing
import Torch
import Visualization

/// ROAD and the performance information curves.
@Suite struct PictureMetricTests {
  private typealias Cases = FaithfulnessCases

  @Test func `ROAD as Quantus has it, without noise`() throws {
    let metric = ROAD(shares: [0.25, 0.5, 0.75], removal: .linearImputation)
    let result = try Cases.result(
      metric, Inputs(Cases.fixture("inputs")), Cases.fixtureProduct, in: Cases.fixtureNetwork())
    let heights = try #require(result.curves?.heights)
    let accuracies = (0..<3).map { share in mean(heights.map { $0[share] }) }
    try expectClose(Tensor(accuracies), Cases.fixture("road"), absolute: 1e-12)
    for (score, heights) in zip(result.scores, heights) { expectClose(score, mean(heights)) }
  }

  @Test func `ROAD is better lower where the most relevant go first`() {
    #expect(ROAD().direction == .lowerIsBetter)
    #expect(ROAD(order: .leastRelevantFirst).direction == .higherIsBetter)
    #expect(ROAD().name == "ROAD MoRF")
    #expect(ROAD().cost(features: 64) == MetricCost(forwardRows: 9))
  }

  /// Two classes by whether three pixels in the middle are bright.
  private static let middle = ToyModels.function { x in
    let score = try (x[.all, 0, 8..<9, 7..<10].sum(axes: [1, 2]) - 2.5) * 20
    return try Tensor.stacked([score, score * 0], axis: 1)
  }

  /// Dark noise, which takes many bytes, and the middle bright: `[1, 1, 16, 16]`.
  private static func picture() throws -> Tensor {
    let noise = try Tensor.uniform([1, 1, 16, 16], type: .float64, from: Generator(seed: 2)) * 0.8
    let bright = try Tensor.ones([1, 1, 1, 3], type: .float64)
    return try noise.replacingSlice(
      noise[.all, .all, 8..<9].replacingSlice(bright, axis: 3, from: 7, to: 10),
      axis: 2, from: 8, to: 9)
  }

  @Test func `what matters first brings all performance at once`() throws {
    let picture = Inputs(try Self.picture())
    for metric in [PerformanceInformationCurve.accuracyInformationCurve, .softmaxInformationCurve] {
      let right = try Cases.result(metric, picture, Cases.product, in: Self.middle)
      let wrong = Cases.explainer { _, quantity, slice in
        GradientTimesInput(Self.middle, quantity: -1 * ClassScore(.index(0)), slice: slice)
      }
      let backward = try Cases.result(metric, picture, wrong, in: Self.middle)
      let curve = try #require(right.curves)
      #expect(curve.positions.count == 101)
      #expect(curve.heights[0].last == 1)
      #expect(zip(curve.heights[0], curve.heights[0].dropFirst()).allSatisfy { $0 <= $1 })
      #expect(right.scores[0] > 0.6, "\(metric.name)")
      #expect(backward.scores[0] < right.scores[0] - 0.3, "\(metric.name)")
      let heights = curve.heights[0]
      let area = zip(heights, heights.dropFirst()).reduce(0) { $0 + ($1.0 + $1.1) / 200 }
      expectClose(right.scores[0], area, absolute: 1e-12)
    }
  }

  @Test func `what performs too little, or without anything known, has no score`() throws {
    let picture = try Self.picture()
    let metric = PerformanceInformationCurve.softmaxInformationCurve
    // The middle is dark: the other class.
    let dark = try Cases.result(metric, Inputs(picture * 0.2), Cases.product, in: Self.middle)
    #expect(dark.scores[0].isNaN)
    let bold = PerformanceInformationCurve(.softmax, least: 0)
    #expect(
      try !Cases.result(bold, Inputs(picture), Cases.product, in: Self.middle).scores[0].isNaN)
    // Whatever is known, the class is the first.
    let certain = ToyModels.function { x in
      let score = try x.flattened(from: 1).sum(axes: [1]) * 0
      return try Tensor.stacked([score + 5, score], axis: 1)
    }
    let sure = try Cases.result(
      PerformanceInformationCurve(.accuracy), Inputs(picture), Cases.product, in: certain)
    #expect(sure.scores[0].isNaN)
    #expect(sure.curves?.heights[0].allSatisfy(\.isNaN) == true)
  }

  @Test func `what is no picture has no bytes`() throws {
    let metric = PerformanceInformationCurve.softmaxInformationCurve
    let model = ToyModels.function { try $0.flattened(from: 1)[.all, 0..<2] }
    let zeros = PerformanceInformationCurve(.softmax, filling: .zeros)
    let line = Inputs(try Tensor.ones([1, 2, 3], type: .float64))
    #expect(throws: MetricError.self) { try Cases.result(zeros, line, Cases.product, in: model) }
    #expect(throws: MetricError.self) {
      try Cases.result(metric, Cases.rows([1, 2]), Cases.product, in: model)
    }
    // Samples of pictures lie in 0…1, unless a scaling is given.
    let wide = try Inputs(Self.picture() * 4 - 1)
    #expect(throws: (any Error).self) { try Cases.result(metric, wide, Cases.product, in: model) }
    let scaled = PerformanceInformationCurve(
      .softmax, least: 0, scaling: .range(low: -1, high: 3))
    #expect(try Cases.result(scaled, wide, Cases.product, in: model).scores.count == 1)
  }
}
