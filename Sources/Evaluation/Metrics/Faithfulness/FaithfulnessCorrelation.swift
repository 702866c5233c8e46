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
  /// Features of the sets; `nil` for a sixteenth of all.
  public let size: Int?
  public let sets: Int
  public let removal: any Removal
  public let features: Features?

  /// - Parameters:
  ///   - size: Features of each set; a sixteenth of all, rounded and one at least, where not given.
  ///   - sets: How many are drawn.
  ///   - removal: What a removed feature becomes.
  ///   - features: What goes as one; pixels of images, else elements, where not given.
  /// - Precondition: `size > 0`; `sets > 1`.
  public init(
    size: Int? = nil, sets: Int = 100, removal: any Removal = .zeros,
    features: Features? = nil
  ) {
    precondition(size.map { $0 > 0 } ?? true, "a set has one feature at least, not \(size ?? 0)")
    precondition(sets > 1, "a correlation needs two sets at least, not \(sets)")
    self.size = size
    self.sets = sets
    self.removal = removal
    self.features = features
  }

  public var name: String {
    "faithfulness correlation".with(
      settings: size.map { "\($0) features" }, sets == 100 ? nil : "\(sets) sets",
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
    let size = size ?? max(1, Int((Double(falls.features) / 16).rounded()))
    return MetricResult(try falls.correlations(size: size, sets: sets, metric: name))
  }
}

extension Metric where Self == FaithfulnessCorrelation {
  /// The correlation of a set's attributions with what its removal takes, for sets of one size.
  public static func faithfulnessCorrelation(
    size: Int? = nil, sets: Int = 100, removal: any Removal = .zeros,
    features: Features? = nil
  ) -> FaithfulnessCorrelation {
    FaithfulnessCorrelation(size: size, sets: sets, removal: removal, features: features)
  }
}
