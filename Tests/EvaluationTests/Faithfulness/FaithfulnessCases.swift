// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Foundation
import ONNX
import TestSupport
import Torch

/// Explanations for metrics of faithfulness to judge.
enum FaithfulnessCases {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// An array that `Fixtures/make_faithfulness_fixtures.py` wrote.
  static func fixture(_ name: String) throws -> Tensor {
    let path = "Tests/EvaluationTests/Fixtures/faithfulness/\(name).npy"
    return try Tensor(contentsOfNPY: root.appending(path: path).path)
  }

  /// Ten digits, `[10, 1, 8, 8]`.
  static func digits() throws -> Tensor {
    try Tensor(contentsOfNPY: root.appending(path: "Examples/Data/ten-digits.npy").path)
  }

  static func digitsModel(_ type: ElementType? = nil) throws -> ONNXModel {
    try ONNXModel(
      path: root.appending(path: "Examples/Models/digits.onnx").path, elementType: type)
  }

  /// Σ x of `[rows, …]`, `[rows, 1]`.
  static let sum = ToyModels.function {
    try $0.flattened(from: 1).sum(axes: [1], keepingAxes: true)
  }

  static let gradient = explainer { Saliency($0, quantity: $1, slice: $2) }
  static let product = explainer { GradientTimesInput($0, quantity: $1, slice: $2) }

  /// Of the first output, or what is asked for.
  static func explainer(
    _ name: String = "explainer", of quantity: any QuantityOfInterest = .classScore(0),
    to end: any Cut = OutputCut(),
    _ method:
      @escaping @Sendable (any Model, any QuantityOfInterest, NetworkSlice) throws ->
      any AttributionMethod
  ) -> Explainer {
    Explainer(name, slice: NetworkSlice(from: .input, to: end), quantity: quantity) {
      try method($0, $2, $1)
    }
  }

  /// Attributions that have nothing to do with the network: the same for every instance.
  ///
  /// - Parameter map: `[…]` of an instance, whose first axis has a length.
  static func fixed(
    _ map: Tensor, of quantity: any QuantityOfInterest = .classScore(0),
    to end: any Cut = OutputCut()
  ) -> Explainer {
    explainer("fixed", of: quantity, to: end) { _, _, _ in
      // The gradient of Σ map · x is the map.
      Saliency(
        ToyModels.function {
          try ($0 * map.converted(like: $0)).flattened(from: 1).sum(axes: [1], keepingAxes: true)
        }, quantity: .classScore(0), slice: NetworkSlice(from: .input, to: .output))
    }
  }

  static func fixed(_ map: [Double], of quantity: any QuantityOfInterest = .classScore(0)) throws
    -> Explainer
  {
    fixed(try Tensor(map), of: quantity)
  }

  /// Rows of features.
  static func rows(_ rows: [Double]...) throws -> Inputs {
    Inputs(try Tensor(rows.flatMap(\.self), shape: [rows.count, rows[0].count]))
  }

  /// What a metric gives for instances.
  static func result(
    _ metric: some Metric, _ inputs: Inputs, _ explainer: Explainer, in model: any Model = sum,
    seed: UInt64 = 0
  ) throws -> MetricResult {
    try metric.scores(of: explainer.explanation(of: inputs, in: model), seed: seed)
  }

  /// tanh(x · hidden) · output, of the fixtures.
  static func fixtureNetwork() throws -> FunctionModel {
    let (hidden, output) = (try fixture("hidden"), try fixture("output"))
    return ToyModels.function {
      try $0.flattened(from: 1).matrixProduct(hidden).hyperbolicTangent().matrixProduct(output)
    }
  }

  /// The fixtures' gradient × input of the predicted class.
  static let fixtureProduct = explainer(of: .predictedClass) {
    GradientTimesInput($0, quantity: $1, slice: $2)
  }
}

/// The mean of numbers.
func mean(_ numbers: [Double]) -> Double {
  numbers.reduce(0) { $0 + $1 / Double(numbers.count) }
}
