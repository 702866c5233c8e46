// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct OutputSnippets {
  let segmenting: ONNXModel
  let pictures: Tensor

  init() throws {
    try Workplace.enter()
    segmenting = try ONNXModel(path: "Models/shapes-segmented.onnx")
    pictures = try Tensor(contentsOfNPY: "Data/shapes.npy")
  }

  @Test func `what segments`() throws {
    // snippet: output-setup
    let segmenting = try ONNXModel(path: "Models/shapes-segmented.onnx")
    let pictures = try Tensor(contentsOfNPY: "Data/shapes.npy")  // [16, 3, 32, 32]
    // end
    #expect(pictures.shape == [16, 3, 32, 32] && segmenting.outputs.count == 1)
  }

  @Test func `why pixels are called square`() throws {
    // snippet: output-region
    let square = RegionScore(.index(2), over: .predicted(as: 2))
    let ground = RegionScore(.index(0), over: .predicted(as: 2))
    let result = try IntegratedGradients(
      segmenting, quantity: square - ground, from: ConstantBaseline(0.5)
    ).attributions(for: pictures)
    // end
    #expect(result.values.shape == [16, 3, 32, 32])
    // Wherever there is a square, and nowhere else.
    let changed = try result.values.absolute().max(axes: [1, 2, 3]).numbers().map { $0 > 0 }
    let labels = try Tensor(contentsOfNPY: "Data/shapes-pixels.npy")
    let there = try (labels .== 2).converted(to: .float32).sum(axes: [1, 2]).numbers()
    #expect(zip(changed, there).count { $0 == ($1 > 0) } >= 14)
  }

  @Test func `one of several outputs, and both`() throws {
    // snippet: output-size
    let sizing = try ONNXModel(path: "Models/object-size.onnx")  // probabilities and size
    let objects = try Tensor(contentsOfNPY: "Data/objects.npy")
    let size = try IntegratedGradients(
      sizing, quantity: .value, slice: NetworkSlice(from: .input, to: .output("size"))
    ).attributions(for: objects)
    // end
    let pixels = try Tensor(contentsOfNPY: "Data/objects-masks.npy").converted(to: .float32)
      .sum(axes: [1, 2, 3])
    let answers = try size.quantity.instance.converted(to: .float32)
    #expect(try (answers - pixels).absolute().mean().number() < 25)

    // snippet: output-both
    let both = NetworkSlice(from: .input, to: .sideBySide(.logits, .output("size")))
    let larger = try IntegratedGradients(
      sizing, quantity: .value(1) + 0.02 * .value(4), slice: both
    ).attributions(for: objects)
    // end
    let logits = try Instances(of: Inputs(objects), in: sizing).probe.explained.output
    try expectClose(
      larger.quantity.instance,
      logits[0..., 1].converted(to: .float64) + size.quantity.instance * 0.02,
      absolute: 1e-3)
  }

  @Test func `labels beside each other`() throws {
    // snippet: output-labels
    let labelling = try ONNXModel(path: "Models/shapes-present.onnx")  // disc, square, triangle
    let slice = NetworkSlice(from: .input, to: .logits)
    let quantities: [any QuantityOfInterest] = [
      .presentClasses, .classScore(0), .classScore(1), .classScore(2),
    ]
    let results = try InternalInfluence(labelling, slice: slice)
      .attributions(for: pictures, quantities: quantities)
    // end
    let numbers = try results.map { try $0.quantity.instance.numbers() }
    for row in 0..<16 {
      let present = (1...3).map { max(numbers[$0][row], 0) }.reduce(0, +)
      expectClose(numbers[0][row], present, absolute: 1e-3)
    }
  }
}
