// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How far attributions in an equal network are apart: Σ |A′ − A| / Σ |A|, where the other network
/// gives the same for every input and is built another way.
///
/// The axiom of implementation invariance is that of Sundararajan et al. 2017 (arXiv:1703.01365).
/// Gradients keep it; rules that give each operation its own derivative, as DeepLIFT's and guided
/// backpropagation's, do not. Where networks are equal but a ReLU reads 0, gradients may differ as well.
public struct ImplementationVariance: Metric {
  /// The equal network; the slice's cuts mean the same in it.
  public let equal: any Model
  /// How the equal network is called in the metric's name.
  public let label: String

  public init(equal: any Model, label: String = "the equal network") {
    self.equal = equal
    self.label = label
  }

  public var name: String { "implementation variance(\(label))" }
  public var family: MetricFamily { .axiomatic }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost { MetricCost(explanations: 1) }

  /// - Throws: ``MetricError/unsuitable(metric:reason:)`` where the networks are seen to differ.
  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let other = try explanation.explainer.method(
      for: equal, quantity: explanation.heldQuantity()
    ).attributions(for: explanation.inputs)
    try explanation.requireSameQuantity(
      other, metric: name, remedy: "the networks are not equal: give one that is")
    return MetricResult(
      try explanation.attributions.activation.distances(
        to: other.activation, over: { own, _ in own.absoluteSum },
        what: "the attribution in the equal network"))
  }
}

extension Metric where Self == ImplementationVariance {
  /// How far attributions in an equal network are apart.
  public static func implementationVariance(
    equal: any Model, label: String = "the equal network"
  ) -> ImplementationVariance {
    ImplementationVariance(equal: equal, label: label)
  }
}
