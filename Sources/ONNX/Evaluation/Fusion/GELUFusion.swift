// SPDX-License-Identifier: Apache-2.0

import Torch

extension Network {
  /// x · ½ · (1 + erf(x / √2)) in five nodes, as exporters write it ahead of operator set 20, as one
  /// `Gelu`.
  ///
  /// The halving may come at the end, ahead of the product with x, or on x.
  static func gelu(
    around erf: Int, in graph: borrowing Graph, _ constants: [Tensor?], _ types: ElementTypes
  ) -> (last: Int, fusion: Fusion)? {
    var chain = Chain(constants: constants)
    guard let scaled = graph.nodes[erf].inputs.first ?? nil,
      let scale = graph.values[scaled].producer,
      let x = chain.factor(0.5.squareRoot(), at: scale, in: graph),
      onlyReader(of: scaled, in: graph) == erf
    else { return nil }
    chain.nodes = [scale, erf]
    chain.hidden = [scaled]
    chain.end = graph.nodes[erf].outputs.first ?? nil
    guard chain.adds(1, in: graph) else { return nil }
    var halved = chain.halves(in: graph)
    guard let product = chain.next(in: graph), graph.nodes[product].operation == "Mul",
      let end = chain.end, let other = chain.other(end, at: product, in: graph)
    else { return nil }
    chain.append(product, in: graph)
    if other != x {
      // Or half of x is what is multiplied with.
      guard !halved, let half = graph.values[other].producer,
        chain.factor(0.5, at: half, in: graph) == x, onlyReader(of: other, in: graph) == product
      else { return nil }
      chain.nodes.insert(half, at: 0)
      chain.hidden.append(other)
      halved = true
    }
    guard halved || chain.halves(in: graph), let last = chain.last,
      let node = geluNode(in: last, of: graph, x, types)
    else { return nil }
    return (
      last,
      Fusion(
        covered: chain.nodes.filter { $0 != last }, hidden: chain.hidden, node: node,
        inputs: [.value(x)])
    )
  }

  private static func geluNode(
    in last: Int, of graph: borrowing Graph, _ x: Int, _ types: ElementTypes
  ) -> PreparedNode? {
    let node = Graph.Node(
      name: graph.nodes[last].name, operation: "Gelu", domain: "", version: 20, inputs: [x],
      outputs: graph.nodes[last].outputs, attributes: [:])
    let reader = NodeReader(node: node, constants: [nil], types: types, folder: nil)
    guard let definition = OperatorRegistry.definition(of: node),
      let function = try? definition.prepare(reader)
    else { return nil }
    return PreparedNode(definition: definition, reader: reader, function: function)
  }
}

/// Nodes that only each other read, as far as they have been followed.
private struct Chain {
  let constants: [Tensor?]
  var nodes: [Int] = []
  var hidden: [Int] = []
  /// The value at the end.
  var end: Int?
  /// The node that gives it.
  var last: Int? { nodes.last }

  init(constants: [Tensor?]) { self.constants = constants }

  func next(in graph: borrowing Graph) -> Int? {
    end.flatMap { Network.onlyReader(of: $0, in: graph) }
  }

  mutating func append(_ node: Int, in graph: borrowing Graph) {
    if let end { hidden.append(end) }
    nodes.append(node)
    end = graph.nodes[node].outputs.first ?? nil
  }

  /// Follows a sum with a constant, if there is one.
  mutating func adds(_ number: Double, in graph: borrowing Graph) -> Bool {
    guard let node = next(in: graph), graph.nodes[node].operation == "Add", let end,
      let other = other(end, at: node, in: graph), isConstant(other, number)
    else { return false }
    append(node, in: graph)
    return true
  }

  /// Follows a product with ½, if there is one.
  mutating func halves(in graph: borrowing Graph) -> Bool {
    guard let node = next(in: graph), let end, factor(0.5, at: node, in: graph) == end else {
      return false
    }
    append(node, in: graph)
    return true
  }

  /// What a node multiplies with a factor; nil where it does not.
  func factor(_ factor: Double, at node: Int, in graph: borrowing Graph) -> Int? {
    let content = graph.nodes[node]
    guard content.domain.isEmpty, content.inputs.count == 2, let first = content.inputs[0],
      let second = content.inputs[1]
    else { return nil }
    switch content.operation {
    case "Mul":
      if isConstant(second, factor) { return first }
      return isConstant(first, factor) ? second : nil
    case "Div": return isConstant(second, 1 / factor) ? first : nil
    default: return nil
    }
  }

  /// The other of a node's two inputs.
  func other(_ value: Int, at node: Int, in graph: borrowing Graph) -> Int? {
    let inputs = graph.nodes[node].inputs
    guard inputs.count == 2, graph.nodes[node].domain.isEmpty else { return nil }
    return inputs[0] == value ? inputs[1] : inputs[0]
  }

  private func isConstant(_ value: Int, _ number: Double) -> Bool {
    guard let constant = constants[value], constant.count == 1, constant.rank <= 1,
      let found = try? constant.converted(to: .float64).reshaped(to: []).number()
    else { return false }
    return abs(found - number) <= 1e-6 * abs(number)
  }
}
