// SPDX-License-Identifier: Apache-2.0

import Torch

/// One part of a path that is split where the quantity has reached a share of its change (Miglani and
/// others 2020, arXiv:2010.12697).
///
/// The left part ends at the first time t* at which Q(γ(t)) − Q(γ(0)) is the given share of
/// Q(γ(1)) − Q(γ(0)), the right part begins there; their attributions sum to those of the whole path.
/// Where a network saturates, most of the path lies behind t*, and the left part shows what brought
/// the quantity there.
///
/// t* is sought for each instance and start: the first of even cells across which the share is
/// reached, then bisection within it. In the paper t* is where Q reaches a share of Q(γ(1)) itself;
/// the share of the change is the same where the quantity starts at 0, and does not depend on what is
/// added to logits.
///
/// A path's ``Path/corners`` are not known to the rule in a part: give a few more steps where it has
/// some.
public struct SplitPathDistribution: RefinableDistribution {
  public enum Part: String, Sendable, CaseIterable {
    case left
    case right
  }

  public let part: Part
  public let path: any Path
  public let share: Double
  public let baseline: any Baseline
  public let rule: any PathRule
  /// Evaluations for each instance and start, on the part.
  public let steps: Int
  /// Even cells of the search: crossings between which fewer cells lie are not told apart.
  public let cells: Int

  /// - Parameter steps: As many as the rule likes where not given.
  /// - Precondition: `share` lies in 0…1; `steps` and `cells` are positive.
  public init(
    _ part: Part, of path: any Path = StraightPath(), at share: Double = 0.9,
    from baseline: any Baseline = ZeroBaseline(), rule: any PathRule = GaussLegendreRule(),
    steps: Int? = nil, cells: Int = 50
  ) {
    let steps = steps ?? rule.standardSteps
    precondition((0...1).contains(share), "a share of a change lies in 0…1: \(share)")
    precondition(steps > 0 && cells > 0, "steps and cells are positive: \(steps), \(cells)")
    self.part = part
    self.path = path
    self.share = share
    self.baseline = baseline
    self.rule = rule
    self.steps = steps
    self.cells = cells
  }

  public var name: String {
    "\(part.rawValue) part at \(share) of the \(path.name) path from \(baseline.name), "
      + "\(rule.described(steps: steps))"
  }

  public var dependsOnQuantity: Bool { true }

  public var refinement: AutomaticRule? { rule as? AutomaticRule }

  public func refined(by rule: any PathRule, steps: Int) -> any DistributionOfInterest {
    SplitPathDistribution(
      part, of: path, at: share, from: baseline, rule: rule, steps: steps, cells: cells)
  }

  public func samples(around instances: Instances) throws -> Samples {
    Samples(
      joining: try baseline.ends(for: instances).map { ends in
        let time = try splitTime(from: ends.start, instances)
        let bounds = (try time.filled(with: 0), time, try time.filled(with: 1))
        let piece = PathPiece(
          path: path, instances: instances.activation,
          first: part == .left ? bounds.0 : bounds.1, last: part == .left ? bounds.1 : bounds.2)
        let distribution = PathDistribution(
          piece, from: KnownStart(activation: ends.start, name: baseline.name), rule: rule,
          steps: steps)
        return (try distribution.samples(around: instances), ends.weight)
      })
  }

  /// t* of each instance, `[instances]`, float64.
  func splitTime(from start: Activation, _ instances: Instances) throws -> Tensor {
    let probe = try instances.probe
    let quantity = try probe.quantity
    func values(at times: Tensor) throws -> Tensor {
      let samples = times.count / instances.count
      let points = try start.repeated(samples).combined(
        with: instances.activation.repeated(samples)
      ) { start, end in
        try path.points(
          at: times.converted(like: end).alignedToRows(rank: end.rank), from: start, to: end)
      }
      return try probe.values(of: quantity, at: points)
    }
    let grid = try (0...cells).map { index in
      try Tensor.full([instances.count], Double(index) / Double(cells), type: .float64)
    }
    let table = try values(at: .concatenated(grid)).reshaped(to: [cells + 1, instances.count])
    let (first, last) = (try table[0], try table[cells])
    let level = try first + (last - first) * share
    let sign = try (last - first).sign()
    func hasReached(_ values: Tensor) throws -> Tensor { try (values - level) * sign .>= 0 }
    // How many times lie before the first that has reached the level.
    let isBefore = try hasReached(table).converted(to: .int64).cumulativeSum(axis: 0) .== 0
    var high =
      try isBefore.converted(to: .float64).sum(axes: [0])
      .clamped(from: 0, to: Double(cells)) / Double(cells)
    var low = try (high - 1 / Double(cells)).clamped(from: 0)
    for _ in 0..<40 {
      let middle = try (low + high) / 2
      let isAcross = try hasReached(values(at: middle))
      high = try middle.chosen(where: isAcross, else: high)
      low = try low.chosen(where: isAcross, else: middle)
    }
    return high
  }
}
