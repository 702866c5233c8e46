// SPDX-License-Identifier: Apache-2.0

import Torch

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

  /// The network that they are explained in; `nil` where they stand alone.
  private let network: InstanceNetwork?
  private let slice: Probe?

  /// The network behind the cut, to be asked at other points.
  ///
  /// - Throws: ``InstancesError/noModel`` where the instances were made without one.
  public var probe: Probe {
    get throws {
      guard let slice else { throw InstancesError.noModel }
      return slice
    }
  }

  /// Instances without a network: what asks for more than a probe gets ``InstancesError/noModel``.
  public init(
    activation: Activation, range: Range<Int>? = nil, batch: Int? = nil, probe: Probe? = nil
  ) {
    self.init(activation: activation, range: range, batch: batch, network: nil, probe: probe)
  }

  /// Rows of a model's inputs, as an explanation with its distribution at `cut` sees them.
  ///
  /// - Parameters:
  ///   - end: Where the slice ends.
  ///   - range: Which rows of the inputs; `nil` for all.
  public init(
    of inputs: Inputs, in model: any Model, at cut: any Cut = InputCut(),
    to end: any Cut = LogitCut(), range: Range<Int>? = nil
  ) throws {
    let (given, batch) = try inputs.resolved(for: model)
    let range = range ?? 0..<batch
    let network = InstanceNetwork(
      model: model, cut: try ResolvedCut(cut, in: model),
      given: try model.rows(range, of: given), batchRows: range)
    let evaluator = try network.evaluator(to: end)
    self.init(
      activation: evaluator.activation, range: range, batch: batch, network: network,
      probe: Probe(evaluator))
  }

  init(
    activation: Activation, range: Range<Int>?, batch: Int?, network: InstanceNetwork?,
    probe: Probe?
  ) {
    self.activation = activation
    self.range = range ?? 0..<activation.rows
    self.batch = batch ?? activation.rows
    self.network = network
    slice = probe
  }

  /// The activation that other inputs of the model give at the distribution's cut, or at another:
  /// `[rows of the inputs, …]`.
  ///
  /// - Throws: ``InstancesError/noModel``; ``InputError`` where the inputs do not fit the model.
  /// - Complexity: One forward row for each row of the inputs.
  public func activation(of inputs: Inputs, at cut: (any Cut)? = nil) throws -> Activation {
    try connected().activation(of: inputs, at: cut)
  }

  /// The network from the distribution's cut to another one, all else being the instances'.
  ///
  /// - Throws: ``InstancesError/noModel``; ``CutError`` where there is no such cut, or where it spans
  ///   several tensors.
  /// - Complexity: One forward row for each instance.
  public func function(to cut: any Cut) throws -> InstanceFunction {
    InstanceFunction(evaluator: try connected().evaluator(to: cut))
  }

  private func connected() throws -> InstanceNetwork {
    guard let network else { throw InstancesError.noModel }
    return network
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
      return
        "these instances were made without a model, so it cannot be asked for activations, nor "
        + "for what it gives at other points: make them by `Instances(of:in:at:)`"
    case .noQuantity:
      return "there is no one quantity that these instances are explained for: a distribution that "
        + "asks for it has `dependsOnQuantity` true"
    case .rows(let rows, let instances):
      return "\(rows) points for \(instances) instances: give as many for each, all instances of a "
        + "sample after another"
    }
  }
}
