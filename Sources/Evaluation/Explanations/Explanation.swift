// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Attributions with what they are of, for metrics to judge.
public struct Explanation: Sendable {
  public let attributions: Attributions
  public let inputs: Inputs
  public let model: any Model
  /// How they were made, to be made again for other instances or networks.
  public let explainer: Explainer
  public let truth: Truth
  /// Which instances of the whole data these are.
  public let indices: Range<Int>
  /// The instances, seen from the slice's start.
  let instances: Instances

  /// The instances' activation at the slice's start, of the attributions' shape.
  public var activation: Activation { instances.activation }

  /// - Throws: ``MetricError/shape(what:_:expected:)`` where the attributions are not of the shape at
  ///   the slice's start.
  public init(
    attributions: Attributions, of inputs: Inputs, in model: any Model, by explainer: Explainer,
    truth: Truth = Truth(), indices: Range<Int>? = nil
  ) throws {
    let instances = try Instances(
      of: inputs, in: model, at: explainer.slice.start, to: explainer.slice.end)
    for (attribution, activation) in zip(
      attributions.activation.tensors, instances.activation.tensors)
    where attribution.shape != activation.shape {
      throw MetricError.shape(
        what: "the attribution by '\(explainer.name)'", attribution.shape,
        expected: activation.shape)
    }
    self.attributions = attributions
    self.inputs = inputs
    self.model = model
    self.explainer = explainer
    self.truth = truth
    self.instances = instances
    self.indices = indices ?? 0..<instances.count
  }

  /// Instances.
  public var count: Int { indices.count }

  /// The quantity at other activations of the slice's start, all else being the instances' own; the
  /// predicted class stays the instance's.
  ///
  /// - Parameter points: `[samples · instances, …]`, all instances of a sample after another.
  /// - Returns: `[samples · instances]`, float64, in units of the quantity.
  public func values(at points: Activation) throws -> Tensor {
    try values(of: explainer.quantity, at: points)
  }

  /// Another quantity there.
  public func values(of quantity: any QuantityOfInterest, at points: Activation) throws -> Tensor {
    let samples = points.rows / count
    let atOnce = samplesAtOnce(of: points)
    let probe = try instances.probe
    return try .concatenated(
      stride(from: 0, to: samples, by: atOnce).map { first in
        let end = min(samples, first + atOnce)
        return try probe.values(
          of: quantity,
          at: points.map { try $0.sliced(axis: 0, from: first * count, to: end * count) })
      })
  }

  /// The quantity at the instances themselves, `[instances]`, float64.
  public func ownValues() throws -> Tensor { try values(at: activation) }

  /// The quantity with every class choice held to what the instances' own output says: for
  /// perturbed instances, and other networks, given in the order of ``values(at:)``.
  public func heldQuantity() throws -> HeldQuantity {
    HeldQuantity(explainer.quantity, at: try instances.probe.explained)
  }

  /// Random numbers for one instance, the same however the data is cut into batches.
  ///
  /// - Parameter row: Of this batch, from 0.
  public func generator(for row: Int, seed: UInt64) throws -> Generator {
    try Generator(seed: SeededNumbers.seed(seed, stream: indices.lowerBound + row))
  }

  /// How many samples of every instance are evaluated at once.
  func samplesAtOnce(of points: Activation) -> Int {
    let perRow = points.tensors.map { $0.shape.dropFirst().reduce(1, *) }.reduce(0, +)
    return max(1, Self.elementsAtOnce / max(1, perRow) / count)
  }

  /// Elements of inputs that are evaluated at once.
  private static let elementsAtOnce = 1 << 22
}

/// What is known of what an explanation should say.
public struct Truth: Sendable {
  /// What matters, `[instances, …]` of the attributions' shape or what broadcasts to it: 1 where a
  /// feature does, 0 where not.
  public let mask: Tensor?
  /// The attributions as they should be, of their shape.
  public let attributions: Activation?

  public init(mask: Tensor? = nil, attributions: Activation? = nil) {
    self.mask = mask
    self.attributions = attributions
  }
}
