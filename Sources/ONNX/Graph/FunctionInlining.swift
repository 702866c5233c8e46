// SPDX-License-Identifier: Apache-2.0

/// Replaces calls of operators that a model brings along by the nodes that they are made of.
///
/// What is called `f` in the file becomes nodes `f/…` with values `f/…` between them; inputs and
/// outputs keep the names that they have in the graph. Functions may call others. A file of a few
/// bytes can ask for any number of nodes in this way, so their number is bounded, and so is depth.
struct FunctionInlining {
  static let mostNodes = 1 << 17
  static let deepestCalls = 32

  private let functions: [String: FunctionMessage]
  private var nodes: [NodeMessage] = []

  private static func key(_ domain: String, _ name: String, _ overload: String) -> String {
    "\(domain == "ai.onnx" ? "" : domain)\u{0}\(name)\u{0}\(overload)"
  }

  /// The nodes of a graph without calls.
  ///
  /// - Throws: ``ONNXError/invalidGraph(place:reason:)`` where a function is defined twice, or calls
  ///   itself.
  static func nodes(of model: ModelMessage) throws(ONNXError) -> [NodeMessage] {
    let nodes = model.graph?.nodes ?? []
    guard !model.functions.isEmpty else { return nodes }
    var functions: [String: FunctionMessage] = [:]
    for (position, function) in model.functions.enumerated() {
      let key = key(function.domain, function.name, function.overload)
      guard functions.updateValue(function, forKey: key) == nil else {
        throw .invalidGraph(
          place: "functions[\(position)]", reason: "'\(function.name)' is defined already")
      }
    }
    var inlining = FunctionInlining(functions: functions)
    for node in nodes { try inlining.append(node, depth: 0) }
    return inlining.nodes
  }

  private init(functions: [String: FunctionMessage]) { self.functions = functions }

  private mutating func append(_ node: NodeMessage, depth: Int) throws(ONNXError) {
    guard let function = functions[Self.key(node.domain, node.operation, node.overload)] else {
      guard nodes.count < Self.mostNodes else {
        throw .invalidGraph(
          place: "functions", reason: "they make more than \(Self.mostNodes) nodes")
      }
      nodes.append(node)
      return
    }
    guard depth < Self.deepestCalls else {
      throw .invalidGraph(
        place: "functions", reason: "'\(function.name)' is called too deeply, perhaps by itself")
    }
    let call = Call(of: function, at: node)
    for inner in function.nodes { try append(call.rewritten(inner), depth: depth + 1) }
  }
}

/// One call of a function: what its names mean in the graph.
private struct Call {
  private let prefix: String
  private var names: [String: String] = [:]
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
    for attribute in function.attributeDefaults { attributes[attribute.name] = attribute }
    for attribute in node.attributes { attributes[attribute.name] = attribute }
    for set in function.operatorSets { versions[set.domain] = set.version }
  }

  func rewritten(_ inner: NodeMessage) -> NodeMessage {
    var node = inner
    node.name = prefix + (inner.name.isEmpty ? inner.outputs.first ?? "" : inner.name)
    node.inputs = inner.inputs.map(rename)
    node.outputs = inner.outputs.map(rename)
    node.version = versions[inner.domain] ?? inner.version
    node.attributes = inner.attributes.compactMap { attribute in
      guard !attribute.reference.isEmpty else { return attribute }
      // A reference to what the call does not set leaves the operator its default.
      var value = attributes[attribute.reference]
      value?.name = attribute.name
      return value
    }
    return node
  }

  private func rename(_ name: String) -> String {
    name.isEmpty ? "" : names[name] ?? prefix + name
  }
}
