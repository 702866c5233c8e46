// SPDX-License-Identifier: Apache-2.0

import Attribution

/// Of the K features with the greatest attributions, the share that matters, K being how many matter.
///
/// After Arras et al. 2022 (arXiv:2003.07258). Features that tie at the K-th place count by the share
/// of them that fits in, which is what breaking ties at random gives on average; Quantus breaks them by
/// position.
public struct RelevanceRankAccuracy: Metric {
  /// What counts as one; `nil` for pixels of images and else elements.
  public let features: Features?

  public init(features: Features? = nil) { self.features = features }

  public var name: String { "relevance rank accuracy" + features.suffix }
  public var family: MetricFamily { .localization }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost { MetricCost() }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    try MaskedScores(explanation, by: features, for: name).map { scores, isInside in
      let count = isInside.count { $0 }
      let last = scores.sorted(by: >)[count - 1]
      var (above, aboveInside, tied, tiedInside) = (0, 0, 0, 0)
      for (score, isInside) in zip(scores, isInside) where score >= last {
        if score > last {
          above += 1
          aboveInside += isInside ? 1 : 0
        } else {
          tied += 1
          tiedInside += isInside ? 1 : 0
        }
      }
      let share = Double(count - above) / Double(tied)
      return (Double(aboveInside) + share * Double(tiedInside)) / Double(count)
    }
  }
}

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

/// The chance that a feature that matters has a greater attribution than one that does not: the area
/// under the ROC curve, 0.5 for a blind guess.
///
/// By ranks (Mann and Whitney 1947), ties counting half. It weighs all features alike, so that on
/// images with small objects it rather tells how the background is ranked.
public struct LocalizationAUC: Metric {
  /// What counts as one; `nil` for pixels of images and else elements.
  public let features: Features?

  public init(features: Features? = nil) { self.features = features }

  public var name: String { "localization AUC" + features.suffix }
  public var family: MetricFamily { .localization }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost { MetricCost() }

  /// NaN where everything matters.
  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    try MaskedScores(explanation, by: features, for: name).map { scores, isInside in
      let inside = Double(isInside.count { $0 })
      let ranks = zip(Correlation.ranks(scores), isInside).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
      return (ranks - inside * (inside + 1) / 2) / (inside * (Double(scores.count) - inside))
    }
  }
}

extension Metric where Self == RelevanceRankAccuracy {
  /// Of as many features as matter, the share that does.
  public static var relevanceRankAccuracy: RelevanceRankAccuracy { RelevanceRankAccuracy() }
}

extension Metric where Self == RelevanceMassAccuracy {
  /// The share of the positive attributions on features that matter.
  public static var relevanceMassAccuracy: RelevanceMassAccuracy { RelevanceMassAccuracy() }
}

extension Metric where Self == LocalizationAUC {
  /// The chance that a feature that matters is ahead of one that does not.
  public static var localizationAUC: LocalizationAUC { LocalizationAUC() }
}
