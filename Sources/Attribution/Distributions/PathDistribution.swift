// SPDX-License-Identifier: Apache-2.0

import Torch

/// Points on a path from one or several baselines to each instance.
///
/// The influence is ∫ g(γ(t)) dt, and the attribution ∫ g(γ(t)) ⊙ γ′(t) dt, by the given rule; with
/// several baselines their weighted mean. Along the straight line this is integrated gradients
/// (Sundararajan et al. 2017, arXiv:1703.01365).
///
/// Asked for samples itself, a distribution with ``AutomaticRule`` gives those of ``SecantRule``: it
/// is the engine that makes it finer.
public struct PathDistribution: RefinableDistribution {
  public let path: any Path
  public let baseline: any Baseline
  public let rule: any PathRule
  /// Evaluations for each instance and baseline; with ``AutomaticRule`` the most.
  public let steps: Int
  public let progression: Progression

  /// What a sample's displacement is, where the rule is a quadrature.
  public enum Progression: String, Sendable, CaseIterable {
    /// γ′ at the node, weighted by the rule: a quadrature of the path integral.
    case tangents
    /// The move from a node of the rule to the next, `steps` moves between `steps + 1` nodes: a sum
    /// over finite changes. It differs from the above where attributions are wanted at another cut
    /// than the distribution's; it is how conductance is often computed (Dhamdhere et al. 2018).
    case moves
  }

  /// - Parameter steps: As many as the rule likes where not given.
  /// - Precondition: `steps > 0`.
  public init(
    _ path: any Path = StraightPath(), from baseline: any Baseline = ZeroBaseline(),
    rule: any PathRule = GaussLegendreRule(), steps: Int? = nil,
    progression: Progression = .tangents
  ) {
    let steps = steps ?? rule.standardSteps
    precondition(steps > 0, "a path needs at least one step, not \(steps)")
    self.path = path
    self.baseline = baseline
    self.rule = rule
    self.steps = steps
    self.progression = progression
  }

  public var refinement: AutomaticRule? { rule as? AutomaticRule }

  public var pieces: Int { path.corners.count + 1 }

  public func refined(by rule: any PathRule, steps: Int) -> any DistributionOfInterest {
    PathDistribution(path, from: baseline, rule: rule, steps: steps, progression: progression)
  }

  public var name: String {
    "\(path.name) path from \(baseline.name), \(rule.described(steps: steps))"
      + (progression == .moves && rule is any QuadratureRule ? ", by moves" : "")
  }

  public func samples(around instances: Instances) throws -> Samples {
    let legs = try legs(to: instances)
    switch (rule, progression) {
    case (let rule as any QuadratureRule, .tangents): return try tangents(along: legs, rule)
    case (let rule as any QuadratureRule, .moves): return try moves(along: legs, rule)
    case (let rule as SecantRule, _): return try cells(along: legs, rule, count: steps)
    case (let rule as AutomaticRule, _):
      let secants = SecantRule(grid: rule.grid, fallback: .derivative)
      return try cells(along: legs, secants, count: min(steps, secants.standardSteps))
    case (is ExactRule, _): throw ExactRuleError.needsNetwork
    default: throw PathRuleError.unknown(rule.name)
    }
  }

  /// The path from each of the baseline's starts, shares adding up to 1.
  private func legs(to instances: Instances) throws -> [Leg] {
    let starts = try baseline.starts(for: instances)
    guard !starts.isEmpty else { throw BaselineError.none(baseline.name) }
    let share = starts.reduce(0) { $0 + $1.weight }
    guard share > 0 else { throw BaselineError.weights(baseline.name) }
    return try starts.map { start in
      try Leg(
        path: path, instances: instances,
        start: try instances.broadcast(start.activation, as: "the baseline '\(baseline.name)'"),
        share: start.weight / share)
    }
  }

  /// The straight pieces of the network along each path of one instance.
  ///
  /// - Throws: ``ExactRuleError/curvedPath(_:)``.
  func pieces(
    for instance: Instances, _ search: inout PieceSearch
  ) throws -> PiecesDistribution {
    let pieces = try legs(to: instance).map { leg in
      guard let direction = leg.direction else { throw ExactRuleError.curvedPath(path.name) }
      return PiecesDistribution.Leg(
        start: leg.start, direction: direction,
        times: try search.times(from: leg.start, along: direction), share: leg.share)
    }
    return PiecesDistribution(legs: pieces, name: name)
  }

  private func cells(along legs: [Leg], _ rule: SecantRule, count: Int) throws -> Samples {
    let bounds = [0] + path.corners + [1]
    var times = [0.0]
    for (start, end) in zip(bounds, bounds.dropFirst()) {
      let share = max(1, Self.share(of: count, from: start, to: end))
      times += rule.grid.times(share).dropFirst().map { start + $0 * (end - start) }
    }
    // A cell of weight 0 leads from one leg's end to the next one's start.
    let cells = times.count - 1
    let weights = legs.flatMap { leg -> [Double] in
      [Double](repeating: leg.share, count: cells) + [0]
    }.dropLast()
    let durations = legs.flatMap { _ -> [Double] in
      zip(times, times.dropFirst()).map { $1 - $0 } + [0]
    }.dropLast()
    let ends = try legs.map { try $0.ends() }
    return Samples(
      cells: Array(weights), durations: Array(durations), secants: rule.fallback, ends: ends
    ) { [times] range in
      try Self.joined(range, of: times.count) { index, part in
        let (leg, times) = (legs[index], Array(times[part]))
        return SampleRows(
          points: try leg.points(at: times),
          displacement: .next(along: leg.direction.map { Line(direction: $0, times: times) }))
      }
    }
  }

