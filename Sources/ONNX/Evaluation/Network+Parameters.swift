// SPDX-License-Identifier: Apache-2.0

import Torch

/// Which inputs of an operator are learned.
private enum LearnedInputs {
  case places(ClosedRange<Int>)
  /// Any that are constant.
  case all
  /// Any that are constant and hold more than two different numbers.
  case varied

  static let byOperation: [String: LearnedInputs] = [
    "Add": .varied, "Mul": .varied,
    "Attention": .places(1...2), "BiasGelu": .places(1...1),
    "BatchNormalization": .places(1...2), "Conv": .places(1...2), "ConvTranspose": .places(1...2),
    "DeformConv": .all, "Einsum": .all, "EmbedLayerNormalization": .places(2...6),
    "FastGelu": .places(1...1),
    "FusedConv": .places(1...2), "FusedGemm": .all, "FusedMatMul": .all, "GRU": .places(1...3),
    "Gather": .places(0...0), "Gemm": .all, "GroupNormalization": .places(1...2),
    "InstanceNormalization": .places(1...2), "LSTM": .places(1...3),
    "LayerNormalization": .places(1...2), "MatMul": .all,
    "MultiHeadAttention": .places(3...3), "PRelu": .places(1...1),
    "RMSNormalization": .places(1...1), "RNN": .places(1...3),
    "SimplifiedLayerNormalization": .places(1...1),
    "SkipLayerNormalization": .places(2...4),
    "SkipSimplifiedLayerNormalization": .places(2...3), "TransposeMatMul": .all,
  ]
}

extension Network {
  /// Operators that only lay numbers out anew, or round them.
  private static let layouts: Set<String> = [
    "Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze",
  ]

  /// Constants that are learned, with the nodes that compute with them, in the order of the nodes.
  var parameters: [(value: Int, nodes: [Int])] {
    var found: [(value: Int, nodes: [Int])] = []
    var places: [Int: Int] = [:]
    for position in nodes.indices where nodes[position] != nil {
      for constant in learnedConstants(of: position) {
        let value = origin(of: constant)
        let layer = layerHolding(position)
        if let place = places[value] {
          if !found[place].nodes.contains(layer) { found[place].nodes.append(layer) }
        } else {
          places[value] = found.count
          found.append((value, [layer]))
        }
      }
    }
    return found
  }

  private func learnedConstants(of position: Int) -> [Int] {
    let node = graph.nodes[position]
    guard let learned = LearnedInputs.byOperation[node.operation] else { return [] }
    return node.inputs.prefix(node.ownInputCount).enumerated().compactMap { place, value in
      guard let value, let tensor = constants[value], tensor.elementType.isFloatingPoint else {
        return nil
      }
      switch learned {
      case .places(let places): return places.contains(place) ? value : nil
      case .all: return value
      case .varied:
        return tensor.count > 2 && ((try? tensor.unique().count) ?? 0) > 2 ? value : nil
      }
    }
  }

  /// What a constant is laid out from: itself, or what the file has.
  private func origin(of constant: Int) -> Int {
    var value = constant
    while let producer = graph.values[value].producer, nodes[producer] == nil,
      Self.layouts.contains(graph.nodes[producer].operation),
      let source = graph.nodes[producer].inputs.first ?? nil,
      constants[source]?.elementType.isFloatingPoint ?? false
    {
      value = source
    }
    return value
  }

  /// The node itself, or the one whose product it alone adds a bias to.
  private func layerHolding(_ position: Int) -> Int {
    let node = graph.nodes[position]
    guard node.operation == "Add",
      let computed = node.inputs.compactMap({ $0 }).first(where: { constants[$0] == nil }),
      Self.onlyReader(of: computed, in: graph) == position,
      let producer = graph.values[computed].producer, nodes[producer] != nil,
      ["Conv", "ConvTranspose", "Einsum", "MatMul"].contains(graph.nodes[producer].operation),
      !learnedConstants(of: producer).isEmpty
    else { return position }
    return producer
  }

  /// The network with other constants, and with what depends on them prepared anew.
  ///
  /// - Parameter tensors: By value.
  /// - Throws: ``ONNXError``.
  func replacing(_ tensors: [Int: Tensor]) throws -> Network {
    var (constants, nodes) = (constants, nodes)
    var changed = Set(tensors.keys)
    for (value, tensor) in tensors { constants[value] = tensor }
    for (position, node) in graph.nodes.enumerated() {
      guard let value = node.inputs.first(where: { $0.map(changed.contains) ?? false }) ?? nil
      else { continue }
      guard node.bodies.isEmpty else {
        throw ONNXError.invalidInput(
          name: graph.values[value].name,
          reason: "the bodies of the node '\(node.name)' (\(node.operation)) read it as well, and "
            + "their weights cannot be replaced: leave it as it is")
      }
      let inputs = node.inputs.map { $0.flatMap { constants[$0] } }
      if let prepared = nodes[position] {
        let reader = NodeReader(
          node: prepared.reader.node, constants: inputs, types: types, folder: folder)
        nodes[position] = PreparedNode(
          definition: prepared.definition, reader: reader,
          function: try Self.located(node, atLoad: true) {
            try prepared.definition.prepare(reader)
          })
      } else {
        let outputs = try folded(node, inputs)
        for (value, tensor) in zip(node.outputs, outputs) {
          guard let value, tensors[value] == nil else { continue }
          constants[value] = tensor
          changed.insert(value)
        }
      }
    }
    return Network(self, constants: constants, nodes: nodes)
  }

  private func folded(_ node: Graph.Node, _ inputs: [Tensor?]) throws -> [Tensor] {
    guard let definition = OperatorRegistry.definition(of: node) else { return [] }
    return try Self.located(node, atLoad: true) {
      let reader = NodeReader(node: node, constants: inputs, types: types, folder: folder)
      let function = try definition.prepare(reader)
      return try withoutRecording { try function(NodeInputs(tensors: inputs)) }
    }
  }
}
