// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

@testable import ONNX

/// Some places of a model.
struct PlacesCut: Cut {
  let places: [Place]

  var name: String { places.map(\.description).joined(separator: " + ") }

  func places(in model: any Model) throws -> [Place] { places }
}

/// A weighted sum of everything a row has at the slice's end.
struct RippledSum: QuantityOfInterest {
  func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    try values(of: output)
  }

  func values(of output: Tensor) throws -> Tensor {
    let flat = try output.reshaped(to: [output.shape[0], -1])
    let places = try Tensor.range(to: flat.shape[1]).converted(like: flat)
    return try (flat * ((places * 1.7 + 0.4).cosine())).sum(axes: [1])
  }
}

extension RandomGraph {
  /// One or two places with floating-point values that are no constants: values, or what one node
  /// reads of them.
  mutating func cut(of model: ONNXModel, values own: [Tensor?]) -> PlacesCut {
    let graph = model.network.graph
    let open = graph.values.indices.filter { value in
      model.network.constants[value] == nil && own[value]?.elementType.isFloatingPoint == true
        && !(graph.values[value].producer == nil && own[value]?.rank == 0)
    }
    let shared = Set(model.inputs.filter { !$0.hasRows }.map(\.name))
    let candidates = open.filter { !shared.contains(graph.values[$0].name) }
    var places: [Place] = []
    for _ in 0..<(chance(0.25) ? 2 : 1) {
      let value = pick(candidates)
      var place = Place(graph.values[value].name)
      let readers = graph.values[value].consumers
      if chance(0.35), !readers.isEmpty {
        let node = graph.nodes[pick(readers)]
        let input = node.inputs.firstIndex(of: value) ?? 0
        place = Place(place.value, reader: Place.Reader(node: node.name, input: input))
      }
      if !places.contains(place) { places.append(place) }
    }
    return PlacesCut(places: places)
  }
}
