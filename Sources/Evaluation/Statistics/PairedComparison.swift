// SPDX-License-Identifier: Apache-2.0

/// Two configurations on the same instances: how far apart their scores are, and whether by chance.
///
/// Everything is of differences within an instance, so that easy and hard instances do not blur it.
public struct PairedComparison: Sendable, Equatable {
  /// Of first − second, in the scores' unit, with its interval.
  public let difference: MeanEstimate
  /// The mean difference over the differences' standard deviation, Cohen's d_z.
  ///
  /// 0.2 is called small, 0.5 medium, 0.8 large (Cohen 1988). 0 where all differences are 0; infinite
  /// where all are one other number.
  public let standardizedEffect: Double
  /// (W₊ − W₋) / (W₊ + W₋) of the ranks of the differences' sizes, −1…1, zeros left out.
  ///
  /// 1 where the first is higher on every instance (Kerby 2014). It does not mind outliers.
  public let rankBiserial: Double
  /// Two-sided, by ``SignFlipTest``; of this comparison alone, see ``HolmCorrection``.
  public let pValue: Double

  /// Instances on which both have a score.
  public var count: Int { difference.count }
  /// Instances on which one has none.
  public var leftOut: Int { difference.leftOut }

  /// - Parameters:
  ///   - first: A score for each instance.
  ///   - second: The same instances, in the same order.
  /// - Precondition: Both are of one length.
  public init(
    _ first: [Double], _ second: [Double], confidence: Double = 0.95, resamples: Int = 2000,
    flips: Int = 9999, seed: UInt64 = 0
  ) {
    precondition(
      first.count == second.count, "\(first.count) scores against \(second.count)")
    let differences = zip(first, second).map { $0 - $1 }
    difference = MeanEstimate(
      differences, confidence: confidence, resamples: resamples, seed: seed)
    let deviation = difference.standardDeviation
    standardizedEffect =
      difference.mean == 0 && deviation == 0 ? 0 : difference.mean / deviation
    let finite = differences.filter(\.isFinite)
    rankBiserial = Self.rankBiserial(finite)
    pValue = SignFlipTest.pValue(finite, flips: flips, seed: seed)
  }

  private static func rankBiserial(_ differences: [Double]) -> Double {
    guard !differences.isEmpty else { return .nan }
    let moving = differences.filter { $0 != 0 }
    guard !moving.isEmpty else { return 0 }
    let ranks = Correlation.ranks(moving.map { abs($0) })
    let balance = zip(moving, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : -$1.1) }
    return balance / ranks.reduce(0, +)
  }
}
