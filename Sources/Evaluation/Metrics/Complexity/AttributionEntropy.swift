// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation

/// The entropy of the attributions' shares, −Σ p ln p with p = |A| / Σ |A|: 0 where one feature has
/// all, ln n where n have the same.
///
/// After Bhatt et al. 2020 (arXiv:2005.00631), who call it complexity. It grows with the number of
/// features, so it compares explanations of one cut only.
public struct AttributionEntropy: Metric {
  /// What counts as one; `nil` for pixels of images and else elements.
  public let features: Features?

  public init(features: Features? = nil) { self.features = features }

  public var name: String { "entropy" + features.suffix }
  public var family: MetricFamily { .complexity }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "nat" }
  public func cost(features: Int) -> MetricCost { MetricCost() }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    try explanation.scoresOfSizes(by: features) { sizes in
      let sum = sizes.reduce(0, +)
      return sizes.reduce(0) { $1 > 0 ? $0 - $1 / sum * log($1 / sum) : $0 }
    }
  }
}

extension Metric where Self == AttributionEntropy {
  /// The entropy of the attributions' shares.
  public static var entropy: AttributionEntropy { AttributionEntropy() }
}
