// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Which features are taken away first.
public enum RemovalOrder: String, Sendable, Codable, CaseIterable {
  /// Those of the greatest attribution, sign included: MoRF.
  case mostRelevantFirst
  /// The same order backward: LeRF.
  case leastRelevantFirst

  /// The usual letters.
  var abbreviation: String { self == .mostRelevantFirst ? "MoRF" : "LeRF" }
}

/// At which place of the order each feature is removed, for every instance.
///
/// Features of equal attribution come in a random order, drawn for the instance from the seed. By
/// index they would come from the upper left of a picture, and an attribution that says nothing
/// would get the score of that way to take a picture apart; so it gets that of a random one.
struct RemovalRanks {
  /// `[instances, features]`, int64, from 0.
  private let ranks: Tensor
  let features: Int
  /// Whether an instance's attributions are all numbers; there is no order where not.
  let isOrdered: [Bool]

  /// - Parameter scores: `[instances, features]`.
  init(
    _ scores: Tensor, order: RemovalOrder, of explanation: Explanation, seed: UInt64
  ) throws {
    features = scores.shape[1]
    isOrdered = try scores.isFinite().all(axis: 1).numbers().map { $0 != 0 }
    let count = features
    let shuffled = try Tensor.stacked(
      (0..<explanation.count).map {
        try .permutation(
          count, on: scores.device, from: explanation.generator(for: $0, seed: seed))
      })
    let places = try scores.gathered(shuffled, axis: 1).sorted(axis: 1, descending: true).indices
    let sequence = try shuffled.gathered(places, axis: 1)
    // The place in the sequence of each feature: the inverse permutation.
    let ranks = try sequence.sorted(axis: 1).indices
    self.ranks = try order == .mostRelevantFirst ? ranks : Double(count - 1) - ranks
  }

  /// Which features are among the first so many.
  ///
  /// - Returns: `[samples · instances, features]`, bool, a sample for each count.
  func first(_ counts: some Collection<Int>) throws -> Tensor {
    let limits = try Tensor(counts.map(Int64.init)).moved(to: ranks.device)
      .reshaped(to: [-1, 1, 1])
    return try (ranks.unsqueezed(axis: 0) .< limits).reshaped(to: [-1, features])
  }
}
