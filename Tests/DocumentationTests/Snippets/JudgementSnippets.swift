// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct JudgementSnippets: DigitSnippets {
  let example: DigitExample
  let explainer: Explainer
  let explanation: Explanation

  init() throws {
    example = try DigitExample()
    explainer = Explainer("integrated gradients", slice: example.slice) {
      IntegratedGradients($0, quantity: $2, slice: $1)
    }
    explanation = try explainer.explanation(of: Inputs(example.digits), in: example.model)
  }

  @Test func `families beside faithfulness`() throws {
    // snippet: metric-families
    let judges: [any Metric] = [
      .maxSensitivity(radius: 0.05, samples: 10), .sparseness, .completenessGap(),
      .randomization(.cascadingFromBottom), .inputShiftVariance(),
    ]
    for metric in judges {
      let scores = try metric.scores(of: explanation, seed: 1).scores
      let estimate = MeanEstimate(scores)
      print(metric.name, estimate.mean, estimate.interval ?? 0...0, estimate.leftOut)
    }
    // end
    for metric in judges {
      #expect(MeanEstimate(try metric.scores(of: explanation, seed: 1).scores).count == 10)
    }
  }

  @Test func `weights that are forgotten`() throws {
    // snippet: metric-randomization
    let keeping = Explainer("integrated gradients", slice: slice) { model, slice, quantity in
      var method = IntegratedGradients(model, quantity: quantity, slice: slice)
      method.engine.keepsInfluence = true
      return method
    }
    let kept = try keeping.explanation(of: Inputs(digits), in: model)
    for map in [ComparedMap.attributions, .influence] {
      let forgetting = ModelRandomization(.cascadingFromTop, of: map, isSigned: false)
      print(forgetting.steps(in: model))  // [["logits"], ["dense"], ["conv2"], ["conv1"]]
      print(try forgetting.scores(of: kept, seed: 1).curves?.heights[0] ?? [])
    }
    // end
    func last(_ metric: ModelRandomization) throws -> Double {
      let curves = try #require(metric.scores(of: kept, seed: 1).curves)
      return MeanEstimate(curves.heights.map { $0[3] }).mean
    }
    let ofAttributions = try last(ModelRandomization(.cascadingFromTop, isSigned: false))
    let ofInfluence = try last(
      ModelRandomization(.cascadingFromTop, of: .influence, isSigned: false))
    #expect(ofAttributions > 0.85 && ofInfluence < 0.65)
  }

  @Test func `a truth that is known`() throws {
    // snippet: metric-truth
    let ink = try (digits .> 0.5).converted(to: .float32)
    let known = try explainer.explanation(of: Inputs(digits), in: model, truth: Truth(mask: ink))
    print(try RelevanceMassAccuracy().scores(of: known, seed: 1).scores)
    // end
    #expect(try RelevanceMassAccuracy().scores(of: known, seed: 1).scores.allSatisfy { $0 > 0.5 })
  }

  @Test func `comparisons`() throws {
    // snippet: metric-comparison
    let gradient = Explainer("gradient × input", slice: slice) { model, slice, quantity in
      GradientTimesInput(model, quantity: quantity, slice: slice)
    }
    let fromGray = Explainer("from gray", slice: slice) { model, slice, quantity in
      InternalInfluence(
        model, distribution: .linear(from: .constant(0.5), steps: 20), quantity: quantity,
        slice: slice)
    }
    let scores = try [explainer, gradient, fromGray].map { explainer in
      let explanation = try explainer.explanation(of: Inputs(digits), in: model)
      return (explainer.name, try AttributionEntropy().scores(of: explanation, seed: 1).scores)
    }
    for pair in NamedComparison.pairs(among: scores) {
      let comparison = pair.comparison
      print(pair.first, "less", pair.second, comparison.difference.mean)
      print(comparison.difference.interval ?? 0...0, comparison.standardizedEffect)
      print(comparison.pValue, pair.adjustedPValue, comparison.leftOut)
    }
    // end
    let family = NamedComparison.pairs(among: scores)
    #expect(family.count == 3)
    #expect(family.allSatisfy { $0.adjustedPValue >= $0.comparison.pValue })
  }
}
