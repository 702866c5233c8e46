// SPDX-License-Identifier: Apache-2.0

import Attribution

/// The correlation of a set's attributions with what its removal takes, for sets of one size.
///
/// Pearson's, over random sets S, of Σ_{i ∈ S} A_i with Q(x) − Q(x without S): ``SensitivityN`` at a
/// single n. NaN where every set takes the same; 0 where the attributions alone are all the same.
///
/// - Note: Bhatt, Weller and Moura 2020. Quantus draws 100 sets of 224 elements; here a set has a
///   sixteenth of the features, which is about as much of a small picture.
public struct FaithfulnessCorrelation: Metric {
  public let share: Double
  public let sets: Int
  public let removal: any Removal
  public let features: Features?

  /// - Parameters:
  ///   - share: How large sets are, as a share of all features, rounded to whole features and one at
  ///     least.
  ///   - sets: How many are drawn.
  ///   - removal: What a removed feature becomes.
  ///   - features: What goes as one; pixels of images, else elements, where not given.
  /// - Precondition: The share lies above 0 and up to 1; `sets > 1`.
  public init(
    share: Double = 1.0 / 16, sets: Int = 100, removal: any Removal = .zeros,
    features: Features? = nil
  ) {
    precondition(
      share > 0 && share <= 1, "a share of the features lies above 0 and up to 1: \(share)")
    precondition(sets > 1, "a correlation needs two sets at least, not \(sets)")
    self.share = share
    self.sets = sets
    self.removal = removal
    self.features = features
  }

  public var name: String {
    "faithfulness correlation".with(
      settings: share == 1.0 / 16 ? nil : "share \(share)", sets == 100 ? nil : "\(sets) sets",
      removal.name.unless("zeros"), features?.rawValue)
  }

  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { "correlation" }

  public func cost(features: Int) -> MetricCost {
    MetricCost(forwardRows: sets + 1 + removal.forwardRows)
  }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let falls = try SubsetFalls(explanation, features: features, removal: removal, seed: seed)
    let size = min(falls.features, max(1, Int((share * Double(falls.features)).rounded())))
    return MetricResult(try falls.correlations(size: size, sets: sets))
  }
}

extension Metric where Self == FaithfulnessCorrelation {
  /// The correlation of a set's attributions with what its removal takes, for sets of one size.
  public static func faithfulnessCorrelation(
    share: Double = 1.0 / 16, sets: Int = 100, removal: any Removal = .zeros,
    features: Features? = nil
  ) -> FaithfulnessCorrelation {
    FaithfulnessCorrelation(share: share, sets: sets, removal: removal, features: features)
  }
}
