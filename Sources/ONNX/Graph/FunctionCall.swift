// SPDX-License-Identifier: Apache-2.0

/// One call of a function: what its names mean in the graph that calls it.
struct FunctionCall {
  private let prefix: String
  /// The function's inputs and outputs, and in a body what the body defines.
  private var names: [String: String] = [:]
  /// What the call's own inputs and outputs are called: no value of the function may be.
  private var taken: Set<String> = []
  private var attributes: [String: AttributeMessage] = [:]
  private var versions: [String: Int64] = [:]

  init(of function: FunctionMessage, at node: NodeMessage) {
    let name = node.name.isEmpty ? node.outputs.first { !$0.isEmpty } ?? "" : node.name
    prefix = name + "/"
    for (place, input) in function.inputs.enumerated() {
      // An input that the call leaves out is left out inside too.
      names[input] = place < node.inputs.count ? node.inputs[place] : ""
    }
    for (place, output) in function.outputs.enumerated() where place < node.outputs.count {
      if !node.outputs[place].isEmpty { names[output] = node.outputs[place] }
    }
    taken = Set(names.values)
    for attribute in function.attributeDefaults { attributes[attribute.name] = attribute }
    for attribute in node.attributes { attributes[attribute.name] = attribute }
    for set in function.operatorSets {
      versions[set.domain == "ai.onnx" ? "" : set.domain] = set.version
    }
  }

  /// A node of the function, as a node of the graph.
  func rewritten(_ inner: NodeMessage) -> NodeMessage {
    var node = inner
    node.name = prefix + (inner.name.isEmpty ? inner.outputs.first ?? "" : inner.name)
    node.inputs = inner.inputs.map(rename)
    node.outputs = inner.outputs.map(rename)
    node.version = versions[inner.domain == "ai.onnx" ? "" : inner.domain] ?? inner.version
    node.attributes = inner.attributes.compactMap { attribute in
      guard !attribute.reference.isEmpty else {
        var attribute = attribute
        attribute.graphs = attribute.graphs.map { rewritten($0) }
        return attribute
      }
      // A reference to what the call does not set leaves the operator its default.
      var value = attributes[attribute.reference]
      value?.name = attribute.name
      return value
    }
    return node
  }

  /// The body of a node of the function: what it defines itself gets names that nothing outside
  /// of it has, and what it captures the names that the function's values have in the graph.
  private func rewritten(_ body: GraphMessage) -> GraphMessage {
    var inside = self
    let defined =
      body.inputs.map(\.name) + body.initializers.map(\.name) + body.nodes.flatMap(\.outputs)
    for name in defined where !name.isEmpty {
      var unique = prefix + name
      while taken.contains(unique) { unique += "'" }
      inside.names[name] = unique
    }
    var result = body
    func renamed(_ values: [ValueInfoMessage]) -> [ValueInfoMessage] {
      values.map { value in
        var value = value
        value.name = inside.rename(value.name)
        return value
      }
    }
    result.inputs = renamed(body.inputs)
    result.outputs = renamed(body.outputs)
    result.valueInfo = renamed(body.valueInfo)
    for place in result.initializers.indices {
      result.initializers[place].name = inside.rename(body.initializers[place].name)
    }
    result.nodes = body.nodes.map { inside.rewritten($0) }
    return result
  }

  private func rename(_ name: String) -> String {
    name.isEmpty ? "" : names[name] ?? prefix + name
  }
}
