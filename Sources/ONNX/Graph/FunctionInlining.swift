// SPDX-License-Identifier: Apache-2.0

/// Replaces calls of operators that a model brings along by the nodes that they are made of.
///
/// What is called `f` in the file becomes nodes `f/…` with values `f/…` between them; inputs and
/// outputs keep the names that they have in the graph. Functions may call others, and calls may
/// stand in the bodies of control flow. A file of a few bytes can ask for any number of nodes in
/// this way, so their number is bounded, and so is depth.
struct FunctionInlining {
  static let mostNodes = 1 << 17
  static let deepestCalls = 32

  private let functions: [String: FunctionMessage]
  private var nodeCount = 0

  private static func key(_ domain: String, _ name: String, _ overload: String) -> String {
    "\(domain == "ai.onnx" ? "" : domain)\u{0}\(name)\u{0}\(overload)"
  }

  /// A model's graph without calls.
  ///
  /// - Throws: ``ONNXError/invalidGraph(place:reason:)`` where a function is defined twice, or calls
  ///   itself.
  static func inlined(
    _ graph: GraphMessage, _ messages: [FunctionMessage]
  ) throws(ONNXError) -> GraphMessage {
    guard !messages.isEmpty else { return graph }
    var functions: [String: FunctionMessage] = [:]
    for (position, function) in messages.enumerated() {
      let key = key(function.domain, function.name, function.overload)
      guard functions.updateValue(function, forKey: key) == nil else {
        throw .invalidGraph(
          place: "functions[\(position)]", reason: "'\(function.name)' is defined already")
      }
    }
    var inlining = FunctionInlining(functions: functions)
    return try inlining.inlined(graph, depth: 0)
  }

  private init(functions: [String: FunctionMessage]) { self.functions = functions }

  /// - Parameter depth: Calls and bodies around the graph.
  private mutating func inlined(
    _ graph: GraphMessage, depth: Int
  ) throws(ONNXError) -> GraphMessage {
    var nodes: [NodeMessage] = []
    for node in graph.nodes { try append(node, to: &nodes, depth: depth) }
    var result = graph
    result.nodes = nodes
    return result
  }

  private mutating func append(
    _ node: NodeMessage, to nodes: inout [NodeMessage], depth: Int
  ) throws(ONNXError) {
    guard let function = functions[Self.key(node.domain, node.operation, node.overload)] else {
      nodeCount += 1
      guard nodeCount <= Self.mostNodes else {
        throw .invalidGraph(
          place: "functions", reason: "they make more than \(Self.mostNodes) nodes")
      }
      var node = node
      for place in node.attributes.indices {
        for body in node.attributes[place].graphs.indices {
          let graph = node.attributes[place].graphs[body]
          node.attributes[place].graphs[body] = try inlined(graph, depth: depth + 1)
        }
      }
      nodes.append(node)
      return
    }
    guard depth < Self.deepestCalls else {
      throw .invalidGraph(
        place: "functions", reason: "'\(function.name)' is called too deeply, perhaps by itself")
    }
    let call = FunctionCall(of: function, at: node)
    for inner in function.nodes { try append(call.rewritten(inner), to: &nodes, depth: depth + 1) }
  }
}
