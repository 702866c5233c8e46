// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Which number of the network's answer is watched while features go.
public enum RemovalResponse: Sendable {
  /// The quantity that is explained.
  case quantity
  /// The probability of the class whose score is explained.
  case probability
  /// 1 where the class whose score is explained is the predicted one, else 0.
  case accuracy
  case other(any QuantityOfInterest)

  var unit: String {
    switch self {
    case .quantity: "units of the quantity"
    case .probability: "probability"
    case .accuracy: "accuracy"
    case .other(let quantity): "units of \(quantity.name)"
    }
  }

  var name: String {
    switch self {
    case .quantity, .probability, .accuracy: unit
    case .other(let quantity): quantity.name
    }
  }

  /// What is asked of the slice's end.
  ///
  /// - Throws: ``MetricError/unsuitable(metric:reason:)`` where a class is needed, and the explained
  ///   quantity is not about one.
  func quantity(of explanation: Explanation, for metric: String) throws -> any QuantityOfInterest {
    let explained = explanation.explainer.quantity
    switch self {
    case .quantity: return explained
    case .other(let quantity): return quantity
    case .probability: return ClassProbability(try choice(of: explained, for: metric))
    case .accuracy: return ClassPrediction(choice: try choice(of: explained, for: metric))
    }
  }

  private func choice(
    of quantity: any QuantityOfInterest, for metric: String
  ) throws -> ClassChoice {
    switch quantity {
    case let score as ClassScore: return score.choice
    case let probability as ClassProbability: return probability.choice
    default:
      throw MetricError.unsuitable(
        metric: metric,
        reason: "watches the explained class, and the explained quantity '\(quantity.name)' is not "
          + "about one: let it watch `.quantity`, or `.other` with a class of its own")
    }
  }
}

/// 1 where no class scores higher than the chosen one, else 0.
///
/// For curves: it has no gradient.
private struct ClassPrediction: QuantityOfInterest {
  let choice: ClassChoice

  var name: String { "accuracy" }

  func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let score = try ClassScore(choice).values(of: output, explaining: explained)
    return try (score .>= output.max(axes: [1])).converted(to: .float64)
  }
}
