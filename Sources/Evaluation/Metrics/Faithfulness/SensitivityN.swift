// SPDX-License-Identifier: Apache-2.0

import Attribution
import Glibc

/// Do the attributions of any n features add up to what their removal takes from the quantity?
///
/// For each n, Pearson's correlation over random sets S of n features of Σ_{i ∈ S} A_i with
/// Q(x) − Q(x without S); the mean over n. The curve tells it for each n. Sets are drawn evenly, and
/// are the same for every explanation of an instance with the same seed.
///
/// An n for which all sets take the same counts nothing, and if that is so for every n the score is
/// NaN. Where the attributions alone are all the same, the correlation is 0.
///
/// - Note: Ancona et al. 2018, who draw 100 sets and go from one feature to 80 % of them. Quantus'
///   metric of that name removes features in the order of their attributions, and correlates over
///   instances: another number.
public struct SensitivityN: Metric {
  public let shares: [Double]
  public let sets: Int
  public let removal: any Removal
  public let features: Features?

  /// Ten shares of the features, evenly apart in their logarithm; the first stands for one feature.
  public static let usualShares = (0..<10).map { 0.8 * pow(1000, Double($0) / 9 - 1) }

  /// - Parameters:
  ///   - shares: How large sets are, as shares of all features, rounded to whole features and one at
  ///     least; equal sizes count once.
  ///   - sets: Sets of each size.
  ///   - removal: What a removed feature becomes.
  ///   - features: What goes as one; pixels of images, else elements, where not given.
  /// - Precondition: Shares lie above 0 and up to 1; `sets > 1`.
  public init(
    shares: [Double] = SensitivityN.usualShares, sets: Int = 100, removal: any Removal = .zeros,
    features: Features? = nil
  ) {
    precondition(
      !shares.isEmpty && shares.allSatisfy { $0 > 0 && $0 <= 1 },
      "shares of the features lie above 0 and up to 1: \(shares)")
    precondition(sets > 1, "a correlation needs two sets at least, not \(sets)")
    self.shares = shares
    self.sets = sets
    self.removal = removal
    self.features = features
  }

  public var name: String {
    "sensitivity-n".with(
      settings: shares == Self.usualShares ? nil : "shares \(shares)",
      sets == 100 ? nil : "\(sets) sets", removal.name.unless("zeros"), features?.rawValue)
  }

  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { "correlation" }

  public func cost(features: Int) -> MetricCost {
    MetricCost(forwardRows: sizes(of: features).count * sets + 1 + removal.forwardRows)
  }

  /// The different sizes of sets, rising.
  func sizes(of features: Int) -> [Int] {
    Set(shares.map { min(features, max(1, Int(($0 * Double(features)).rounded()))) }).sorted()
  }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let falls = try SubsetFalls(explanation, features: features, removal: removal, seed: seed)
    let sizes = sizes(of: falls.features)
    let bySize = try sizes.map { try falls.correlations(size: $0, sets: sets) }
    let byInstance = (0..<explanation.count).map { row in bySize.map { $0[row] } }
    return MetricResult(
      byInstance.map { correlations in
        let known = correlations.filter { !$0.isNaN }
        return known.isEmpty ? .nan : known.reduce(0) { $0 + $1 / Double(known.count) }
      },
      curves: MetricCurves(
        position: "features removed", positions: sizes.map(Double.init), heights: byInstance))
  }
}

extension Metric where Self == SensitivityN {
  /// Do the attributions of any n features add up to what their removal takes from the quantity?
  public static func sensitivityN(
    shares: [Double] = SensitivityN.usualShares, sets: Int = 100, removal: any Removal = .zeros,
    features: Features? = nil
  ) -> SensitivityN {
    SensitivityN(shares: shares, sets: sets, removal: removal, features: features)
  }
}
