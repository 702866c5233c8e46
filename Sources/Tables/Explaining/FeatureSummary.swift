// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// How much a feature matters over the rows of a table.
public struct FeatureSummary: Sendable, Equatable {
  /// Its place among the features.
  public let feature: Int
  /// Mean of the attributions' sizes, and where it may lie over other rows of the kind.
  public let size: MeanEstimate
  /// Mean of the attributions with their signs, likewise.
  public let mean: MeanEstimate
}

extension TableExplanation {
  /// All features, the one with the greatest mean size first.
  ///
  /// - Complexity: Means of resampled rows, two for each feature; see ``resamples``.
  public func summaries(confidence: Double = 0.95, seed: UInt64 = 0) -> [FeatureSummary] {
    let all = layout.features.indices.map { feature in
      let own = attributions(of: feature)
      func estimate(_ numbers: [Double]) -> MeanEstimate {
        MeanEstimate(numbers, confidence: confidence, resamples: resamples, seed: seed)
      }
      return FeatureSummary(feature: feature, size: estimate(own.map(abs)), mean: estimate(own))
    }
    return all.sorted { ($1.size.mean, $0.feature) < ($0.size.mean, $1.feature) }
  }

  /// Bootstrap draws of each interval: 2000, fewer where rows are many, whose means vary little from
  /// draw to draw.
  public var resamples: Int { min(2000, max(100, 5_000_000 / max(1, rows.count))) }
}
