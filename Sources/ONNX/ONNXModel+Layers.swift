// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension ONNXModel {
  /// Every node that depends on an input, with the shape of its first output.
  ///
  /// Shapes that the file does not tell are found by running the model on zeros; an axis whose
  /// length depends on what is fed is nil.
  public var layers: [ModelLayer] {
    let shapes = network.shapes()
    let graph = network.graph
    return graph.nodes.indices.compactMap { position in
      guard network.nodes[position] != nil else { return nil }
      let node = graph.nodes[position]
      let output = node.outputs.compactMap { $0 }.first
      return ModelLayer(
        node.name, operation: node.operation,
        shape: output.flatMap { shapes[$0] })
    }
  }

  /// The places of a node, or of a value.
  ///
  /// - A node's output anchor is what it gives, as far as anybody reads it; its input anchor is what
  ///   it reads, replaced for it alone. Constants, and shapes where there are other inputs, are left
  ///   out.
  /// - A value's output anchor is the value; its input anchor that of the node that computes it.
  /// - Where a node and another node's value share a name, it means the node.
  public func places(of layer: String, anchor: Anchor) throws -> [Place] {
    let graph = network.graph
    if let node = graph.nodeIndices[layer], network.nodes[node] != nil {
      return anchor == .output ? network.outputPlaces(of: node) : network.inputPlaces(of: node)
    }
    guard let value = graph.valueIndices[layer], network.constants[value] == nil else {
      if graph.valueIndices[layer] == nil { try network.refuseInsideBody(layer) }
      throw CutError.unknown(layer: layer, among: network.cuttableNames)
    }
    guard anchor == .input, let node = graph.values[value].producer else { return [Place(layer)] }
    return network.inputPlaces(of: node)
  }
}

extension Network {
  /// What a caller has to feed.
  var modelInputs: [ModelInput] {
    zip(graph.inputs, inputHasRows).map { input, hasRows in
      let value = graph.values[input]
      return ModelInput(
        value.name, elementType: types.computed(value.declaredType ?? .float32),
        shape: value.declaredShape?.map { if case .fixed(let length) = $0 { length } else { nil } },
        hasRows: hasRows)
    }
  }

  /// Names of nodes and values that are not constants.
  var cuttableNames: [String] {
    let names = graph.nodes.indices.filter { nodes[$0] != nil }.map { graph.nodes[$0].name }
    let known = Set(names)
    let values = graph.values.indices.filter { constants[$0] == nil }.map { graph.values[$0].name }
    return names + values.filter { !known.contains($0) }
  }

  fileprivate func outputPlaces(of node: Int) -> [Place] {
    let outputs = graph.nodes[node].outputs.compactMap { $0 }
    let read = outputs.filter { !graph.values[$0].consumers.isEmpty || graph.outputs.contains($0) }
    return (read.isEmpty ? Array(outputs.prefix(1)) : read).map { Place(graph.values[$0].name) }
  }

  fileprivate func inputPlaces(of node: Int) -> [Place] {
    let content = graph.nodes[node]
    let reads = content.inputs.enumerated().compactMap { input, value -> (Int, Int)? in
      guard let value, constants[value] == nil else { return nil }
      return (input, value)
    }
    let elementTypes = reads.count > 1 ? analysis()?.elementTypes : nil
    let continuous = reads.filter { elementTypes?[$0.1]?.isFloatingPoint ?? true }
    return (continuous.isEmpty ? reads : continuous).map { input, value in
      Place(graph.values[value].name, reader: Place.Reader(node: content.name, input: input))
    }
  }
}
