// SPDX-License-Identifier: Apache-2.0

import Torch

/// From the baseline to each instance past real vectors of a table, as words of a vocabulary:
/// discretized integrated gradients (Sanyal and Ren 2021, arXiv:2108.13654).
///
/// Between words no sentence lies; this path keeps near vectors that the network has seen. It is
/// found from the instance's vector w backwards to the baseline's w′. At each point v one of the
/// vectors nearest to it, none taken twice, is chosen and made monotone: a number of it that does not
/// lie between those of v and w′ is replaced by v − (v − w′) / anchors. Every feature then goes one
/// way only, and a feature that equals its baseline gets 0. Between the points the path is straight,
/// a piece taking the same time each.
///
/// The path does not depend on the quantity, so that attributions are complete and linear in it, up to
/// the rule. The published code takes the left rule; here each piece is integrated by `rule`. There
/// neighbours are those of the last word in the table, here those of the last point.
///
/// - Complexity: For each vector of the instance `anchors` times the distances to the whole table;
///   then `steps` evaluations for each start.
public struct DiscretizedDistribution: RefinableDistribution {
  /// What makes a vector the next.
  public enum Strategy: String, Sendable, CaseIterable {
    /// The one that is changed least by being made monotone.
    case greedy
    /// The one with most numbers that are monotone already.
    case maxCount
  }

  /// `[vectors, …]`, the axes behind the first being the activation's last: `[words, size]` for an
  /// activation of `[rows, length, size]`.
  public let table: Tensor
  public let baseline: any Baseline
  public let strategy: Strategy
  /// Points between baseline and instance.
  public let anchors: Int
  /// Vectors among which the next is chosen.
  public let neighbors: Int
  public let rule: any PathRule
  /// Evaluations for each start, one at least for each of the `anchors + 1` pieces.
  public let steps: Int

  /// - Parameter steps: As many as the rule likes where not given, or one for each piece.
  /// - Precondition: All counts are positive, and there is a step for each piece.
  public init(
    through table: Tensor, from baseline: any Baseline = ZeroBaseline(),
    strategy: Strategy = .greedy, anchors: Int = 30, neighbors: Int = 500,
    rule: any PathRule = GaussLegendreRule(), steps: Int? = nil
  ) {
    let steps = steps ?? max(rule.standardSteps, anchors + 1)
    precondition(
      anchors > 0 && neighbors > 0, "anchors and neighbours are positive: \(anchors), \(neighbors)")
    precondition(
      steps > anchors, "past \(anchors) anchors lead \(anchors + 1) pieces, and steps are \(steps)")
    self.table = table
    self.baseline = baseline
    self.strategy = strategy
    self.anchors = anchors
    self.neighbors = neighbors
    self.rule = rule
    self.steps = steps
  }

  public var name: String {
    "discretized path from \(baseline.name), \(anchors) anchors of \(table.shape.first ?? 0) by "
      + "\(strategy.rawValue), \(rule.described(steps: steps))"
  }

  public var refinement: AutomaticRule? { rule as? AutomaticRule }

  public var pieces: Int { anchors + 1 }

  public func refined(by rule: any PathRule, steps: Int) -> any DistributionOfInterest {
    DiscretizedDistribution(
      through: table, from: baseline, strategy: strategy, anchors: anchors, neighbors: neighbors,
      rule: rule, steps: steps)
  }

  public func samples(around instances: Instances) throws -> Samples {
    guard let own = instances.activation.tensors.first, instances.activation.tensors.count == 1
    else { throw ActivationError.tensorCounts(instances.activation.tensors.count, 1) }
    let walk = try AnchorWalk(self, for: own)
    return Samples(
      joining: try baseline.ends(for: instances).map { ends in
        let start = ends.start.tensors[0]
        let path = TracedPath(
          name: "discretized", instances: instances.activation,
          waypoints: try walk.points(from: own, to: start).reversed())
        let distribution = PathDistribution(
          path, from: KnownStart(activation: ends.start, name: baseline.name), rule: rule,
          steps: steps)
        return (try distribution.samples(around: instances), ends.weight)
      })
  }
}

extension DistributionOfInterest where Self == DiscretizedDistribution {
  /// From the baseline to the instance past real vectors of a table: discretized integrated
  /// gradients.
  public static func discretized(
    through table: Tensor, from baseline: any Baseline = ZeroBaseline(), anchors: Int = 30,
    steps: Int? = nil, rule: any PathRule = GaussLegendreRule()
  ) -> DiscretizedDistribution {
    DiscretizedDistribution(
      through: table, from: baseline, anchors: anchors, rule: rule, steps: steps)
  }
}
