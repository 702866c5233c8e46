// SPDX-License-Identifier: Apache-2.0

/// A distribution that can be made finer, for the engine to do so until a tolerance is reached.
public protocol RefinableDistribution: DistributionOfInterest {
  /// How far it wants to be refined; `nil` where it is taken as it is.
  var refinement: AutomaticRule? { get }

  /// The most steps of a refinement.
  var steps: Int { get }

  /// The pieces among which steps are shared out, each of which needs some of its own; the default is
  /// one.
  ///
  /// With fewer steps than pieces a number of steps that stayed the same would look like one that is
  /// enough.
  var pieces: Int { get }

  /// The same with a rule and a number of steps.
  func refined(by rule: any PathRule, steps: Int) -> any DistributionOfInterest
}

extension RefinableDistribution {
  public var pieces: Int { 1 }
}
