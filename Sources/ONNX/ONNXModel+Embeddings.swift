// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension ONNXModel {
  /// The nodes that take rows of a stored table by an input's ids, in their order.
  ///
  /// - Complexity: Where ids go through other operators first, a forward pass of one row to each
  ///   table shows whether they come out as they went in.
  public var embeddings: [Embedding] { network.embeddings }
}

extension Network {
  fileprivate var embeddings: [Embedding] {
    graph.nodes.indices.compactMap { position in
      let node = graph.nodes[position]
      guard let reader = nodes[position]?.reader, node.operation == "Gather", node.domain.isEmpty,
        node.inputs.count == 2, let data = node.inputs[0], let table = constants[data],
        table.rank == 2, table.elementType.isFloatingPoint, (try? reader.integer("axis", 0)) == 0,
        let ids = node.inputs[1], let input = input(behind: ids, below: table.shape[0]),
        let output = node.outputs[0]
      else { return nil }
      return Embedding(
        place: Place(graph.values[output].name), input: graph.values[input].name, table: table)
    }
  }

  /// The input whose elements a value has, whole numbers from 0 up to `count`.
  ///
  /// Exporters put conversions and the wrapping of negative ids in between.
  private func input(behind value: Int, below count: Int) -> Int? {
    if graph.inputs.contains(value) { return value }
    let sources = inputs(behind: value)
    guard sources.count == 1, let input = sources.first,
      let ids = try? ids(for: input, below: count),
      let found = try? evaluate(
        [Place(graph.values[value].name)], given: [Place(graph.values[input].name): ids])[0],
      (try? found.converted(to: .int64).numbers()) == (try? ids.numbers())
    else { return nil }
    return input
  }

  /// All inputs that a value is computed from.
  private func inputs(behind value: Int) -> Set<Int> {
    var (open, seen) = ([value], Set([value]))
    while let next = open.popLast() {
      guard constants[next] == nil, let producer = graph.values[next].producer else { continue }
      for input in graph.nodes[producer].inputs.compactMap({ $0 }) where seen.insert(input).inserted
      {
        open.append(input)
      }
    }
    return seen.intersection(graph.inputs)
  }

  /// One row of ids, no two neighbours alike, of an input's shape and type.
  private func ids(for input: Int, below count: Int) throws -> Tensor {
    let content = graph.values[input]
    let shape = (content.declaredShape ?? [.unknown, .unknown]).enumerated().map { axis, length in
      if axis > 0, case .fixed(let length) = length { length } else { axis == 0 ? 1 : 4 }
    }
    let places = shape.reduce(1, *)
    let ids = (0..<places).map { Int64(($0 * 7 + 1) % count) }
    return try Tensor(ids).reshaped(to: shape)
      .converted(to: types.computed(content.declaredType ?? .int64))
  }
}
