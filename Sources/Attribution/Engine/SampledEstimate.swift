// SPDX-License-Identifier: Apache-2.0

import Torch

/// What rounds of draws say of one instance together.
///
/// Rounds are independent and each is unbiased, so that every weighted mean of them is: the weight of
/// a round with n draws is n where they are independent, and n² where they are stratified, whose
/// variance falls like n^−2 or faster.
struct SampledEstimate {
  private(set) var result: GroupResult
  private var weight: Double
  /// Whether the tolerance is reached; what is drawn after that for others is not looked at.
  private(set) var isKnown: Bool

  fileprivate init(_ first: GroupResult, weight: Double) {
    result = first
    self.weight = weight
    isKnown = false
  }

  fileprivate mutating func add(_ round: GroupResult, weight added: Double) throws {
    let (old, new) = (weight / (weight + added), added / (weight + added))
    weight += added
    func mean(_ a: Activation, _ b: Activation) throws -> Activation { try a * old + b * new }
    result = try result.replacing(
      values: mean(result.values, round.values),
      influence: result.influence.flatMap { own in
        try round.influence.map { try mean(own, $0) }
      },
      variance: result.variance.flatMap { own in
        try round.variance.map { try own * (old * old) + $0 * (new * new) }
      })
  }

  fileprivate mutating func stop(at tolerance: Double) throws {
    // Zeros that do not vary are known, too: 0 / 0 is no number.
    isKnown = try result.errorEstimate.map { try !($0.number() > tolerance) } ?? false
  }
}

extension SampledEstimate? {
  mutating func add(
    _ round: GroupResult, draws: Int, until tolerance: Double
  ) throws {
    let weight = Double(draws) * (round.spread == .pairs ? Double(draws) : 1)
    var estimate: SampledEstimate
    if let known = self {
      guard !known.isKnown else { return }
      estimate = known
      try estimate.add(round, weight: weight)
    } else {
      estimate = SampledEstimate(round, weight: weight)
    }
    try estimate.stop(at: tolerance)
    self = estimate
  }
}
