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

  /// Whether samples are random draws of equal weight, whose spread tells the standard error.
  var isSampled: Bool { get }

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
  public var isSampled: Bool { false }
  public var reacts: Bool { false }
  public var dependsOnQuantity: Bool { reacts }
  public var name: String { String(describing: Self.self) }
}

/// The explained instances, seen from the distribution's cut.
public struct Instances: Sendable {
  /// The network's activation at the cut, `[instances, …]` each.
  public let activation: Activation

  /// How many there are.
  public var count: Int { range.count }

  /// Which rows of the batch they are: large batches are explained in groups.
  public let range: Range<Int>

  /// Rows of the whole batch.
  public let batch: Int

  /// The activation at the cut for other inputs of the model, such as a baseline image where the
  /// cut is a hidden layer.
  public let activationForInputs: @Sendable (Inputs) throws -> Activation

  private let network: Probe?

  /// The network behind the cut, to be asked at other points.
  ///
  /// - Throws: ``InstancesError/noModel`` where the instances were made without one.
  public var probe: Probe {
    get throws {
      guard let network else { throw InstancesError.noModel }
      return network
    }
  }

  public init(
    activation: Activation, range: Range<Int>? = nil, batch: Int? = nil, probe: Probe? = nil,
    activationForInputs: @escaping @Sendable (Inputs) throws -> Activation = { _ in
      throw InstancesError.noModel
    }
  ) {
    network = probe
    self.activation = activation
    self.range = range ?? 0..<activation.rows
    self.batch = batch ?? activation.rows
    self.activationForInputs = activationForInputs
  }

  /// Brings an activation to the instances' shape, type and device.
  ///
  /// One with a row for each instance of the batch gives the rows of these.
  ///
  /// - Throws: ``ActivationError`` where it does not broadcast to their shape.
  public func broadcast(_ other: Activation, as what: String) throws -> Activation {
    try activation.combined(with: other) { own, other in
      var tensor = try other.converted(like: own)
      if tensor.rank == own.rank, tensor.shape[0] == batch, batch != count {
        tensor = try tensor.sliced(axis: 0, from: range.lowerBound, to: range.upperBound)
      }
      if tensor.shape == own.shape { return tensor }
      do {
        return try tensor.broadcast(to: own.shape)
      } catch is TorchError {
        throw ActivationError.shape(other.shape, expected: own.shape, what: what)
      }
    }
  }
}

/// Why instances cannot answer.
public enum InstancesError: Error, Sendable, Equatable, CustomStringConvertible {
  case noModel
  /// The explained quantity was asked for, and there is none, or several.
  case noQuantity
  /// Points that are no whole number of samples.
  case rows(Int, instances: Int)

  public var description: String {
    switch self {
    case .noModel:
      return "these instances were made without a model, so it cannot be asked for other "
        + "activations, nor for what it gives at other points"
    case .noQuantity:
      return "there is no one quantity that these instances are explained for: a distribution that "
        + "asks for it has `dependsOnQuantity` true"
    case .rows(let rows, let instances):
      return "\(rows) points for \(instances) instances: give as many for each, all instances of a "
        + "sample after another"
    }
  }
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
