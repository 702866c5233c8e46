// SPDX-License-Identifier: Apache-2.0

import Torch

/// Prepares the nodes of a graph, one after the other: reads weights, folds constants, and puts the
/// branch of an `If` whose condition is constant in its place.
struct Preparation {
  private(set) var graph: Graph
  /// By value: what does not depend on any input.
  private(set) var constants: [Tensor?]
  /// By node; nil where all outputs are constants.
  private(set) var nodes: [Network.PreparedNode?] = []
  /// Floating-point numbers among the initializers, those of bodies included.
  private(set) var parameterCount = 0
  private let types: ElementTypes
  private let folder: ModelFolder?
  private let allowance: Allowance

  private var ready: [Graph.Node] = []
  /// What is left, the next node last.
  private var pending: [Graph.Node] = []
  private var hasInlined = false
  private var unsupported: [UnsupportedOperator] = []
  private var failure: (any Error)?

  /// - Parameters:
  ///   - allowance: What folding may take.
  ///   - known: Inputs that are constants, as a body captures them.
  /// - Throws: ``ONNXError``; all unsupported operators at once.
  init(
    _ graph: Graph, types: ElementTypes, folder: ModelFolder?, allowance: Allowance,
    known: [Int: Tensor] = [:]
  ) throws {
    self.graph = graph
    self.types = types
    self.folder = folder
    self.allowance = allowance
    constants = [Tensor?](repeating: nil, count: graph.values.count)
    for (value, tensor) in known { constants[value] = tensor }
    // What is not supported is told ahead of what is wrong elsewhere, and all of it at once.
    do { try readInitializers(graph.initializers) } catch { failure = error }
    self.graph.initializers = [:]
    pending = graph.nodes.reversed()
    while let node = pending.popLast() { prepare(node) }
    guard unsupported.isEmpty else { throw ONNXError.unsupportedOperators(unsupported) }
    if let failure { throw failure }
    self.graph.nodes = ready
    guard hasInlined else { return }
    self.graph.link()
    self.graph.nodeIndices = [:]
    for (position, node) in ready.enumerated() { self.graph.nodeIndices[node.name] = position }
  }

  private mutating func readInitializers(_ messages: [Int: TensorMessage]) throws {
    for (value, message) in messages.sorted(by: { $0.key < $1.key }) {
      let stored = try StoredTensor(message, folder: folder)
      do {
        let tensor = try types.tensor(stored)
        constants[value] =
          !stored.isKept && isImageWeight(value) ? try tensor.channelsLast() : tensor
      } catch let fault as NodeFault {
        throw ONNXError.invalidTensor(name: message.name, reason: fault.reason)
      }
      if stored.elementType.isFloatingPoint { parameterCount += stored.count }
    }
  }

  /// Whether only convolutions of images read a value, as their weight: it may then lie in memory as
  /// they like it, from the start and once.
  private func isImageWeight(_ value: Int) -> Bool {
    let consumers = graph.values[value].consumers
    return !consumers.isEmpty
      && consumers.allSatisfy {
        let node = graph.nodes[$0]
        return node.operation == "Conv" && node.domain.isEmpty
          && node.inputs.firstIndex(of: value) == 1
      }
  }

  private mutating func prepare(_ node: Graph.Node) {
    do {
      if try inlineBranch(of: node) { return }
      guard let definition = OperatorRegistry.definition(of: node) else {
        complain(
          UnsupportedOperator(
            name: node.operation, domain: node.domain, version: node.version, nodes: [node.name]))
        append(node, nil)
        return
      }
      let bodies = try prepareBodies(of: node)
      // Behind a failure only operators are looked up.
      guard let bodies, failure == nil else { return append(node, nil) }
      append(node, try allowance.limit { try prepared(node, definition, bodies) })
    } catch {
      if failure == nil { failure = error }
      append(node, nil)
    }
  }

  private mutating func append(_ node: Graph.Node, _ prepared: Network.PreparedNode?) {
    // Tensors in attributes are read by now; without them the file's bytes can go.
    ready.append(node.withoutTensors())
    nodes.append(prepared)
  }

  private mutating func complain(_ complaint: UnsupportedOperator) {
    let known = unsupported.firstIndex {
      $0.name == complaint.name && $0.domain == complaint.domain
    }
    guard let known else { return unsupported.append(complaint) }
    unsupported[known] = UnsupportedOperator(
      name: complaint.name, domain: complaint.domain, version: unsupported[known].version,
      nodes: unsupported[known].nodes + complaint.nodes)
  }

  /// The function of a node, or nil where it is folded.
  private mutating func prepared(
    _ node: Graph.Node, _ definition: OperatorDefinition, _ bodies: [String: PreparedBody]
  ) throws -> Network.PreparedNode? {
    let reader = NodeReader(
      node: node, constants: node.inputs.map { $0.flatMap { constants[$0] } }, types: types,
      folder: folder, bodies: bodies)
    let function = try Network.located(node, atLoad: true) {
      guard definition.arity.contains(node.ownInputCount) else {
        throw NodeFault("it has \(node.ownInputCount) inputs, and \(definition.arity) are allowed")
      }
      return try definition.prepare(reader)
    }
    if node.inputs.allSatisfy({ $0 == nil || constants[$0 ?? 0] != nil }),
      let outputs = try folded(node, function, reader.constants)
    {
      for (value, tensor) in zip(node.outputs, outputs) {
        if let value { constants[value] = tensor }
      }
      return nil
    }
    return Network.PreparedNode(
      definition: definition,
      reader: NodeReader(
        node: node.withoutTensors(), constants: reader.constants, types: types, folder: folder,
        bodies: bodies),
      function: function)
  }

