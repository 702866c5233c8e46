// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import TestSupport
import Testing
import Torch

/// Explanations that are known beforehand.
enum Known {
  /// Σ x over all elements of a row.
  static let sum = ToyModels.function {
    try $0.flattened(from: 1).sum(axes: [1], keepingAxes: true)
  }

  /// ∂Q/∂x ⊙ x of the first output: for Σ x the instance itself.
  static let product = Explainer(
    "gradient × input", slice: NetworkSlice(from: .input, to: .output), quantity: .classScore(0)
  ) { model, slice, quantity in
    GradientTimesInput(model, quantity: quantity, slice: slice)
  }

  /// ∂Q/∂x of the first output, with its sign.
  static let gradient = Explainer(
    "gradient", slice: NetworkSlice(from: .input, to: .output), quantity: .classScore(0)
  ) { model, slice, quantity in
    Saliency(model, quantity: quantity, slice: slice)
  }

  /// Integrated gradients of the first output from zeros.
  static let integrated = Explainer(
    "integrated gradients", slice: NetworkSlice(from: .input, to: .output),
    quantity: .classScore(0)
  ) { model, slice, quantity in
    InternalInfluence(
      model, distribution: .linear(from: .zeros, steps: 16), quantity: quantity, slice: slice)
  }

  /// An explanation with these attributions.
  static func explanation(_ map: Tensor, mask: Tensor? = nil) throws -> Explanation {
    try product.explanation(of: Inputs(map), in: sum, truth: Truth(mask: mask))
  }

  /// The scores of one instance with these attributions, `[features]`.
  static func score(_ metric: some Metric, _ map: [Double], inside: [Double]? = nil) throws
    -> Double
  {
    let shape = [1, map.count]
    return try metric.scores(
      of: explanation(
        Tensor(map, shape: shape), mask: inside.map { try Tensor($0, shape: shape) }), seed: 0
    ).scores[0]
  }
}

/// A trained network for digits, and ten of them.
enum Digits {
  static func model() throws -> ONNXModel { try ExampleFiles.model("digits") }

  /// `[count, 1, 8, 8]`.
  static func images(_ count: Int = 10) throws -> Tensor {
    try ExampleFiles.data("ten-digits")[0..<count].converted(to: .float32)
  }

  /// Of the predicted class's logit, from black.
  static let integrated = Explainer(
    "integrated gradients", slice: NetworkSlice(from: .input, to: .logits),
    quantity: .predictedClass
  ) { model, slice, quantity in
    var engine = InternalInfluence(
      model, distribution: .linear(from: .zeros, steps: 8), quantity: quantity, slice: slice)
    engine.keepsInfluence = true
    return engine
  }

  static func explanation(_ count: Int = 10) throws -> Explanation {
    try integrated.explanation(of: Inputs(images(count)), in: model())
  }
}
