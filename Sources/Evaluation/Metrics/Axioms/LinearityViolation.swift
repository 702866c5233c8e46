// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How far the attributions of a combined quantity are from the combined attributions:
/// Σ |A(a Q₁ + b Q₂) − (a A(Q₁) + b A(Q₂))| / Σ (|a A(Q₁)| + |b A(Q₂)|).
///
/// Q₁ is the explanation's own quantity. After Sundararajan et al. 2017 (arXiv:1703.01365). Paths that
/// are chosen by the quantity break it, and so do rules that linearize the network between points.
public struct LinearityViolation: Metric {
  /// Q₂.
  public let other: any QuantityOfInterest
  /// a and b.
  public let weights: (own: Double, other: Double)

  public init(
    with other: any QuantityOfInterest, weights: (own: Double, other: Double) = (1, 1)
  ) {
    self.other = other
    self.weights = weights
  }

  public var name: String {
    "linearity violation(\(weights.own) · own + \(weights.other) · \(other.name))"
  }
  public var family: MetricFamily { .axiomatic }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost { MetricCost(explanations: 2) }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let (model, explainer) = (explanation.model, explanation.explainer)
    func attributions(of quantity: any QuantityOfInterest) throws -> Activation {
      try explainer.method(for: model, quantity: quantity).attributions(for: explanation.inputs)
        .activation
    }
    let own = try explanation.attributions.activation * weights.own
    let others = try attributions(of: other) * weights.other
    let combined = try attributions(
      of: WeightedSum([(explainer.quantity, weights.own), (other, weights.other)]))
    let sizes = zip(
      try own.elementsByRow().numbersByRow(), try others.elementsByRow().numbersByRow()
    ).map { $0.absoluteSum + $1.absoluteSum }
    let rows = zip(
      try combined.elementsByRow().numbersByRow(), try (own + others).elementsByRow().numbersByRow()
    )
    return MetricResult(zip(rows, sizes).map { $0.0.distance(to: $0.1, over: $1) })
  }
}

extension Metric where Self == LinearityViolation {
  /// How far the attributions of a combined quantity are from the combined attributions.
  public static func linearityViolation(
    with other: any QuantityOfInterest, weights: (own: Double, other: Double) = (1, 1)
  ) -> LinearityViolation {
    LinearityViolation(with: other, weights: weights)
  }
}
