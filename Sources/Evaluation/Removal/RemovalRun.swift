// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Instances of an explanation, to be run with features removed.
struct RemovalRun {
  let explanation: Explanation
  let layout: FeatureLayout
  private let substitutes: Substitutes
  /// Random substitutes are not drawn from the numbers that choose which features go.
  private static let removalStream: UInt64 = 0x6C62_272E_07BB_0142

  init(
    _ explanation: Explanation, features: Features?, removal: any Removal, seed: UInt64
  ) throws {
    self.explanation = explanation
    layout = FeatureLayout(of: explanation.activation, as: features)
    substitutes = try removal.substitutes(for: explanation, seed: seed ^ Self.removalStream)
  }

  /// One attribution a feature, `[instances, features]`, float64.
  func scores() throws -> Tensor { try layout.scores(of: explanation.attributions.activation) }

  /// The instances without some features.
  ///
  /// - Parameter removed: `[samples · instances, features]`, bool.
  func points(removing removed: Tensor) throws -> Activation {
    try substitutes.points(replacing: layout.spread(removed), of: explanation.activation)
  }

  /// A quantity along an order of removal: `[instances][counts]`.
  ///
  /// - Parameter counts: How many features are removed.
  func curve(
    of quantity: any QuantityOfInterest, removing ranks: RemovalRanks, counts: [Int]
  ) throws -> [[Double]] {
    try explanation.values(of: quantity, samples: counts.count) { samples in
      try points(removing: ranks.first(counts[samples]))
    }
  }
}

extension Explanation {
  /// A quantity at many points, made and run in parts that fit in memory.
  ///
  /// - Parameters:
  ///   - block: Samples are made in multiples of so many, whatever the batch, so that random draws in
  ///     parts of that size are the same for an instance alone.
  ///   - points: Of some samples, `[samples · instances, …]`.
  /// - Returns: `[instances][samples]`.
  func values(
    of quantity: any QuantityOfInterest, samples: Int, block: Int = 1,
    at points: (Range<Int>) throws -> Activation
  ) throws -> [[Double]] {
    let atOnce = max(1, samplesAtOnce(of: activation) / block) * block
    var values = [[Double]](repeating: [], count: count)
    for first in stride(from: 0, to: samples, by: atOnce) {
      let part = first..<min(samples, first + atOnce)
      let numbers = try self.values(of: quantity, at: points(part)).numbers()
      for (index, number) in numbers.enumerated() { values[index % count].append(number) }
    }
    return values
  }
}