  private func tangents(along legs: [Leg], _ rule: any QuadratureRule) throws -> Samples {
    let nodes = try nodes(steps, rule)
    let weights = legs.flatMap { leg in nodes.map { $0.weight * leg.share } }
    return Samples(weights: weights, ends: try legs.map { try $0.ends() }) { range in
      try Self.joined(range, of: nodes.count) { index, part in
        let times = nodes[part].map(\.position)
        let leg = legs[index]
        return SampleRows(
          points: try leg.points(at: times), displacement: .tangent(try leg.velocities(at: times)))
      }
    }
  }

  private func moves(along legs: [Leg], _ rule: any QuadratureRule) throws -> Samples {
    let nodes = try nodes(steps + 1, rule)
    let weights = legs.flatMap { leg in [Double](repeating: leg.share, count: steps) }
    let durations = legs.flatMap { _ in
      zip(nodes, nodes.dropFirst()).map { $1.position - $0.position }
    }
    return Samples(
      weights: weights, durations: durations, ends: try legs.map { try $0.ends() }
    ) { [steps] range in
      try Self.joined(range, of: steps) { index, part in
        let leg = legs[index]
        let points = try leg.points(at: nodes[part].map(\.position))
        let next = nodes[part.lowerBound + 1..<part.upperBound + 1].map(\.position)
        return SampleRows(
          points: points, displacement: .move(from: points, to: try leg.points(at: next)))
      }
    }
  }

  /// The rule's nodes, applied to each piece between the path's corners; longer pieces get more.
  private func nodes(_ count: Int, _ rule: any QuadratureRule) throws -> [QuadratureNode] {
    guard !path.corners.isEmpty else { return try rule.nodes(count) }
    let bounds = [0] + path.corners + [1]
    return try zip(bounds, bounds.dropFirst()).flatMap { start, end in
      try rule.nodes(Self.share(of: count, from: start, to: end)).map {
        QuadratureNode(
          position: start + $0.position * (end - start), weight: $0.weight * (end - start))
      }
    }
  }

  /// The steps of a piece of the path, rounded so that those of all pieces add up.
  private static func share(of count: Int, from start: Double, to end: Double) -> Int {
    Int((Double(count) * end).rounded() - (Double(count) * start).rounded())
  }

  /// The samples of a range that may run over several legs, each having `count`.
  private static func joined(
    _ range: Range<Int>, of count: Int, _ rows: (Int, Range<Int>) throws -> SampleRows
  ) throws -> SampleRows {
    var parts: [SampleRows] = []
    var next = range.lowerBound
    while next < range.upperBound {
      let leg = next / count
      let end = min(range.upperBound, (leg + 1) * count)
      parts.append(try rows(leg, next - leg * count..<end - leg * count))
      next = end
    }
    return try SampleRows(joining: parts)
  }
}

/// The path from one start, for a batch of instances.
private struct Leg: Sendable {
  let path: any Path
  let instances: Instances
  let start: Activation
  let share: Double
  /// γ′ along the straight path, the same everywhere; nil for others.
  let direction: Activation?

  init(path: any Path, instances: Instances, start: Activation, share: Double) throws {
    self.path = path
    self.instances = instances
    self.start = start
    self.share = share
    direction = path is StraightPath ? try instances.activation - start : nil
  }

  func points(at times: [Double]) throws -> Activation {
    try along(times) { try path.points(at: $0, from: $1, to: $2) }
  }

  /// γ′ at the times; along the straight path the same at all, and so one for each instance.
  func velocities(at times: [Double]) throws -> Activation {
    try direction ?? along(times) { try path.velocities(at: $0, from: $1, to: $2) }
  }

  func ends() throws -> PathEnds {
    if path is StraightPath { return PathEnds(start: start, weight: share) }
    return PathEnds(start: try points(at: [0]), end: try points(at: [1]), weight: share)
  }

  private func along(
    _ times: [Double], _ evaluate: (Tensor, Tensor, Tensor) throws -> Tensor
  ) throws -> Activation {
    let rows = times.flatMap { [Double](repeating: $0, count: instances.count) }
    return try start.combined(with: instances.activation) { start, end in
      let time = try Tensor(rows).converted(like: end).alignedToRows(rank: end.rank)
      return try evaluate(time, start.repeatingRows(times.count), end.repeatingRows(times.count))
    }
  }
}

extension DistributionOfInterest where Self == PathDistribution {
  /// The straight path from a baseline to the instance: integrated gradients.
  public static func linear(
    from baseline: any Baseline = ZeroBaseline(), steps: Int? = nil,
    rule: any PathRule = GaussLegendreRule()
  ) -> PathDistribution {
    PathDistribution(from: baseline, rule: rule, steps: steps)
  }

  /// Any path from a baseline to the instance.
  public static func path(
    _ path: any Path, from baseline: any Baseline = ZeroBaseline(), steps: Int? = nil,
    rule: any PathRule = GaussLegendreRule()
  ) -> PathDistribution {
    PathDistribution(path, from: baseline, rule: rule, steps: steps)
  }
}
