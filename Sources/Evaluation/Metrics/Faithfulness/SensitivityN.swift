// SPDX-License-Identifier: Apache-2.0

import Attribution
import Glibc

/// Whether the attributions of any n features add up to what their removal takes from the quantity.
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
  /// Features of the sets; `nil` for ten numbers from 1 to 80 % of the features, evenly apart in their
  /// logarithm and rounded, equal ones once.
  public let sizes: [Int]?
  public let sets: Int
  public let removal: any Removal
  public let features: Features?

  /// - Parameters:
  ///   - sizes: The n that are tried; `nil` for the usual ones.
  ///   - sets: Sets of each size.
  ///   - removal: What a removed feature becomes.
  ///   - features: What goes as one; pixels of images, else elements, where not given.
  /// - Precondition: Sizes are positive; `sets > 1`.
  public init(
    sizes: [Int]? = nil, sets: Int = 100, removal: any Removal = .zeros, features: Features? = nil
  ) {
    precondition(
      sizes.map { !$0.isEmpty && $0.allSatisfy { $0 > 0 } } ?? true,
      "a set has one feature at least: \(sizes ?? [])")
    precondition(sets > 1, "a correlation needs two sets at least, not \(sets)")
    self.sizes = sizes
    self.sets = sets
    self.removal = removal
    self.features = features
  }

  public var name: String {
    "sensitivity-n".with(
      settings: sizes.map { "n \($0)" }, sets == 100 ? nil : "\(sets) sets",
      removal.name.unless("zeros"), features?.rawValue)
  }

  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { "correlation" }

  public func cost(features: Int) -> MetricCost {
    MetricCost(forwardRows: sizes(of: features).count * sets + 1 + removal.forwardRows)
  }

  /// The different sizes of sets, rising.
  private func sizes(of features: Int) -> [Int] {
    if let sizes { return Set(sizes).sorted() }
    let largest = max(1, 0.8 * Double(features))
    return Set((0..<10).map { Int(pow(largest, Double($0) / 9).rounded()) }).sorted()
  }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let falls = try SubsetFalls(explanation, features: features, removal: removal, seed: seed)
    let sizes = sizes(of: falls.features)
    let bySize = try sizes.map {
      try falls.correlations(size: $0, sets: sets, metric: name)
    }
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
  /// Whether the attributions of any n features add up to what their removal takes from the quantity.
  public static func sensitivityN(
    sizes: [Int]? = nil, sets: Int = 100, removal: any Removal = .zeros, features: Features? = nil
  ) -> SensitivityN {
    SensitivityN(sizes: sizes, sets: sets, removal: removal, features: features)
  }
}
