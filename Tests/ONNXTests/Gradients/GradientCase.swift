// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import ONNX

/// A node on numbers: what its gradient is compared with differences on.
struct GradientCase {
  var inputs: [Tensor?]
  var attributes: [String: Attribute] = [:]
  var outputs = 1
  /// Floating-point inputs that stay as they are, because the result does not depend on them
  /// smoothly.
  var frozen: Set<Int> = []

  typealias Make = @Sendable (inout GradientSampler, Int) throws -> GradientCase

  static func of(
    _ inputs: Tensor?..., frozen: Set<Int> = [], outputs: Int = 1,
    with attributes: [String: Attribute] = [:]
  ) -> GradientCase {
    GradientCase(inputs: inputs, attributes: attributes, outputs: outputs, frozen: frozen)
  }

  /// The node's function in a version of its operator.
  ///
  /// - Parameter constants: Whether the inputs that stay as they are count as constants.
  func function(
    of definition: OperatorDefinition, version: Int, constants: Bool
  ) throws -> NodeFunction {
    let node = Graph.Node(
      name: "node", operation: definition.name, domain: definition.domain, version: version,
      inputs: inputs.enumerated().map { $1 == nil ? nil : $0 }, outputs: (0..<outputs).map { $0 },
      attributes: attributes)
    let moving = Set(movingPlaces)
    return try definition.prepare(
      NodeReader(
        node: node,
        constants: inputs.enumerated().map { constants && !moving.contains($0) ? $1 : nil },
        types: ElementTypes(floating: .float64, device: .cpu), folder: nil))
  }

  var movingPlaces: [Int] {
    inputs.indices.filter {
      inputs[$0]?.elementType == .float64 && !frozen.contains($0) && inputs[$0]?.count ?? 0 > 0
    }
  }

  /// The slope along a random direction of a random weighting of all floating-point outputs, by
  /// libtorch and by central differences.
  func slopes(_ function: NodeFunction, seed: UInt64) throws -> (slope: Double, difference: Double)
  {
    var sampler = GradientSampler(seed: seed)
    let moving = movingPlaces
    let directions = try moving.map { try sampler.tensor(inputs[$0]?.shape ?? [], -1...1) }
    func results(_ moved: [Tensor]) throws -> [Tensor] {
      var tensors = inputs
      for (place, tensor) in zip(moving, moved) { tensors[place] = tensor }
      return try function(NodeInputs(tensors: tensors)).prefix(outputs)
        .filter { $0.elementType == .float64 }
    }
    let points = moving.compactMap { inputs[$0] }
    let weights = try results(points).map { try sampler.tensor($0.shape, -1...1) }
    func quantity(_ moved: [Tensor]) throws -> Tensor {
      try zip(results(moved), weights).map { try ($0 * $1).sum() }
        .reduce(Tensor(0.0)) { try $0 + $1 }
    }
    let tracked = try points.map { try $0.tracked() }
    let value = try quantity(tracked)
    let slope =
      value.isTracked
      ? try zip(gradient(of: value, withRespectTo: tracked), directions)
        .reduce(0) { try $0 + ($1.0 * $1.1).sum().number() } : 0
    let step = 1e-6
    let ahead = try quantity(zip(points, directions).map { try $0 + $1 * step }).number()
    let behind = try quantity(zip(points, directions).map { try $0 - $1 * step }).number()
    return (slope, (ahead - behind) / (2 * step))
  }
}
