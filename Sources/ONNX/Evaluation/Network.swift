// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Torch

/// A graph that can run: every node with the function of its operator, every constant computed.
final class Network: Sendable {
  let graph: Graph
  let types: ElementTypes
  /// By value: what does not depend on any input.
  ///
  /// Folded once, at load.
  let constants: [Tensor?]
  /// By node; nil where all outputs are constants.
  let nodes: [PreparedNode?]
  /// Floating-point numbers that the file brings along as weights.
  let parameterCount: Int
  /// By the last node of each: nodes that can run as one.
  let fusions: [Int: Fusion]
  /// Which inputs have rows, in the order of `graph.inputs`.
  let inputHasRows: [Bool]
  /// The number of rows that the file fixes, nil where any number is allowed.
  let fixedRows: Int?

  /// What running on zeros has shown, by the shapes of the inputs.
  let analyses = Mutex<[[[Int]]: RowAnalysis]>([:])
  /// The shapes of values seen last, a unit's own, for models that leave them open.
  let seenShapes = Mutex<[Int: [Int]]>([:])
  let plans = Mutex<[Plan.Key: Plan]>([:])
  /// Plans that keep the rows of a unit of several apart.
  let plansApart = Mutex<Set<Plan.Key>>([])

  /// A node and what it does.
  struct PreparedNode: Sendable {
    let definition: OperatorDefinition
    let reader: NodeReader
    let function: NodeFunction
  }

  /// Prepares every node, and folds constants.
  ///
  /// - Parameter folder: Where external data may lie; nil for none.
  /// - Throws: ``ONNXError``; all unsupported operators at once.
  init(_ graph: consuming Graph, types: ElementTypes, folder: String?) throws {
    let definitions = try Self.definitions(of: graph)
    var constants = [Tensor?](repeating: nil, count: graph.values.count)
    for (value, message) in graph.initializers.sorted(by: { $0.key < $1.key }) {
      let stored = try StoredTensor(message, folder: folder)
      constants[value] = try Self.explained(stored, message.name, types)
    }
    graph.initializers = [:]
    parameterCount = constants.reduce(0) { sum, tensor in
      guard let tensor, tensor.elementType.isFloatingPoint else { return sum }
      return sum + tensor.count
    }
    var nodes: [PreparedNode?] = []
    for (position, definition) in definitions.enumerated() {
      let node = graph.nodes[position]
      let reader = NodeReader(
        node: node, constants: node.inputs.map { $0.flatMap { constants[$0] } }, types: types,
        folder: folder)
      let function = try Self.located(node, atLoad: true) {
        guard definition.arity.contains(node.inputs.count) else {
          throw NodeFault("it has \(node.inputs.count) inputs, and \(definition.arity) are allowed")
        }
        return try definition.prepare(reader)
      }
      if node.inputs.allSatisfy({ $0 == nil || constants[$0 ?? 0] != nil }) {
        let outputs = try Self.located(node, atLoad: true) {
          try withoutRecording { try function(NodeInputs(tensors: reader.constants)) }
        }
        for (value, tensor) in zip(node.outputs, outputs) {
          if let value { constants[value] = tensor }
        }
        nodes.append(nil)
      } else {
        // Tensors in attributes are read by now; without them the file's bytes can go.
        let light = graph.nodes[position].withoutTensors()
        nodes.append(
          PreparedNode(
            definition: definition,
            reader: NodeReader(
              node: light, constants: reader.constants, types: types, folder: folder),
            function: function))
      }
      graph.nodes[position] = graph.nodes[position].withoutTensors()
    }
    (inputHasRows, fixedRows) = Self.rows(of: graph)
    fusions = Self.fusions(in: graph, nodes, constants: constants, types: types)
    self.constants = constants
    self.nodes = nodes
    self.types = types
    self.graph = graph
  }

  private static func definitions(of graph: borrowing Graph) throws -> [OperatorDefinition] {
    var definitions: [OperatorDefinition] = []
    var unsupported: [UnsupportedOperator] = []
    for node in graph.nodes {
      if let definition = OperatorRegistry.definition(of: node) {
        definitions.append(definition)
        continue
      }
      let known = unsupported.firstIndex { $0.name == node.operation && $0.domain == node.domain }
      let nodes = (known.map { unsupported[$0].nodes } ?? []) + [node.name]
      let complaint = UnsupportedOperator(
        name: node.operation, domain: node.domain, version: node.version, nodes: nodes)
      if let known { unsupported[known] = complaint } else { unsupported.append(complaint) }
    }
    guard unsupported.isEmpty else { throw ONNXError.unsupportedOperators(unsupported) }
    return definitions
  }

  private static func explained(
    _ stored: StoredTensor, _ name: String, _ types: ElementTypes
  ) throws -> Tensor {
    do { return try types.tensor(stored) } catch let fault as NodeFault {
      throw ONNXError.invalidTensor(name: name, reason: fault.reason)
    }
  }

  /// Runs `body`, and says of an error at which node it happened.
  ///
  /// Running out of memory stays what it is, for callers that can try with fewer rows.
  static func located<Result>(
    _ node: Graph.Node, atLoad: Bool, _ body: () throws -> Result
  ) throws -> Result {
    let reason: String
    do { return try body() } catch let fault as NodeFault {
      reason = fault.reason
    } catch let error as TorchError where error.kind != .outOfMemory {
      reason = error.description
    } catch let error as ONNXError {
      reason = error.description
    }
    throw atLoad
      ? ONNXError.invalidNode(node: node.name, operation: node.operation, reason: reason)
      : ONNXError.failedNode(node: node.name, operation: node.operation, reason: reason)
  }

  /// Which inputs have rows: the first one, and those whose first axis is declared as long as its.
  private static func rows(of graph: borrowing Graph) -> (hasRows: [Bool], fixed: Int?) {
    let leading = graph.inputs.map { graph.values[$0].declaredShape.map(\.first) }
    // An input of unknown shape may have any number of rows; a number alone has none.
    let first = leading.compactMap { $0 ?? .unknown }.first ?? .unknown
    let hasRows = leading.map { axis -> Bool in
      guard let axis else { return true }
      switch (axis, first) {
      case (nil, _): return false
      case (.unknown?, _), (_, .unknown): return true
      case (let axis?, let first): return axis == first
      }
    }
    guard case .fixed(let rows) = first else { return (hasRows, nil) }
    return (hasRows, rows)
  }
}

extension Graph.Node {
  fileprivate func withoutTensors() -> Graph.Node {
    Graph.Node(
      name: name, operation: operation, domain: domain, version: version, inputs: inputs,
      outputs: outputs,
      attributes: attributes.mapValues { attribute in
        if case .tensor = attribute { .other } else { attribute }
      })
  }
}
