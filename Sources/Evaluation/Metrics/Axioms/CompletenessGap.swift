// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How far the attributions' sum is from what they should add up to: |Σ A − (Q(x) − Q(x′))|.
///
/// After Sundararajan et al. 2017 (arXiv:1703.01365). A small gap is no sign that the attributions are
/// near the path integral: errors of features cancel in the sum (see ``AttributionError``).
public struct CompletenessGap: Metric {
  /// What the gap is counted in.
  public enum Scale: String, Sendable, Codable, CaseIterable {
    /// The quantity's unit.
    case absolute
    /// Shares of |Q(x) − Q(x′)|; NaN where that is 0.
    case relative
  }

  public let scale: Scale
  /// x′ for methods that do not tell a path's ends, to broadcast to the activation.
  public let baseline: Tensor?

  public init(_ scale: Scale = .relative, from baseline: Tensor? = nil) {
    self.scale = scale
    self.baseline = baseline
  }

  public var name: String {
    "completeness gap" + (scale == .relative ? ", relative" : "")
      + (baseline == nil ? "" : ", from a given baseline")
  }
  public var family: MetricFamily { .axiomatic }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { scale == .relative ? "" : "quantity" }
  public func cost(features: Int) -> MetricCost {
    MetricCost(forwardRows: baseline == nil ? 0 : 2)
  }

  /// - Throws: ``MetricError/unsuitable(metric:reason:)`` where there is neither a path nor a
  ///   baseline.
  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let (gaps, changes) = try gapsAndChanges(explanation)
    return MetricResult(
      zip(gaps, changes).map { gap, change in
        guard scale == .relative else { return abs(gap) }
        return change == 0 ? .nan : abs(gap / change)
      })
  }

  private func gapsAndChanges(
    _ explanation: Explanation
  ) throws -> (gaps: [Double], changes: [Double]) {
    let attributions = explanation.attributions
    if let baseline {
      let start = try explanation.activation.map { own in
        do {
          return try baseline.converted(like: own).broadcast(to: own.shape)
        } catch is TorchError {
          throw MetricError.shape(what: "the baseline", baseline.shape, expected: own.shape)
        }
      }
      let change = try explanation.ownValues() - explanation.values(at: start)
      let sums = try attributions.activation.elementsByRow().sum(axes: [1])
      return (try (sums - change).numbers(), try change.numbers())
    }
    guard let gap = attributions.completenessGap, let end = attributions.quantity.end,
      let start = attributions.quantity.start
    else {
      throw MetricError.unsuitable(
        metric: name,
        reason:
          "asks for a path, and '\(explanation.explainer.name)' has none: give the metric the "
          + "baseline that the attributions should lead from")
    }
    return (try gap.numbers(), try (end - start).numbers())
  }
}

extension Metric where Self == CompletenessGap {
  /// How far the attributions' sum is from what they should add up to.
  public static func completenessGap(
    _ scale: CompletenessGap.Scale = .relative, from baseline: Tensor? = nil
  ) -> CompletenessGap {
    CompletenessGap(scale, from: baseline)
  }
}
