// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Which map of an explanation is compared between networks.
public enum ComparedMap: Sendable {
  /// The attributions as they are. Where they hold x − x′ as a factor they look like the input in any
  /// network, and so alike.
  case attributions
  /// Σ w ∂Q/∂y, without the factor: asks for an engine with `keepsInfluence`, or that measures it.
  case influence
  /// A / (x − x′) from a baseline that broadcasts to the activation, for methods without an influence;
  /// features where both are equal are left out.
  case perDisplacement(from: Tensor)

  var name: String {
    switch self {
    case .attributions: "attributions"
    case .influence: "influence"
    case .perDisplacement: "attributions / displacement"
    }
  }

  /// What is compared, `[instances][features]`, for attributions of the explained instances.
  ///
  /// - Parameter metric: For messages.
  func rows(
    of attributions: Attributions, explaining explanation: Explanation, by features: Features?,
    for metric: String
  ) throws -> [[Double]] {
    switch self {
    case .attributions:
      return try attributions.activation.featureScores(by: features).numbersByRow()
    case .influence:
      return try influence(of: attributions, for: metric).featureScores(by: features)
        .numbersByRow()
    case .perDisplacement(let baseline):
      let displacement = try explanation.activation.map { own in
        try own.converted(to: .float64) - baseline.moved(to: own.device).converted(to: .float64)
      }
      let map = try attributions.activation.combined(with: displacement) { values, displacement in
        try (values.converted(to: .float64) / displacement)
          .filled(with: 0, where: displacement .== 0)
      }
      let moved = try displacement.map { try ($0 .!= 0).converted(to: .float64) }
        .featureScores(by: features).numbersByRow()
      return zip(try map.featureScores(by: features).numbersByRow(), moved).map { row, moved in
        zip(row, moved).filter { $0.1 > 0 }.map(\.0)
      }
    }
  }

  private func influence(of attributions: Attributions, for metric: String) throws -> Activation {
    if let influence = attributions.influence { return influence }
    guard attributions.configuration.measure == .influence else {
      throw MetricError.unsuitable(
        metric: metric,
        reason:
          "compares influences, and the explainer keeps none: set `keepsInfluence`, or compare "
          + "`.perDisplacement(from:)`")
    }
    return attributions.activation
  }
}
