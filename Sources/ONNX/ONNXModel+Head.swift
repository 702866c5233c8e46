// SPDX-License-Identifier: Apache-2.0

import Attribution

extension Network {
  /// Operators between a final softmax and the output that change no number.
  private static let transparent: Set<String> = [
    "Identity", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Dropout",
  ]

  /// The softmax or sigmoid that an output ends in, of the first output that does.
  var head: OutputHead? {
    for output in graph.outputs {
      var value = output
      while constants[value] == nil, let node = graph.values[value].producer {
        let content = graph.nodes[node]
        guard content.domain.isEmpty, let input = content.inputs.first ?? nil else { break }
        if Self.transparent.contains(content.operation) {
          value = input
          continue
        }
        guard let function = headFunction(node, of: input) else { break }
        return OutputHead(
          logits: Place(graph.values[input].name), output: Place(graph.values[output].name),
          function: function)
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
    var shape = values.lazy.compactMap { self.shape(of: $0, nil) }.first
    if shape == nil && (isOld || axis < 0) { shape = analysis()?.shapes[logits]?.map { $0 } }
    if let shape {
      guard let counted = try? resolved(axis: axis, rank: shape.count) else { return nil }
      axis = counted
      // The old form takes all axes from this one on as one; further axes may have one place only.
      if isOld, shape.dropFirst(axis + 1).contains(where: { $0 != 1 }) { return nil }
    }
    return name == "Softmax" ? .softmax(axis: axis) : .logSoftmax(axis: axis)
  }
}
