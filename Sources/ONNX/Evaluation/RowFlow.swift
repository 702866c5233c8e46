// SPDX-License-Identifier: Apache-2.0

/// Where the numbers of rows flow, and which control flow they decide.
///
/// A branch is taken, or a loop ended, for all rows at once: what one row decides the others would
/// go along with. Nodes that rows decide thus must run row by row. What follows from shapes alone
/// decides the same for every row.
struct RowFlow {
  /// By value: whether its elements depend on the numbers of rows.
  private var numbers: [Bool]
  /// By value: whether its shape does.
  private var shapes: [Bool]
  /// The nodes whose course depends on the numbers of rows.
  private(set) var decisions: Set<Int> = []

  /// - Parameter isFromRows: Of each open input, whether it has rows, or depends on their numbers.
  init(_ graph: Graph, _ nodes: [Network.PreparedNode?], isFromRows: [Int: Bool]) {
    numbers = [Bool](repeating: false, count: graph.values.count)
    shapes = numbers
    for (input, comesFromRows) in isFromRows { numbers[input] = comesFromRows }
    for (position, node) in graph.nodes.enumerated() {
      guard let bodies = nodes[position]?.reader.bodies else { continue }
      var number = node.inputs.contains { depends($0, numbers) }
      var shape = node.inputs.contains { depends($0, shapes) }
      if !bodies.isEmpty, isDecided(node, bodies) {
        decisions.insert(position)
        shape = true
      }
      if node.domain.isEmpty {
        if Self.countsMatches.contains(node.operation) { shape = shape || number }
        if Self.takesShapes.contains(node.operation) {
          shape = shape || node.inputs.dropFirst().contains { depends($0, numbers) }
        }
        if Self.givesShapes.contains(node.operation) { number = shape }
      }
      for case .some(let output) in node.outputs {
        numbers[output] = number || shape
        shapes[output] = shape
      }
    }
  }

  private func depends(_ value: Int?, _ flow: [Bool]) -> Bool { value.map { flow[$0] } ?? false }

  /// The shape of what they give depends on the numbers that they read.
  private static let countsMatches: Set<String> = [
    "NonZero", "Compress", "Unique", "NonMaxSuppression", "Range", "ConstantOfShape",
  ]

  /// The shape of what they give depends on numbers of other inputs than the first.
  private static let takesShapes: Set<String> = [
    "Reshape", "Expand", "Tile", "Slice", "Pad", "Resize", "Upsample", "TopK", "OneHot", "Squeeze",
    "Unsqueeze", "Split",
  ]

  private static let givesShapes: Set<String> = ["Shape", "Size"]

  private func isDecided(_ node: Graph.Node, _ bodies: [String: PreparedBody]) -> Bool {
    let isLoop = node.operation == "Loop"
    // A condition, and the first two inputs of a loop; a scan is as long as its sequences are.
    let deciding = node.inputs.prefix(isLoop ? 2 : node.operation == "If" ? 1 : 0)
    if deciding.contains(where: { depends($0, numbers) }) { return true }
    return bodies.values.contains { body in
      let network = body.network
      var isFromRows: [Int: Bool] = [:]
      for (place, input) in network.openInputs.enumerated() {
        isFromRows[input] =
          place < body.formalCount
          // The number of the iteration and the condition, and what is carried: from rows, to be safe.
          ? !isLoop || place >= 2
          : depends(node.inputs[body.captured[place - body.formalCount]], numbers)
      }
      let inside = RowFlow(network.graph, network.nodes, isFromRows: isFromRows)
      if !inside.decisions.isEmpty { return true }
      return isLoop && inside.numbers[network.graph.outputs[0]]
    }
  }
}
