// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Whether features of larger attribution, sign aside, move the quantity more when drawn anew.
///
/// Spearman's correlation, over all features i, of |A_i| with E (Q(x) − Q(x with another i))². NaN
/// where the quantity never moves; 0 where the attributions' sizes alone are all the same.
///
/// - Note: Nguyen and Martínez 2020, who draw from what the feature may be; Quantus draws 100 times
///   evenly from 0…1. The ten draws here tell how far a feature moves the quantity to about a quarter.
public struct MonotonicityCorrelation: Metric {
  public let removal: any Removal
  public let draws: Int
  public let features: Features?

  /// - Parameters:
  ///   - removal: Where features are drawn from; asked once for each draw, with another seed.
  ///   - draws: Of each feature.
  ///   - features: What goes as one; pixels of images, else elements, where not given.
  /// - Precondition: `draws > 0`.
  public init(
    removal: any Removal = .uniform(in: 0...1), draws: Int = 10, features: Features? = nil
  ) {
    precondition(draws > 0, "there is one draw at least, not \(draws)")
    self.removal = removal
    self.draws = draws
    self.features = features
  }

  public var name: String {
    "monotonicity correlation".with(
      settings: removal.name.unless("uniform in 0.0…1.0"), draws == 10 ? nil : "\(draws) draws",
      features?.rawValue)
  }

  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { "rank correlation" }

  public func cost(features: Int) -> MetricCost {
    MetricCost(forwardRows: draws * (features + removal.forwardRows) + 1)
  }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let own = try explanation.ownValues().numbers()
    var moves = [[Double]](repeating: [], count: explanation.count)
    var sizes: Tensor?
    for draw in 0..<draws {
      let seed = SeededNumbers.seed(seed, stream: draw)
      let run = try RemovalRun(explanation, features: features, removal: removal, seed: seed)
      sizes = try sizes ?? run.scores().absolute()
      for (row, values) in try run.valuesWithoutEach().enumerated() {
        // What rounding moves is not moved; it would have ranks of its own.
        let least = 1e-7 * abs(own[row])
        let squares = values.map { value in
          let move = value - own[row]
          return abs(move) <= least ? 0 : move * move
        }
        moves[row] = moves[row].isEmpty ? squares : zip(moves[row], squares).map { $0 + $1 }
      }
    }
    return MetricResult(
      try own.indices.map { row in
        let sizes = try sizes?[row].numbers() ?? []
        guard (sizes + moves[row]).allSatisfy(\.isFinite) else { return .nan }
        return Agreement.correlation(
          of: Correlation.ranks(sizes), with: Correlation.ranks(moves[row]), quantity: 0)
      })
  }
}

extension Metric where Self == MonotonicityCorrelation {
  /// Whether features of larger attribution, sign aside, move the quantity more when drawn anew.
  public static func monotonicityCorrelation(
    removal: any Removal = .uniform(in: 0...1), draws: Int = 10, features: Features? = nil
  ) -> MonotonicityCorrelation {
    MonotonicityCorrelation(removal: removal, draws: draws, features: features)
  }
}
