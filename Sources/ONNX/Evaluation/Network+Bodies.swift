// SPDX-License-Identifier: Apache-2.0

import Attribution

extension Network {
  /// Refuses the name of a value or node that lies in a body of control flow, and says where.
  ///
  /// - Throws: ``ONNXError/invalidInput(name:reason:)``.
  func refuseInsideBody(_ name: String) throws {
    guard let (node, body) = bodyHolding(name) else { return }
    let outputs = graph.nodes[node].outputs.compactMap { $0 }.map { "'\(graph.values[$0].name)'" }
    let operation = graph.nodes[node].operation
    throw ONNXError.invalidInput(
      name: name,
      reason:
        "it lies in the body '\(body)' of the node '\(graph.nodes[node].name)' (\(operation)),"
        + (operation == "If"
          ? " which is computed only on a condition;" : " which is computed any number of times;")
        + " cut at the outputs of that node: \(outputs.joined(separator: ", "))")
  }

  /// The node of this graph in one of whose bodies, at any depth, a name is defined.
  private func bodyHolding(_ name: String) -> (node: Int, body: String)? {
    for (position, node) in nodes.enumerated() {
      for (attribute, body) in node?.reader.bodies ?? [:] where body.network.defines(name) {
        return (position, attribute)
      }
    }
    return nil
  }

  private func defines(_ name: String) -> Bool {
    graph.nodeIndices[name] != nil || bodyHolding(name) != nil
      || graph.valueIndices[name].map { graph.values[$0].producer != nil } ?? false
  }
}
