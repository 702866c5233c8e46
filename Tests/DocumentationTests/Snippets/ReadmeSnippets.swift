// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import TestSupport
import Testing
import Torch
import Visualization

// snippet: missing-features
/// Gradient × input, averaged over copies of the instance in which a random half of the features
/// is missing.
struct MissingFeatures: DistributionOfInterest {
  func samples(around instances: Instances) throws -> Samples {
    Samples(count: 200) { index in
      let point = try instances.activation.map { z in
        let u = try Tensor.uniform([1] + z.shape.dropFirst(), from: Generator(seed: UInt64(index)))
        return try z * (u .< 0.5).converted(like: z)
      }
      return Sample(at: point, displacement: .tangent(instances.activation))
    }
  }
}
// end

// snippet: margin
/// The logit of the class predicted for the instance, less that of its strongest rival.
struct Margin: QuantityOfInterest {
  func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let own = try explained.output.indexOfMaximum(axis: 1)
    let isOwn = try own.oneHot(classes: output.shape[1]).converted(to: .bool)
    let score = try output.filled(with: 0, where: .!isOwn).sum(axes: [1])
    return try score - output.filled(with: -.infinity, where: isOwn).max(axes: [1])
  }
}
// end

@Suite struct ReadmeSnippets {
  init() throws { try Workplace.enter() }

  @Test func `eight rather than three`() throws {
    // snippet: first
    let model = try ONNXModel(path: "Models/digits.onnx")
    let digit = try Tensor(contentsOfNPY: "Data/eight.npy")  // [1, 1, 8, 8]

    let engine = InternalInfluence(
      model,
      distribution: .linear(from: .zeros, steps: 50),
      quantity: .classScore(8) - .classScore(3),
      slice: NetworkSlice(from: .input, to: .logits))
    let result = try engine.attributions(for: digit)

    let pixels = result.values  // [1, 1, 8, 8], in logits: what each pixel adds to 8 over 3
    let gap = result.completenessGap  // [1]: how far their sum is from the whole change
    // end
    #expect(try abs(#require(try gap?.number())) < 0.1 && pixels.shape == digit.shape)
    #expect(result.values.shape == [1, 1, 8, 8])
    let change = try #require(result.quantity.end) - #require(result.quantity.start)
    #expect(try change.number() > 5)
    try expectClose(result.values.sum(), change.numbers(), absolute: 0.1, relative: 0.01)

    // snippet: another-distribution
    var other = engine
    other.distribution = MissingFeatures()
    let missing = try other.attributions(for: digit)
    // end
    #expect(missing.values.shape == [1, 1, 8, 8])
    #expect(missing.configuration.distribution == "MissingFeatures")
    #expect(try relativeL1(missing.values, result.values) > 0.05)

    // snippet: another-quantity
    other = engine
    other.quantity = Margin()
    let margin = try other.attributions(for: digit)
    // end
    #expect(margin.configuration.quantity == "Margin")
    let logits = try model.evaluate([Place("logits")], given: [Place("image"): digit])[0]
    let sorted = try logits.numbers().sorted(by: >)
    try expectClose(margin.quantity.instance, [sorted[0] - sorted[1]], absolute: 1e-4)

    // snippet: readme-laws
    let digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")
    let broken = try DistributionLaws.violations(of: MissingFeatures(), around: Activation(digits))
    let wrong = try QuantityLaws.violations(of: Margin(), on: digits.flattened(from: 1))
    print(broken, wrong)  // [] []
    // end
    #expect(broken == [] && wrong == [])
  }

  @Test func `a picture`() throws {
    let model = try ONNXModel(path: "Models/digits.onnx")
    // snippet: picture
    let image = try Image(contentsOf: URL(fileURLWithPath: "Data/eight.png"))
    let slice = NetworkSlice(from: .input, to: .logits)
    let gradient = try Saliency(model, slice: slice).attributions(for: image.tensor())
    let integrated = try IntegratedGradients(model, slice: slice).attributions(for: image.tensor())
    let panel = Panel([
      Panel.Tile(image, title: "input"),
      Panel.Tile(try Heatmap(gradient), title: "gradient"),
      Panel.Tile(try Heatmap(integrated), title: "integrated gradients"),
    ])
    try panel.image.write(to: URL(fileURLWithPath: "eight-explained.png"))
    // end
    let written = try Image(contentsOf: URL(fileURLWithPath: "eight-explained.png"))
    #expect(written.width > 3 * 192 && written.height > 192)
  }
}
