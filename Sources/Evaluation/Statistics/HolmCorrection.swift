// SPDX-License-Identifier: Apache-2.0

/// p-values of several comparisons, corrected so that each tells the chance of even one false alarm
/// among them.
///
/// After Holm 1979. It asks nothing of how the comparisons depend on each other.
public enum HolmCorrection {
  /// Corrected p-values, in the given order; NaN stays NaN and does not count.
  public static func adjusted(_ pValues: [Double]) -> [Double] {
    var adjusted = pValues
    let order = pValues.indices.filter { !pValues[$0].isNaN }
      .sorted { pValues[$0] < pValues[$1] }
    var least = 0.0
    for (rank, index) in order.enumerated() {
      least = max(least, min(1, pValues[index] * Double(order.count - rank)))
      adjusted[index] = least
    }
    return adjusted
  }
}

/// One of a family of comparisons.
public struct NamedComparison: Sendable, Equatable {
  public let first: String
  public let second: String
  public let comparison: PairedComparison
  /// Corrected for the whole family.
  public let adjustedPValue: Double

  /// Every pair of configurations, the earlier one first, p-values corrected together.
  ///
  /// - Parameter scores: By configuration, of the same instances in the same order.
  public static func pairs(
    among scores: [(name: String, scores: [Double])], confidence: Double = 0.95,
    resamples: Int = 2000, flips: Int = 9999, seed: UInt64 = 0
  ) -> [NamedComparison] {
    let pairs = scores.indices.flatMap { first in
      scores.indices.dropFirst(first + 1).map { (scores[first], scores[$0]) }
    }
    let comparisons = pairs.map {
      PairedComparison(
        $0.scores, $1.scores, confidence: confidence, resamples: resamples, flips: flips,
        seed: seed)
    }
    return zip(zip(pairs, comparisons), HolmCorrection.adjusted(comparisons.map(\.pValue))).map {
      NamedComparison(
        first: $0.0.0.name, second: $0.0.1.name, comparison: $0.1, adjustedPValue: $1)
    }
  }
}
