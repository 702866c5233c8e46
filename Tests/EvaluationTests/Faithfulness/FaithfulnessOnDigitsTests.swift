// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import TestSupport
import Testing
import Torch

/// The metrics on a trained network.
@Suite struct FaithfulnessOnDigitsTests {
  private typealias Cases = FaithfulnessCases

  static let metrics: [any Metric] = [
    .deletion(), .insertion(), .insertionLessDeletion(), .pixelFlipping(),
    .pixelFlipping(order: .leastRelevantFirst), .infidelity(samples: 100),
    .infidelity(.squares(of: 1...4), samples: 100, isScaled: false), .sensitivityN(),
    .faithfulnessCorrelation(), .faithfulnessEstimate(), .monotonicityCorrelation(draws: 3),
    .road(),
    .road(order: .leastRelevantFirst, response: .probability), .accuracyInformationCurve,
    .softmaxInformationCurve,
  ]

  private static let integrated = Cases.explainer(
    "integrated gradients", of: .predictedClass, to: .logits
  ) {
    IntegratedGradients($0, quantity: $1, slice: $2, steps: 16, rule: .secant)
  }

  @Test(arguments: metrics.indices)
  func `metrics keep their laws`(index: Int) throws {
    // In float64, because ranks and correlations enlarge what rounding does.
    let violations = try MetricLaws.violations(
      of: Self.metrics[index], explaining: Inputs(Cases.digits()[0..<3]),
      in: Cases.digitsModel(.float64), by: Self.integrated)
    #expect(violations == [], "\(Self.metrics[index].name)")
    #expect(Self.metrics[index].family == .faithfulness)
  }

  // Not the least relevant first of ROAD: single pixels missing here and there are imputed from
  // their neighbours, so that a random order hardly does harm. And not information curves: pictures
  // of 8 × 8 pixels have too few bytes.
  @Test(arguments: 0..<12)
  func `integrated gradients beat random attributions`(index: Int) throws {
    let metric = Self.metrics[index]
    let digits = Inputs(try Cases.digits())
    let model = try Cases.digitsModel()
    let own = try Cases.result(metric, digits, Self.integrated, in: model).scores
    let random = try ([1, 2, 3] as [UInt64]).map { seed in
      let map = try Tensor.normal([1, 8, 8], from: Generator(seed: seed))
      return try Cases.result(
        metric, digits, Cases.fixed(map, of: .predictedClass, to: .logits), in: model, seed: seed
      ).scores
    }
    let better = own.indices.flatMap { row in
      random.map { metric.direction == .higherIsBetter ? own[row] - $0[row] : $0[row] - own[row] }
    }.filter { !$0.isNaN }
    #expect(better.count == 30, "\(metric.name): \(better.count) comparisons")
    #expect(mean(better) > 0, "\(metric.name): \(mean(better))")
    let share = Double(better.count { $0 > 0 }) / Double(better.count)
    #expect(share > 0.5, "\(metric.name): better in \(share) of the comparisons")
  }

  @Test func `ROAD restores what is removed here and there`() throws {
    let metric = ROAD(order: .leastRelevantFirst, response: .probability)
    let (digits, model) = (Inputs(try Cases.digits()), try Cases.digitsModel())
    let own = try Cases.result(metric, digits, Self.integrated, in: model).scores
    let map = try Tensor.normal([1, 8, 8], from: Generator(seed: 1))
    let random = try Cases.result(
      metric, digits, Cases.fixed(map, of: .predictedClass, to: .logits), in: model
    ).scores
    #expect(zip(own, random).count { $0 < $1 } > 5)
  }

  @Test func `hidden features can be removed as well`() throws {
    let explainer = Explainer(
      "at a layer", slice: NetworkSlice(from: .layer("relu3"), to: .logits),
      quantity: .predictedClass
    ) { GradientTimesInput($0, quantity: $2, slice: $1) }
    let metrics: [any Metric] = [
      .deletion(), .pixelFlipping(), .infidelity(samples: 64), .sensitivityN(sets: 20),
    ]
    for metric in metrics {
      let violations = try MetricLaws.violations(
        of: metric, explaining: Inputs(Cases.digits()[0..<2]), in: Cases.digitsModel(.float64),
        by: explainer)
      #expect(violations == [], "\(metric.name)")
    }
    // From the last hidden layer the logits are linear: gradient × input foretells all.
    let exact = try Cases.result(
      .sensitivityN(sets: 20), Inputs(Cases.digits()[0..<2]), explainer,
      in: Cases.digitsModel(.float64))
    for score in exact.scores { expectClose(score, 1, absolute: 1e-9) }
  }
}
