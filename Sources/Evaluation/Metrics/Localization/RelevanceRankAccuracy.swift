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

extension Metric where Self == RelevanceRankAccuracy {
  /// Of as many features as matter, the share that does.
  public static var relevanceRankAccuracy: RelevanceRankAccuracy { RelevanceRankAccuracy() }
}
