// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How far the attributions are from what they should be: Σ |A − A*| / Σ |A*|.
///
/// A* is what the explanation's truth tells, or what a reference explains: the same path by the exact
/// rule, or with very many steps. It compares rules on one path; of two paths it does not say which is
/// right.
public struct AttributionError: Metric {
  /// What explains as it should be; `nil` for the truth that the explanation brings along.
  public let reference: Explainer?

  /// - Parameter reference: Of the same slice and quantity.
  public init(against reference: Explainer? = nil) { self.reference = reference }

  public var name: String {
    "attribution error" + (reference.map { " against '\($0.name)'" } ?? "")
  }
  public var family: MetricFamily { .axiomatic }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost {
    MetricCost(explanations: reference == nil ? 0 : 1)
  }

  /// 0 where both are all 0, NaN where A* alone is.
  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let expected = try wanted(explanation)
    return MetricResult(
      try explanation.attributions.activation.distances(
        to: expected, over: { $1.absoluteSum }, what: "what the attributions should be"))
  }

  private func wanted(_ explanation: Explanation) throws -> Activation {
    if let reference {
      return try reference.method(for: explanation.model)
        .attributions(for: explanation.inputs).activation
    }
    guard let attributions = explanation.truth.attributions else {
      throw MetricError.needsTruth(metric: name, what: "the attributions as they should be")
    }
    return attributions
  }
}

extension Activation {
  /// Σ |a − b| of each row over a scale of a's and b's elements.
  ///
  /// - Parameter what: The other one, for messages.
  func distances(
    to other: Activation, over scale: ([Double], [Double]) -> Double, what: String
  ) throws -> [Double] {
    for (own, other) in zip(tensors, other.tensors) where own.shape != other.shape {
      throw MetricError.shape(what: what, other.shape, expected: own.shape)
    }
    let rows = zip(try elementsByRow().numbersByRow(), try other.elementsByRow().numbersByRow())
    return rows.map { $0.distance(to: $1, over: scale($0, $1)) }
  }
}

extension Metric where Self == AttributionError {
  /// How far the attributions are from what they should be.
  public static func attributionError(against reference: Explainer? = nil) -> AttributionError {
    AttributionError(against: reference)
  }
}
