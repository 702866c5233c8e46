// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How weights are forgotten.
public enum Reinitialization: String, Sendable, Codable, CaseIterable {
  /// The numbers of each parameter in random order: mean, deviation and tails stay, and so do the
  /// sizes of activations. A parameter of one number, or of equal ones, stays as it is.
  case permuted
  /// Drawn from a normal distribution of the parameter's own mean and deviation.
  case normal

  /// Other numbers for a parameter, of its shape.
  func forgetting(_ tensor: Tensor, from generator: Generator) throws -> Tensor {
    switch self {
    case .permuted:
      let order = try Tensor.permutation(tensor.count, on: tensor.device, from: generator)
      return try tensor.flattened().selecting(order).reshaped(to: tensor.shape)
    case .normal:
      let values = try tensor.converted(to: .float64)
      return try Tensor.normal(
        tensor.shape, mean: values.mean().number(),
        standardDeviation: values.variance().squareRoot().number(), type: .float64, from: generator
      ).converted(like: tensor)
    }
  }
}

/// A network whose weights are forgotten, some layers at a time.
struct ForgettingModel {
  let model: any ParameterizedModel
  /// Layers that are forgotten together, from the input on.
  let groups: [[String]]
  private let forgotten: [(parameter: ModelParameter, tensor: Tensor)]

  /// - Parameter limit: The most groups: neighbouring layers are joined until there are no more.
  init(
    _ model: any ParameterizedModel, by reinitialization: Reinitialization, limit: Int, seed: UInt64
  ) throws {
    self.model = model
    groups = Self.groups(of: model, limit: limit)
    forgotten = try model.parameters.enumerated().map { index, parameter in
      // Each its own generator: what a layer becomes does not depend on which others are forgotten.
      let seed = SeededNumbers.seed(seed, stream: index)
      return (
        parameter,
        try reinitialization.forgetting(parameter.tensor, from: Generator(seed: seed))
      )
    }
  }

  static func groups(of model: any ParameterizedModel, limit: Int) -> [[String]] {
    let layers = model.parameterizedLayers
    let count = min(limit, layers.count)
    return (0..<count).map { group in
      Array(layers[group * layers.count / count..<(group + 1) * layers.count / count])
    }
  }

  /// The network without what some groups have learned; a weight that is shared goes with each of its
  /// layers.
  func forgetting(_ places: some Sequence<Int>) throws -> any ParameterizedModel {
    let layers = Set(places.flatMap { groups[$0] })
    return try model.replacing(
      Dictionary(
        forgotten.filter { !layers.isDisjoint(with: $0.parameter.layers) }
          .map { ($0.parameter.name, $0.tensor) },
        uniquingKeysWith: { first, _ in first }))
  }
}
