// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

@testable import ONNX

/// A network run in the plainest way: every node, one after the other, on one unit of rows, with the
/// values at some places replaced.
struct NaiveNetwork {
  let network: Network
  var graph: Graph { network.graph }
  var unitRows: Int { network.fixedRows ?? 1 }

  init(_ model: ONNXModel) { network = model.network }

  /// Every value, by index.
  ///
  /// - Parameters:
  ///   - inputs: By name, with exactly one unit of rows.
  ///   - replaced: Values, or what one reader sees of them, in a unit's own shapes.
  func values(
    _ inputs: [String: Tensor], replaced: [Place: Tensor] = [:]
  ) throws -> [Tensor?] {
    var values: [Tensor?] = network.constants
    for input in graph.inputs {
      let name = graph.values[input].name
      values[input] = replaced[Place(name)] ?? inputs[name]
    }
    for (position, node) in graph.nodes.enumerated() {
      guard let prepared = network.nodes[position] else { continue }
      let seen = node.inputs.enumerated().map { place, value -> Tensor? in
        guard let value else { return nil }
        let reader = Place.Reader(node: node.name, input: place)
        return replaced[Place(graph.values[value].name, reader: reader)] ?? values[value]
      }
      let outputs = try prepared.function(NodeInputs(tensors: seen))
      for (value, tensor) in zip(node.outputs, outputs) {
        if let value { values[value] = replaced[Place(graph.values[value].name)] ?? tensor }
      }
    }
    return values
  }

  /// The values at some places; what is replaced has its new value.
  func values(
    at places: [Place], _ inputs: [String: Tensor], replaced: [Place: Tensor] = [:]
  ) throws -> [Tensor] {
    let all = try values(inputs, replaced: replaced)
    return try places.map { place in
      if let tensor = replaced[place] { return tensor }
      guard let value = graph.valueIndices[place.value], let tensor = all[value] else {
        throw ONNXError.unknownName(place.value, alternatives: [])
      }
      return tensor
    }
  }

  /// A unit's value with rows first, as callers of a model see it.
  func rowsFirst(_ tensor: Tensor) throws -> Tensor {
    tensor.shape.first == unitRows ? tensor : try tensor.unsqueezed(axis: 0)
  }

  /// One row of what callers see, as the unit has it.
  func unit(_ row: Tensor, of place: Place, like own: [Tensor?]) throws -> Tensor {
    let shape = graph.valueIndices[place.value].flatMap { own[$0] }?.shape ?? row.shape
    return try row.reshaped(to: shape)
  }
}
