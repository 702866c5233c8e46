// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct MetricSnippets: DigitSnippets {
  let example: DigitExample
  let explainer: Explainer

  init() throws {
    example = try DigitExample()
    explainer = Explainer(
      "integrated gradients", slice: NetworkSlice(from: .input, to: .logits)
    ) { IntegratedGradients($0, quantity: $2, slice: $1) }
  }

  @Test func `the lines to start from`() throws {
    // snippet: metric-explainer
    let model = try ONNXModel(path: "Models/digits.onnx")
    let digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")  // [10, 1, 8, 8], from 0 to 1
    let slice = NetworkSlice(from: .input, to: .logits)
    let explainer = Explainer("integrated gradients", slice: slice) { model, slice, quantity in
      IntegratedGradients(model, quantity: quantity, slice: slice)
    }
    // end
    let gap = try explainer.explanation(of: Inputs(digits), in: model).attributions.completenessGap
    #expect(try gap?.absolute().max().number() ?? 1 < 1e-3)
  }

  @Test func `scores of an explanation`() throws {
    // snippet: metric-scores
    let explanation = try explainer.explanation(of: Inputs(digits), in: model)
    let metrics: [any Metric] = [.deletion(), .insertion(), .infidelity(), .sensitivityN()]
    for metric in metrics {
      let result = try metric.scores(of: explanation, seed: 1)
      print(metric.name, metric.direction, metric.unit, result.scores)
    }
    // end
    let deletion = try metrics[0].scores(of: explanation, seed: 1).scores
    #expect(deletion.count == 10 && deletion.allSatisfy((0...1).contains))
  }

  @Test func `a metric of your own`() throws {
    // snippet: own-metric
    struct SupportFall: Metric {
      let name = "fall without support"
      let family = MetricFamily.faithfulness
      let direction = MetricDirection.higherIsBetter
      let unit = "units of the quantity"
      func cost(features: Int) -> MetricCost { MetricCost(forwardRows: 2) }

      func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
        let support = try explanation.attributions.activation.map { try $0 .> 0 }
        let points = try BaselineRemoval.zeros.substitutes(for: explanation, seed: seed)
          .points(replacing: support, of: explanation.activation)
        let falls = try explanation.ownValues() - explanation.values(at: points)
        return MetricResult(try falls.numbers())
      }
    }
    // end
    // snippet: metric-laws
    let violations = try MetricLaws.violations(
      of: SupportFall(), explaining: Inputs(digits), in: model, by: explainer, tolerance: 1e-4)
    print(violations)  // none
    // end
    #expect(violations == [])
    let explanation = try explainer.explanation(of: Inputs(digits), in: model)
    #expect(try SupportFall().scores(of: explanation, seed: 1).scores.allSatisfy { $0 > 0 })
  }

  @Test func `a removal of your own`() throws {
    let explanation = try explainer.explanation(of: Inputs(digits), in: model)
    // snippet: own-removal
    struct MirrorRemoval: Removal {
      let name = "mirror image"
      func substitutes(for explanation: Explanation, seed: UInt64) throws -> Substitutes {
        Substitutes(try explanation.activation.map { try $0.flipped(axes: [-1]) })
      }
    }
    let mirrored = try PixelFlipping(removal: MirrorRemoval()).scores(of: explanation, seed: 1)
    // end
    #expect(mirrored.scores.count == 10)
    let violations = try RemovalLaws.violations(
      of: MirrorRemoval(), from: Inputs(digits), in: model, by: explainer)
    #expect(violations == [])
  }
}
