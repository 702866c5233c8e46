// SPDX-License-Identifier: Apache-2.0

import Torch

/// Another distribution's changes of the quantity, laid along its gradient: important direction
/// gradient integration, IDGI (Yang and others 2023, arXiv:2303.14242).
///
/// Where the other distribution moves from p to q, with g the gradient at p:
///
///     A += g ⊙ g / ‖g‖² · (Q(q) − Q(p))
///
/// What a step adds is the change of the quantity itself, so that attributions are complete at any
/// number of steps, at every cut, wherever the gradient is not 0; a step where it is adds nothing.
/// Along cells of ``SecantRule`` g is what their secants give, and completeness has no exception; along
/// tangents the change is the derivative, and completeness that of the rule. It is no path
/// integral: a feature that equals its baseline may get a share, and attributions are not linear in
/// the quantity.
///
/// - Complexity: That of the other distribution, and a row forward for each finite move.
public struct ImportantDirections: DistributionOfInterest {
  public let base: any DistributionOfInterest

  /// - Parameter base: One that moves: a path, or one that reacts.
  public init(of base: any DistributionOfInterest) { self.base = base }

  public var name: String { "important directions of \(base.name)" }
  public var reacts: Bool { base.reacts }
  public var dependsOnQuantity: Bool { base.dependsOnQuantity }

  public func samples(around instances: Instances) throws -> Samples {
    followed(try base.samples(around: instances))
  }

  public func samples(around instances: Instances, after round: Round) throws -> Samples? {
    try base.samples(around: instances, after: round).map(followed)
  }

  private func followed(_ samples: Samples) -> Samples {
    samples.mapping { rows in
      SampleRows(points: rows.points, displacement: .alongGradient(of: rows.displacement))
    }
  }
}

extension DistributionOfInterest where Self == ImportantDirections {
  /// The changes of the quantity along a path, laid along its gradient: IDGI.
  public static func importantDirections(
    along path: any Path = StraightPath(), from baseline: any Baseline = ZeroBaseline(),
    steps: Int = 50
  ) -> ImportantDirections {
    ImportantDirections(
      of: PathDistribution(
        path, from: baseline, rule: TrapezoidRule(), steps: steps, progression: .moves))
  }
}
