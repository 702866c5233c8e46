// SPDX-License-Identifier: Apache-2.0

import Torch

/// A path that lets features with small gradients go first: guided integrated gradients (Kapishnikov
/// and others 2021, arXiv:2106.09788).
///
/// In each step the distance left to the instance, Σ |feature's way|, shrinks by 1 / steps of the
/// whole. Of the features that have not run ahead as far as they may, the given fraction with the
/// smallest gradients moves, then the next, until the distance is right; each stays within a corridor
/// around the straight path. The gradient is that where the step begins.
///
/// Limits: with `maxDistance = 0` or `fraction = 1` it is the straight path under the left rule,
/// integrated gradients. Every feature goes one way only. The path depends on the quantity, so that
/// attributions are not linear in it.
///
/// The numbers are those of the published code, with two differences: gradients that leave nothing to
/// move end a step, where that code would not; and comparisons allow for the rounding of the element
/// type. Instances are batched, and so are several baselines; steps follow each other.
public struct GuidedDistribution: DistributionOfInterest {
  public let baseline: any Baseline
  public let steps: Int
  /// The share of features that moves at a time, those with the smallest gradients.
  public let fraction: Double
  /// How far a feature may be ahead of the straight path or behind it, as a share of its way.
  public let maxDistance: Double

  /// - Precondition: `steps > 0`; `fraction` and `maxDistance` lie in 0…1.
  public init(
    from baseline: any Baseline = ZeroBaseline(), steps: Int = 200, fraction: Double = 0.25,
    maxDistance: Double = 0.02
  ) {
    precondition(steps > 0, "a path needs at least one step, not \(steps)")
    precondition((0...1).contains(fraction), "a fraction lies in 0…1: \(fraction)")
    precondition((0...1).contains(maxDistance), "a share of a way lies in 0…1: \(maxDistance)")
    self.baseline = baseline
    self.steps = steps
    self.fraction = fraction
    self.maxDistance = maxDistance
  }

  public var name: String {
    "guided path from \(baseline.name), \(steps) steps, fraction \(fraction), distance \(maxDistance)"
  }

  public var reacts: Bool { true }

  public func samples(around instances: Instances) throws -> Samples {
    let ends = try baseline.ends(for: instances)
    return step(0, from: try .joined(ends.map(\.start)), ends: ends, instances)
  }

  public func samples(around instances: Instances, after round: Round) throws -> Samples? {
    guard round.index + 1 < steps, let ends = round.ends else { return nil }
    let move = try GuidedMove(
      self, step: round.index, from: .joined(ends.map(\.start)), to: instances.activation)
    return step(
      round.index + 1, from: try move.target(from: round.points, round.gradients), ends: ends,
      instances)
  }

  /// The samples of a step: a point for each baseline, which moves as the gradient there says.
  private func step(
    _ index: Int, from points: Activation, ends: [PathEnds], _ instances: Instances
  ) -> Samples {
    Samples(
      weights: ends.map(\.weight), durations: ends.map { _ in 1 / Double(steps) }, ends: ends
    ) { range in
      let rows = range.lowerBound * instances.count..<range.upperBound * instances.count
      let here = try points.rows(rows)
      let move = try GuidedMove(
        self, step: index, from: .joined(ends[range].map(\.start)), to: instances.activation)
      return SampleRows(
        points: here, displacement: .reaction { try move.target(from: here, $0) })
    }
  }
}

extension DistributionOfInterest where Self == GuidedDistribution {
  /// A path that lets features with small gradients go first: guided integrated gradients.
  public static func guided(
    from baseline: any Baseline = ZeroBaseline(), steps: Int = 200, fraction: Double = 0.25,
    maxDistance: Double = 0.02
  ) -> GuidedDistribution {
    GuidedDistribution(
      from: baseline, steps: steps, fraction: fraction, maxDistance: maxDistance)
  }
}
