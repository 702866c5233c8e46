// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Instances near the explained ones, and their explanations.
struct Neighbors {
  private let explanation: Explanation
  private let method: any AttributionMethod
  /// What is moved: floating-point inputs that have rows, by their key in the inputs.
  private let moving: [(key: String, tensor: Tensor)]
  private let generators: [Generator]
  /// The instances' own attributions, `[instances, elements]`.
  private let own: Tensor

  /// One neighbor of each instance.
  struct Response {
    /// How far the attributions are from the instance's own, in the Euclidean norm, by instance.
    let changes: [Double]
    /// How far the inputs are, likewise.
    let distances: [Double]
  }

  /// - Throws: ``MetricError/unsuitable(metric:reason:)`` where no input can be moved a little.
  init(of explanation: Explanation, seed: UInt64, for metric: String) throws {
    self.explanation = explanation
    let model = explanation.model
    method = try explanation.explainer.method(
      for: model, quantity: explanation.heldQuantity())
    let known = model.inputs.filter { $0.hasRows && $0.elementType.isFloatingPoint }
    let isOnly = model.inputs.count == 1
    moving = try explanation.inputs.tensors.sorted { $0.key < $1.key }.compactMap { key, tensor in
      guard let input = known.first(where: { $0.name == key || (key.isEmpty && isOnly) }) else {
        return nil
      }
      return (key, try tensor.converted(to: input.elementType))
    }
    guard !moving.isEmpty else {
      throw MetricError.unsuitable(
        metric: metric,
        reason: "moves inputs a little, and this model takes whole numbers alone: export it from "
          + "behind its embedding")
    }
    generators = try (0..<explanation.count).map { try explanation.generator(for: $0, seed: seed) }
    own = try explanation.attributions.activation.elementsByRow()
  }

  /// The Euclidean norms of the instances' own attributions.
  var sizes: [Double] { get throws { try own.norm(axes: [1]).numbers() } }

  /// Moves every instance once and explains the class that it had.
  ///
  /// All instances are explained together and in order, so that whatever a method holds for each of
  /// them, as baselines or labels, still fits.
  ///
  /// - Parameter noise: Of a shape, float64, from an instance's own generator.
  func next(_ noise: (_ shape: [Int], Generator) throws -> Tensor) throws -> Response {
    var inputs = explanation.inputs.tensors
    var moves: [Tensor] = []
    for (key, tensor) in moving {
      let drawn = try generators.map { try noise([1] + tensor.shape.dropFirst(), $0) }
      let moved = try tensor + Tensor.concatenated(drawn).converted(like: tensor)
      inputs[key] = moved
      // What is left of the move behind rounding.
      moves.append(try moved.converted(to: .float64) - tensor.converted(to: .float64))
    }
    let attributions = try method.attributions(for: Inputs(inputs)).activation.elementsByRow()
    return Response(
      changes: try (attributions - own).norm(axes: [1]).numbers(),
      distances: try Activation(moves).elementsByRow().norm(axes: [1]).numbers())
  }
}

extension Double {
  /// The greater of both, and NaN where one is.
  func orGreater(_ other: Double) -> Double {
    isNaN || other.isNaN ? .nan : Swift.max(self, other)
  }
}
