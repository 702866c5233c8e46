// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import TestSupport
import Testing
import Torch

/// Metrics on a trained network for digits.
@Suite struct RealModelTests {
  private static let metrics: [any Metric] = [
    MaxSensitivity(samples: 3), LocalLipschitzEstimate(samples: 3), Sparseness(),
    AttributionEntropy(), EffectiveComplexity(), CompletenessGap(), DummyAttribution(points: 2),
    LinearityViolation(with: .classScore(3)), PointingGame(), RelevanceRankAccuracy(),
    RelevanceMassAccuracy(), LocalizationAUC(),
    ModelRandomization(.cascadingFromTop),
    ModelRandomization(.cascadingFromBottom, isSigned: false),
    ModelRandomization(.independent, of: .influence), InputShiftVariance(),
  ]

  @Test(arguments: metrics.indices)
  func `metrics keep the laws on digits`(index: Int) throws {
    let metric = Self.metrics[index]
    let images = try Digits.images(3)
    let violations = try MetricLaws.violations(
      of: metric, explaining: Inputs(images), in: Digits.model(), by: Digits.integrated,
      truth: Truth(mask: (images .> 0.5).converted(to: .float32)),
      countsRows: !(metric is ModelRandomization || metric is InputShiftVariance),
      // float32, and other kernels for other numbers of rows.
      tolerance: 1e-3)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test func `digits are explained more simply than by random numbers`() throws {
    let explanation = try Digits.explanation()
    let noise = try Known.explanation(
      Tensor.normal([10, 1, 8, 8], type: .float64, from: Generator(seed: 1)))
    func mean(_ metric: some Metric, _ explanation: Explanation) throws -> Double {
      MeanEstimate(try metric.scores(of: explanation, seed: 0).scores).mean
    }
    #expect(try mean(Sparseness(), explanation) > mean(Sparseness(), noise) + 0.1)
    #expect(try mean(AttributionEntropy(), explanation) < mean(AttributionEntropy(), noise) - 0.3)
  }

  @Test func `forgetting all that was learned changes influences, and attributions less`() throws {
    let explanation = try Digits.explanation()
    func last(_ metric: ModelRandomization) throws -> Double {
      let curves = try #require(metric.scores(of: explanation, seed: 2).curves)
      #expect(curves.positions == [1, 2, 3, 4])
      return MeanEstimate(curves.heights.map { $0[3] }).mean
    }
    #expect(
      ModelRandomization(.cascadingFromTop).steps(in: try Digits.model())
        == [["logits"], ["dense"], ["conv2"], ["conv1"]])
    let influence = try last(ModelRandomization(.cascadingFromTop, of: .influence))
    let sizes = try last(ModelRandomization(.cascadingFromTop, isSigned: false))
    #expect(abs(influence) < 0.4, "\(influence)")
    // Zero pixels have attributions of zero in every network.
    #expect(sizes > influence + 0.2, "\(sizes) against \(influence)")
  }

  @Test func `black pixels are dummies of no attribution's`() throws {
    let explanation = try Digits.explanation(3)
    // Padding aside, every pixel is read: nothing is a dummy.
    #expect(try DummyAttribution().scores(of: explanation, seed: 1).scores.allSatisfy(\.isNaN))
  }

  @Test func `white for black is another explanation`() throws {
    let scores = try InputShiftVariance().scores(of: Digits.explanation(), seed: 0).scores
    #expect(scores.allSatisfy { $0 > 0.2 })
    let gradient = Explainer("gradient", slice: NetworkSlice(from: .input, to: .logits)) {
      model, slice, quantity in
      Saliency(model, quantity: quantity, slice: slice)
    }
    let shifted = try InputShiftVariance().scores(
      of: gradient.explanation(of: Inputs(Digits.images()), in: Digits.model()), seed: 0
    ).scores
    #expect(shifted.allSatisfy { $0 < 1e-4 }, "\(shifted)")
  }
}
