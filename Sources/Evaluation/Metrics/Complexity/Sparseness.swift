// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// The Gini index of the attributions' sizes: 0 where all features have the same, towards 1 where one
/// has all (1 − 1/features).
///
/// With a = |A| in rising order: Σᵢ (2i − n − 1) aᵢ / (n Σ a), i from 1 to n. After Chalasani et al.
/// 2020 (arXiv:1810.06583), who call it sparseness. It says nothing of whether the few features are
/// the right ones: a wrong explanation of one pixel scores best.
public struct Sparseness: Metric {
  /// What counts as one; `nil` for pixels of images and else elements.
  public let features: Features?

  public init(features: Features? = nil) { self.features = features }

  public var name: String { "Gini index" + features.suffix }
  public var family: MetricFamily { .complexity }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost { MetricCost() }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    try explanation.scoresOfSizes(by: features) { sizes in
      let count = Double(sizes.count)
      let weighted = sizes.sorted().enumerated().reduce(0) {
        $0 + (Double(2 * $1.offset + 1) - count) * $1.element
      }
      return weighted / (count * sizes.reduce(0, +))
    }
  }
}

extension Features? {
  /// For names of metrics: nothing where it is left to the shape.
  var suffix: String { map { " by \($0.rawValue)" } ?? "" }
}

extension Explanation {
  /// A score of each instance's sizes, |A| over the features; NaN where all are 0, or one is not a
  /// number.
  func scoresOfSizes(
    by features: Features?, _ score: ([Double]) -> Double
  ) throws -> MetricResult {
    MetricResult(
      try attributions.activation.featureScores(by: features).numbersByRow().map { scores in
        // Scaled by the greatest, so that their sum stays within range.
        let sizes = scores.map { abs($0) }
        guard let greatest = sizes.max(), greatest > 0, sizes.allSatisfy(\.isFinite) else {
          return .nan
        }
        return score(sizes.map { $0 / greatest })
      })
  }
}

extension Metric where Self == Sparseness {
  /// The Gini index of the attributions' sizes.
  public static var sparseness: Sparseness { Sparseness() }
}
