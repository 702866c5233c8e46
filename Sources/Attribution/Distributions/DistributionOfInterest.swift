// SPDX-License-Identifier: Apache-2.0

import Torch

/// At which points the network is looked at, with which weight, and moving which way.
///
/// Laws, which ``DistributionLaws`` checks:
/// - The same instances give the same samples, whether asked for at once or in parts.
/// - An instance's samples do not depend on the other instances of the batch.
/// - For a path, Σ weight · displacement is the way from its start to its end, for each instance.
///
/// A distribution answers once, unless it reacts: then it is asked again, with what came back.
public protocol DistributionOfInterest: Sendable {
  /// The samples around each instance.
  func samples(around instances: Instances) throws -> Samples

  /// Further samples, after those of `round` were evaluated; `nil` where nothing more is wanted.
  ///
  /// Called only where ``reacts`` is true.
  func samples(around instances: Instances, after round: Round) throws -> Samples?

  /// Whether the distribution wants to see gradients before it says where to look next.
  var reacts: Bool { get }

  /// Whether the samples depend on which quantity is explained: each of several then has samples of
  /// its own. True for all that react, unless told otherwise.
  var dependsOnQuantity: Bool { get }

  /// How the distribution is called in results.
  var name: String { get }
}

extension DistributionOfInterest {
  public func samples(around instances: Instances, after round: Round) throws -> Samples? { nil }
  public var reacts: Bool { false }
  public var dependsOnQuantity: Bool { reacts }
  public var name: String { String(describing: Self.self) }
}

/// What came back for samples that a reacting distribution asked for.
public struct Round: Sendable {
  /// Rounds before this one.
  public let index: Int
  /// Where the network was looked at, `[samples · instances, …]`, all instances of a sample after
  /// another.
  public let points: Activation
  /// The quantity's gradient at those points, of their shape.
  public let gradients: Activation
  /// The quantity there, `[samples · instances]`.
  public let quantities: Tensor
  /// Where the paths lead, as the first samples told.
  public let ends: [PathEnds]?
}
