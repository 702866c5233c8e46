// SPDX-License-Identifier: Apache-2.0

import Attribution

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

extension Metric where Self == LocalizationAUC {
  /// The chance that a feature that matters is ahead of one that does not.
  public static var localizationAUC: LocalizationAUC { LocalizationAUC() }
}
