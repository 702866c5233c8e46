// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import TestSupport
import Testing
import Torch

/// The networks in `Examples` whose output is more than one class: as good as is said, and their
/// attributions lie where what is known to matter lies.
@Suite struct OutputExampleTests {
  private func output(_ model: ONNXModel, _ inputs: Tensor, at cut: any Cut) throws -> Tensor {
    try Instances(of: Inputs(inputs), in: model, to: cut).probe.explained.output
  }

  /// The mean of a metric over instances that it has a score for, and how many those are.
  private func score(
    _ metric: any Metric, _ model: ONNXModel, _ inputs: Tensor, _ mask: Tensor,
    _ quantity: any QuantityOfInterest, to end: any Cut = LogitCut(),
    from baseline: any Baseline = ZeroBaseline()
  ) throws -> (mean: Double, count: Int) {
    let explainer = Explainer(
      "integrated gradients", slice: NetworkSlice(from: .input, to: end), quantity: quantity
    ) { model, slice, quantity in
      IntegratedGradients(
        model, quantity: quantity, slice: slice, from: baseline, steps: 8, rule: .secant)
    }
    let explanation = try explainer.explanation(
      of: Inputs(inputs), in: model, truth: Truth(mask: mask))
    let scores = try metric.scores(of: explanation, seed: 0).scores.filter { !$0.isNaN }
    return (scores.reduce(0, +) / Double(scores.count), scores.count)
  }

  @Test func `sets are the same on every machine, bit for bit`() throws {
    let heartbeats = try Heartbeats(count: 16, seed: 2)
    try ExampleFiles.expectSame(heartbeats.series, "heartbeats")
    try ExampleFiles.expectSame(heartbeats.masks.converted(to: .uint8), "heartbeats-masks")
    try ExampleFiles.expectSame(Tensor(heartbeats.labels.map { Int64($0) }), "heartbeats-labels")
    let shapes = try ShapePictures(count: 16, seed: 2)
    try ExampleFiles.expectSame(shapes.images, "shapes")
    try ExampleFiles.expectSame(shapes.pixelLabels.converted(to: .uint8), "shapes-pixels")
  }

  // MARK: Series

  @Test func `the bump of a series is where its class is`() throws {
    let set = try Heartbeats(count: 90, seed: 1234)
    let model = try ExampleFiles.model("heartbeats")
    #expect(try set.groundTruth.accuracy(of: model) >= 0.985)
    let against = ClassScore(.labels(set.labels)) - ClassScore(.index(0))
    let mass = try score(RelevanceMassAccuracy(), model, set.series, set.masks, against)
    let hits = try score(PointingGame(), model, set.series, set.masks, against)
    // A bump has a fortieth of the elements. The guide tells these figures.
    #expect(abs(mass.mean - 0.64) < 0.01 && abs(hits.mean - 0.87) < 0.02 && mass.count == 60)
  }

  @Test func `the steps of a bump are seen in the bump`() throws {
    let set = try Heartbeats(count: 90, seed: 1235)
    let model = try ExampleFiles.model("heartbeats")
    let end = OutputCut("steps")
    let predicted = try output(model, set.series, at: end).indexOfMaximum(axis: 1)
    let right = try (predicted .== set.stepLabels).converted(to: .float64)
    #expect(try right.mean().number() > 0.985)
    let quantity = RegionScore(.labels(set.labels.map { max($0, 1) }))
    let mass = try score(
      RelevanceMassAccuracy(), model, set.series, set.masks, quantity, to: end)
    let hits = try score(PointingGame(), model, set.series, set.masks, quantity, to: end)
    // In two series no step is called a bump: there is nothing to have a share of.
    #expect(abs(mass.mean - 0.86) < 0.01 && abs(hits.mean - 0.97) < 0.02 && mass.count == 58)
  }

  // MARK: Pictures

  @Test func `pixels are called a square for the square and what is around it`() throws {
    let set = try ShapePictures(count: 48, seed: 1234)
    let model = try ExampleFiles.model("shapes-segmented")
    let predicted = try output(model, set.images, at: LogitCut()).indexOfMaximum(axis: 1)
    #expect(try (predicted .== set.pixelLabels).converted(to: .float64).mean().number() > 0.95)
    let square = try set.masks(of: 1)
    // Two pixels more on every side. The squares have a twelfth of these pictures, with that a sixth.
    let around = try widened(square, by: 2)
    let quantity =
      RegionScore(.index(2), over: .predicted(as: 2))
      - RegionScore(.index(0), over: .predicted(as: 2))
    let gray = ConstantBaseline(0.5)
    let own = try score(RelevanceMassAccuracy(), model, set.images, square, quantity, from: gray)
    let wide = try score(RelevanceMassAccuracy(), model, set.images, around, quantity, from: gray)
    #expect(abs(own.mean - 0.60) < 0.01 && abs(wide.mean - 0.86) < 0.01 && own.count == 35)
  }

  private func widened(_ mask: Tensor, by width: Int) throws -> Tensor {
    try mask.maxPooled(
      window: [2 * width + 1, 2 * width + 1], stride: [1, 1], padding: [width, width])
  }

  @Test func `each label that is there lies on its shape`() throws {
    let set = try ShapePictures(count: 48, seed: 1236)
    let model = try ExampleFiles.model("shapes-present")
    let presence = try set.presence
    let probabilities = try output(model, set.images, at: .output)
    let right = try ((probabilities .> 0.5) .== (presence .> 0.5)).converted(to: .float64)
    #expect(try right.mean().number() > 0.96)
    for (shape, share) in [0.67, 0.72, 0.89].enumerated() {
      let mask = try set.masks(of: shape)
      let hits = try score(
        PointingGame(), model, set.images, mask, .classScore(shape), from: ConstantBaseline(0.5))
      // A shape has a twelfth of the picture at most.
      #expect(abs(hits.mean - share) < 0.02 && hits.count > 20)
    }
  }

  @Test func `one network knows an object and its size, each by an output of its own`() throws {
    let many = try PastedObjects(count: 400, seed: 1237)
    let model = try ExampleFiles.model("object-size")
    #expect(try many.byObject.accuracy(of: model) >= 0.945)
    let sizes = try many.masks.sum(axes: [1, 2, 3])
    let answers = try output(model, many.images, at: .output("size")).squeezed(axis: 1)
    #expect(try (answers - sizes).absolute().mean().number() < 0.14 * sizes.mean().number())
    // The object has less than an eighth of these pictures.
    let (images, masks) = try (many.images[0..<32], many.masks[0..<32])
    let gray = ConstantBaseline(0.5)
    let byClass = try score(
      RelevanceMassAccuracy(), model, images, masks, .predictedClass, from: gray)
    let bySize = try score(
      RelevanceMassAccuracy(), model, images, masks, .value, to: .output("size"), from: gray)
    #expect(byClass.mean > 0.25 && bySize.mean > 0.15)
  }
}
