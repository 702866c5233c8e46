// SPDX-License-Identifier: Apache-2.0

import Torch

/// The explanation of one group of instances by rounds of random draws, until each is known within
/// a tolerance.
struct SamplingRun {
  private let engine: InternalInfluence
  private let quantities: [any QuantityOfInterest]
  private let distribution: any SampledDistribution
  private let tolerance: Double
  /// The instances of a range of the batch, and the slice made ready for them.
  private let group: (Range<Int>) throws -> (SliceEvaluator, Instances)
  private let report: (_ share: Double, _ gradients: Int) throws -> Void

  private(set) var tally = GroupRun.Tally()
  /// What was made ready for the round before.
  private var ready: [Range<Int>: (SliceEvaluator, Instances)] = [:]

  /// Draws of the first round: what a standard error can be believed from.
  private static let fewest = 32

  /// `nil` where the engine's distribution does not stop at a tolerance.
  init?(
    _ engine: InternalInfluence, quantities: [any QuantityOfInterest],
    group: @escaping (Range<Int>) throws -> (SliceEvaluator, Instances),
    report: @escaping (_ share: Double, _ gradients: Int) throws -> Void
  ) throws {
    guard let distribution = engine.distribution as? any SampledDistribution,
      let tolerance = distribution.tolerance
    else { return nil }
    guard engine.statistic == .mean else {
      throw SamplesError.noStandardError(distribution: distribution.name, engine.statistic)
    }
    self.engine = engine
    self.quantities = quantities
    self.distribution = distribution
    self.tolerance = tolerance
    self.group = group
    self.report = report
  }

  /// One result for each quantity, the instances of `range` joined.
  mutating func results(for range: Range<Int>, rowLimit: Int) throws -> [GroupRun.Result] {
    var estimates = quantities.map { _ in [SampledEstimate?](repeating: nil, count: range.count) }
    var pending = [range]
    var drawn = 0
    while drawn < distribution.count, !pending.isEmpty {
      let round = drawn..<end(after: drawn)
      ready = ready.filter { pending.contains($0.key) }
      for part in pending {
        let results = try results(of: round, for: part, rowLimit: rowLimit)
        for (index, result) in results.enumerated() {
          for (row, instance) in part.enumerated() {
            try estimates[index][instance - range.lowerBound].add(
              result.row(row), draws: round.count, until: tolerance)
          }
        }
      }
      drawn = round.upperBound
      pending =
        range.filter { instance in
          estimates.contains { $0[instance - range.lowerBound]?.isKnown != true }
        }.runs
    }
    tally.samples = drawn
    try report(1, 0)
    return try estimates.map { try GroupRun.Result(joining: $0.compactMap { $0?.result }) }
  }

  /// Rounds double the draws; a rest that is smaller than the first round goes with the last.
  private func end(after drawn: Int) -> Int {
    let next = max(Self.fewest, 2 * drawn)
    return distribution.count < next + Self.fewest ? distribution.count : next
  }

  private mutating func results(
    of round: Range<Int>, for part: Range<Int>, rowLimit: Int
  ) throws -> [GroupRun.Result] {
    var engine = engine
    engine.distribution = SamplingRound(distribution: distribution, range: round)
    if ready[part] == nil, round.lowerBound > 0 { tally.forwardRows += part.count }
    let (evaluator, instances) = try ready[part] ?? group(part)
    ready[part] = (evaluator, instances)
    var run = GroupRun(
      engine, quantities: quantities, evaluator: evaluator, instances: instances
    ) { [report] _, gradients in try report(0, gradients) }
    let results = try run.results(rowLimit: rowLimit)
    tally.forwardRows += run.tally.forwardRows
    tally.backwardRows += run.tally.backwardRows
    tally.rowsAtOnce = max(tally.rowsAtOnce, run.tally.rowsAtOnce)
    return results
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

extension [Int] {
  /// Rising numbers as ranges without gaps.
  fileprivate var runs: [Range<Int>] {
    reduce(into: []) { runs, number in
      if let last = runs.last, last.upperBound == number {
        runs[runs.count - 1] = last.lowerBound..<number + 1
      } else {
        runs.append(number..<number + 1)
      }
    }
  }
}
