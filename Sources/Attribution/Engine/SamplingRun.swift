// SPDX-License-Identifier: Apache-2.0

import Torch

/// The explanation of one group of instances by rounds of random draws, until each is known within
/// a tolerance.
struct SamplingRun {
  /// All instances of the group, and what hears of progress.
  private let group: GroupRun
  private let distribution: any SampledDistribution
  private let tolerance: Double

  private(set) var tally = GroupRun.Tally()

  /// Draws of the first round: what a standard error can be believed from.
  private static let fewest = 32

  /// `nil` where the engine's distribution does not stop at a tolerance.
  init?(_ group: GroupRun) throws {
    guard let distribution = group.engine.distribution as? any SampledDistribution,
      let tolerance = distribution.tolerance
    else { return nil }
    guard group.engine.statistic == .mean else {
      throw SamplesError.noStandardError(distribution: distribution.name, group.engine.statistic)
    }
    self.group = group
    self.distribution = distribution
    self.tolerance = tolerance
  }

  /// One result for each quantity.
  mutating func results(rowLimit: Int) throws -> [GroupResult] {
    let all = 0..<group.instances.count
    var estimates = group.quantities.map { _ in [SampledEstimate?](repeating: nil, count: all.count)
    }
    var pending = Array(all)
    while tally.samples < distribution.count, !pending.isEmpty {
      let round = tally.samples..<end(after: tally.samples)
      let results = try results(of: round, for: pending, rowLimit: rowLimit)
      for (index, result) in results.enumerated() {
        for (row, instance) in pending.enumerated() {
          try estimates[index][instance].add(
            result.selecting([row]), draws: round.count, until: tolerance)
        }
      }
      tally.samples = round.upperBound
      pending = all.filter { instance in estimates.contains { $0[instance]?.isKnown != true } }
    }
    try group.report(1, 0)
    return try estimates.map { try .joined($0.compactMap { $0?.result }) }
  }

  /// Rounds double the draws; a rest that is smaller than the first round goes with the last.
  private func end(after drawn: Int) -> Int {
    let next = max(Self.fewest, 2 * drawn)
    return distribution.count < next + Self.fewest ? distribution.count : next
  }

  private mutating func results(
    of round: Range<Int>, for pending: [Int], rowLimit: Int
  ) throws -> [GroupResult] {
    var engine = group.engine
    engine.distribution = SamplingRound(distribution: distribution, range: round)
    let isWhole = pending.count == group.instances.count
    var run = GroupRun(
      engine, quantities: group.quantities,
      evaluator: isWhole
        ? group.evaluator : try SliceEvaluator(group.evaluator, selecting: pending),
      instances: group.instances, selection: isWhole ? nil : pending
    ) { [group] _, gradients in try group.report(0, gradients) }
    let outcome = try run.outcome(rowLimit: rowLimit)
    let drawn = tally.samples
    tally = tally + outcome.tally
    tally.samples = drawn
    return outcome.results
  }
}

/// One round of draws as a distribution; the first alone tells where paths end.
private struct SamplingRound: DistributionOfInterest {
  let distribution: any SampledDistribution
  let range: Range<Int>

  var name: String { distribution.name }

  func samples(around instances: Instances) throws -> Samples {
    let samples = try distribution.draws(range, around: instances)
    return range.lowerBound == 0 ? samples : samples.withoutEnds()
  }
}