  /// The outputs of a node whose inputs are constants; nil where they take so long that they are
  /// left to be computed when they are wanted.
  private func folded(
    _ node: Graph.Node, _ function: NodeFunction, _ inputs: [Tensor?]
  ) throws -> [Tensor]? {
    do {
      return try Network.located(node, atLoad: true) {
        try withoutRecording { try function(NodeInputs(tensors: inputs)) }
      }
    } catch is Allowance.Exhausted {
      return nil
    }
  }

  // MARK: Bodies

  /// Networks of the bodies; nil where one uses what is not supported.
  private mutating func prepareBodies(of node: Graph.Node) throws -> [String: PreparedBody]? {
    var bodies: [String: PreparedBody]? = [:]
    for (name, body) in node.bodies.sorted(by: { $0.key < $1.key }) {
      do {
        let captured = body.captured.map { place in node.inputs[place].flatMap { constants[$0] } }
        let prepared = try PreparedBody(
          body, captured: captured, types: types, folder: folder, allowance: allowance)
        bodies?[name] = prepared
        parameterCount += prepared.network.parameterCount
      } catch ONNXError.unsupportedOperators(let list) {
        for complaint in list { complain(complaint) }
        bodies = nil
      } catch let error as ONNXError {
        throw ONNXError.invalidNode(
          node: node.name, operation: node.operation, reason: "in its '\(name)': \(error)")
      }
    }
    return bodies
  }

  /// Puts the nodes of a branch in the place of an `If` whose condition is constant.
  ///
  /// They are nodes like all others then, with the names that they have in the file as far as
  /// nothing else has them.
  private mutating func inlineBranch(of node: Graph.Node) throws -> Bool {
    guard node.operation == "If", node.domain.isEmpty, node.ownInputCount == 1,
      let condition = node.inputs[0].flatMap({ constants[$0] }), condition.count == 1
    else { return false }
    let holds = try condition.number() != 0
    guard let body = node.bodies[holds ? "then_branch" : "else_branch"],
      body.graph.inputs.count == body.captured.count,
      body.graph.outputs.count >= node.outputs.count
    else { return false }

    // What the branch's values are called in this graph, by index.
    var indices = [Int?](repeating: nil, count: body.graph.values.count)
    for (input, place) in zip(body.graph.inputs, body.captured) {
      indices[input] = node.inputs[place]
    }
    var copies: [(from: Int, to: Int)] = []
    for (output, target) in zip(body.graph.outputs, node.outputs) {
      guard let target else { continue }
      if indices[output] == nil, body.graph.values[output].producer != nil {
        indices[output] = target
      } else {
        copies.append((output, target))
      }
    }
    for (position, value) in body.graph.values.enumerated() where indices[position] == nil {
      indices[position] = graph.addValue(value, near: node.name)
      constants.append(nil)
    }
    func renamed(_ value: Int?) -> Int? { value.flatMap { indices[$0] } }
    var inlined: [Graph.Node] = body.graph.nodes.map { inner in
      var copy = Graph.Node(
        name: "", operation: inner.operation, domain: inner.domain, version: inner.version,
        inputs: inner.inputs.map(renamed), ownInputCount: inner.ownInputCount,
        outputs: inner.outputs.map(renamed), attributes: inner.attributes, bodies: inner.bodies)
      copy.name = graph.claimNodeName(inner.name, near: node.name)
      return copy
    }
    for (from, to) in copies {
      inlined.append(
        Graph.Node(
          name: graph.claimNodeName(graph.values[to].name, near: node.name),
          operation: "Identity", domain: "", version: node.version, inputs: [renamed(from)],
          ownInputCount: 1, outputs: [to], attributes: [:]))
    }
    var initializers: [Int: TensorMessage] = [:]
    for (value, message) in body.graph.initializers {
      if let index = indices[value] { initializers[index] = message }
    }
    try readInitializers(initializers)
    pending += inlined.reversed()
    hasInlined = true
    return true
  }
}

extension Graph {
  /// A new value, called as it is where nothing else is, and else after the node that it comes from.
  fileprivate mutating func addValue(_ value: Value, near node: String) -> Int {
    let name = Self.free(value.name, near: node) { valueIndices[$0] != nil }
    var copy = Value(name: name)
    copy.declaredType = value.declaredType
    copy.declaredShape = value.declaredShape
    values.append(copy)
    valueIndices[name] = values.count - 1
    return values.count - 1
  }

  fileprivate mutating func claimNodeName(_ name: String, near node: String) -> String {
    let name = Self.free(name, near: node) { nodeIndices[$0] != nil }
    nodeIndices[name] = nodes.count
    return name
  }

  private static func free(
    _ name: String, near node: String, _ isTaken: (String) -> Bool
  ) -> String {
    guard isTaken(name) else { return name }
    let base = "\(node)/\(name)"
    guard isTaken(base) else { return base }
    return (1...).lazy.map { "\(base)#\($0)" }.first { !isTaken($0) } ?? base
  }
}

extension Graph.Node {
  fileprivate func withoutTensors() -> Graph.Node {
    Graph.Node(
      name: name, operation: operation, domain: domain, version: version, inputs: inputs,
      ownInputCount: ownInputCount, outputs: outputs,
      attributes: attributes.mapValues { attribute in
        if case .tensor = attribute { .other } else { attribute }
      })
  }
}
