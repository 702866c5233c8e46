// SPDX-License-Identifier: Apache-2.0

import Attribution

extension Network {
  /// Operators between a final softmax and the output that change no number.
  private static let transparent: Set<String> = ["Identity", "Cast", "Dropout", "ZipMap"]
  private static let reshaping: Set<String> = ["Reshape", "Flatten", "Squeeze", "Unsqueeze"]

  /// The softmax or sigmoid that an output ends in, of the first output that does.
  var head: OutputHead? {
    graph.outputs.lazy.compactMap { self.head(of: $0) }.first
  }

  private func head(of output: Int) -> OutputHead? {
    var value = output
    // Exporters put a softmax over an axis that is not the last between two transpositions.
    var transposition: [Int]?
    var isNormalized = false
    while constants[value] == nil, let node = graph.values[value].producer, nodes[node] != nil {
      let content = graph.nodes[node]
      guard let input = content.inputs.first ?? nil else { return nil }
      if Self.transparent.contains(content.operation)
        || (transposition == nil && Self.reshaping.contains(content.operation))
      {
        value = input
      } else if content.operation == "Transpose", transposition == nil {
        guard let order = permutation(of: node) else { return nil }
        transposition = order
        value = input
      } else if content.operation == "Normalizer", (try? norm(of: node)) == "L1" {
        isNormalized = true
        value = input
      } else if content.domain.isEmpty, var function = headFunction(node, of: input) {
        // What sums to 1 already is not changed by a division by its sum.
        if isNormalized, case .softmax = function {} else if isNormalized { return nil }
        var logits = input
        if let after = transposition {
          guard let (start, before) = transposed(input), before.count == after.count,
            before.map({ after[$0] }) == Array(after.indices),
            function.axis.map(before.indices.contains) ?? true
          else { return nil }
          logits = start
          function = function.onAxis { before[$0] }
        }
        return OutputHead(
          logits: Place(graph.values[logits].name), output: Place(graph.values[output].name),
          function: function)
      } else {
        return nil
      }
    }
    return nil
  }

  /// What a node does to its logits, if it is a head; the axis counts on the logits.
  private func headFunction(_ position: Int, of logits: Int) -> OutputHead.Function? {
    guard let reader = nodes[position]?.reader else { return nil }
    let name = graph.nodes[position].operation
    if name == "Sigmoid" { return .sigmoid }
    guard name == "Softmax" || name == "LogSoftmax" else { return nil }
    let isOld = reader.version < 13
    guard var axis = try? reader.integer("axis", isOld ? 1 : -1) else { return nil }
    // A head has the shape of its logits. Where the file tells neither, and it matters, running on
    // zeros does.
    let values = [logits] + graph.nodes[position].outputs.compactMap { $0 }
    var shape = values.lazy.compactMap { self.declaredShape(of: $0) }.first
    if shape == nil && (isOld || axis < 0) { shape = shapes()[logits] }
    if let shape {
      guard let counted = try? resolved(axis: axis, rank: shape.count) else { return nil }
      axis = counted
      // The old form takes all axes from this one on as one; further axes may have one place only.
      if isOld, shape.dropFirst(axis + 1).contains(where: { $0 != 1 }) { return nil }
    }
    return name == "Softmax" ? .softmax(axis: axis) : .logSoftmax(axis: axis)
  }

  /// The order in which a node puts axes, where it is written down.
  private func permutation(of position: Int) -> [Int]? {
    guard let order = try? nodes[position]?.reader.integers("perm"),
      order.sorted() == Array(order.indices)
    else { return nil }
    return order
  }

  /// What a value is a transposition of, and the order of axes.
  private func transposed(_ value: Int) -> (start: Int, order: [Int])? {
    guard let node = graph.values[value].producer, nodes[node] != nil,
      graph.nodes[node].operation == "Transpose", let start = graph.nodes[node].inputs.first ?? nil,
      let order = permutation(of: node)
    else { return nil }
    return (start, order)
  }

  private func norm(of position: Int) throws -> String? {
    try nodes[position]?.reader.text("norm", "MAX")
  }
}

extension OutputHead.Function {
  fileprivate var axis: Int? {
    switch self {
    case .softmax(let axis), .logSoftmax(let axis): axis
    case .sigmoid: nil
    }
  }

  fileprivate func onAxis(_ axis: (Int) -> Int) -> OutputHead.Function {
    switch self {
    case .softmax(let own): .softmax(axis: axis(own))
    case .logSoftmax(let own): .logSoftmax(axis: axis(own))
    case .sigmoid: .sigmoid
    }
  }
}
