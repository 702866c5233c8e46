// SPDX-License-Identifier: Apache-2.0

import Attribution

/// The share of the positive attributions that lies on features that matter.
///
/// After Arras et al. 2022 (arXiv:2003.07258). Negative attributions speak for other answers and are
/// left out; an explanation without positive ones has no score. A large object catches a large share
/// of any map: compare with what random attributions score.
public struct RelevanceMassAccuracy: Metric {
  /// What counts as one; `nil` for pixels of images and else elements.
  public let features: Features?

  public init(features: Features? = nil) { self.features = features }

  public var name: String { "relevance mass accuracy" + features.suffix }
  public var family: MetricFamily { .localization }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost { MetricCost() }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    try MaskedScores(explanation, by: features, for: name).map { scores, isInside in
      let positive = scores.map { max(0, $0) }
      let inside = zip(positive, isInside).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
      return inside / positive.reduce(0, +)
    }
  }
}

extension Metric where Self == RelevanceMassAccuracy {
  /// The share of the positive attributions on features that matter.
  public static var relevanceMassAccuracy: RelevanceMassAccuracy { RelevanceMassAccuracy() }
}
