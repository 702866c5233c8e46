// SPDX-License-Identifier: Apache-2.0

/// A distribution that can be made finer, for the engine to do so until a tolerance is reached.
public protocol RefinableDistribution: DistributionOfInterest {
  /// How far it wants to be refined; `nil` where it is taken as it is.
  var refinement: AutomaticRule? { get }

  /// The most steps of a refinement.
  var steps: Int { get }

  /// The same with a rule and a number of steps.
  func refined(by rule: any PathRule, steps: Int) -> any DistributionOfInterest
}
