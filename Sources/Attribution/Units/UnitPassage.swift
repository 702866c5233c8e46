// SPDX-License-Identifier: Apache-2.0

import Torch

/// Σ weight · activation, each instance with weights of its own: a quantity inside the network that
/// stands for another one behind it.
public struct WeightedActivation: QuantityOfInterest {
  /// `[instances, …]` of the shape at the slice's end; the rest of a row counts nothing where it is 0.
  public let weights: Tensor
  public let name: String

  /// - Parameters:
  ///   - weights: A row for each instance of the batch, or one for all.
  ///   - name: What results call it.
  public init(_ weights: Tensor, name: String = "weighted activation") {
    self.weights = weights
    self.name = name
  }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    guard weights.rank == output.rank, weights.shape.dropFirst() == output.shape.dropFirst() else {
      throw QuantityError.vector(quantity: name, weights.shape, output: output.shape)
    }
    var own = try weights.converted(like: output)
    if own.shape[0] > 1 {
      let instances = Int(try explained.instance.max().number()) + 1
      guard instances <= own.shape[0] else {
        throw QuantityError.labelCount(own.shape[0], instances: instances)
      }
      own = try own.selecting(explained.instance)
    }
    return try (own * output).sum(axes: Array(1..<output.rank))
  }
}

extension UnitView {
  /// What of the input acts on a quantity through each unit alone.
  ///
  /// The quantity is replaced by its first-order share of the unit, Σ χ · activation over the unit's
  /// positions, with the influence χ that the engine has found there, held. Unlike the unit's own
  /// activation this tells at which of its positions the unit matters, and which way. The sum over the
  /// input is the unit's attribution as far as the influence stays the same along the path; compare
  /// the two.
  ///
  /// - Parameters:
  ///   - units: Each by itself.
  ///   - influence: Of the quantity at the layer, `[instances, …]` of its shape:
  ///     ``Attributions/influence``, or the values where influence was measured.
  /// - Returns: For each unit the attributions of all instances at the input.
  /// - Complexity: One explanation, whose forward passes serve all units.
  public func passages(
    through units: [Int], influence: Tensor, for inputs: Inputs
  ) throws -> [Attributions] {
    guard !units.isEmpty else { return [] }
    let layout = try UnitLayout(axis, shape: influence.shape)
    return try engine.attributions(
      for: inputs,
      quantities: units.map { unit in
        try layout.check(unit)
        let mask = try layout.spread(
          Tensor((0..<layout.count).map { $0 == unit ? Float(1) : 0 })
        ).converted(like: influence)
        return WeightedActivation(
          try influence * mask, name: "what passes through unit \(layout.name(of: unit))")
      })
  }
}
