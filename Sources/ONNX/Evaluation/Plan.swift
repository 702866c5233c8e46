// SPDX-License-Identifier: Apache-2.0

import Attribution
import Synchronization
import Torch

/// The nodes to run for wanted values when others are given: those between them, no more.
struct Plan: Sendable {
  struct Key: Hashable, Sendable {
    let wanted: [Place]
    let given: [Place]
    let isFused: Bool
  }

  /// Where a tensor comes from.
  enum Source: Sendable {
    case absent
    case constant(Tensor)
    case value(Int)
    /// A given tensor that stands for the value at this one reader, by its place among the given.
    case given(Int)

    var isComputed: Bool { value != nil }

    var value: Int? {
      if case .value(let value) = self { value } else { nil }
    }
  }

  struct Step: Sendable {
    /// The node; of several that run as one, the last.
    let node: Int
    /// What it does, with those that it runs as one with.
    let prepared: Network.PreparedNode
    let inputs: [Source]
    let outputs: [Int?]
    /// Values that no later step reads.
    let released: [Int]
  }

  let steps: [Step]
  /// The values that given tensors replace, by place among the given; nil for one reader's.
  let givenValues: [Int?]
  let results: [Source]
}

/// A place, resolved to indices.
enum Spot: Hashable {
  case value(Int)
  /// An input of a node, which reads `value`.
  case edge(node: Int, input: Int, value: Int)

  var value: Int {
    switch self {
    case .value(let value): value
    case .edge(_, _, let value): value
    }
  }
}

extension Network {
  /// The indices of a place.
  ///
  /// - Throws: ``CutError`` where there is none, ``ONNXError/invalidInput(name:reason:)`` where it
  ///   is a constant.
  func spot(_ place: Place) throws -> Spot {
    guard let value = graph.valueIndices[place.value] else {
      try refuseInsideBody(place.value)
      throw CutError.unknown(layer: place.value, among: graph.values.map(\.name))
    }
    guard constants[value] == nil else {
      throw ONNXError.invalidInput(
        name: place.value, reason: "it is a constant of the model, the same for every input")
    }
    guard let reader = place.reader else { return .value(value) }
    guard let node = graph.nodeIndices[reader.node] else {
      try refuseInsideBody(reader.node)
      throw CutError.unknown(layer: reader.node, among: graph.nodes.map(\.name))
    }
    let inputs = graph.nodes[node].inputs
    guard inputs.indices.contains(reader.input), inputs[reader.input] == value else {
      throw ONNXError.invalidInput(
        name: place.value,
        reason: "the node '\(reader.node)' does not read it as its input \(reader.input)")
    }
    return .edge(node: node, input: reader.input, value: value)
  }

  /// The plan for some places, made once.
  ///
  /// - Parameter isFused: Whether nodes may run as one where nobody sees the value between them.
  func plan(_ wanted: [Place], given: [Place], isFused: Bool = true) throws -> Plan {
    let key = Plan.Key(wanted: wanted, given: given, isFused: isFused)
    if let plan = plans.withLock({ $0[key] }) { return plan }
    let (wantedSpots, givenSpots) = (
      try wanted.map { try spot($0) }, try given.map { try spot($0) }
    )
    let plan = try makePlan(wantedSpots, given: givenSpots, isFused: isFused)
    plans.withLock {
      if $0.count >= 256 { $0.removeAll() }
      $0[key] = plan
    }
    return plan
  }

  func makePlan(_ wanted: [Spot], given: [Spot], isFused: Bool) throws -> Plan {
    var givenAt: [Spot: Int] = [:]
    for (place, spot) in given.enumerated() { givenAt[spot] = place }

    // Backward from what is wanted, stopping at what is given.
    var isNeeded = [Bool](repeating: false, count: nodes.count)
    var open = wanted.filter { givenAt[$0] == nil }.map(\.value)
    while let value = open.popLast() {
      if givenAt[.value(value)] != nil || constants[value] != nil { continue }
      guard let node = graph.values[value].producer else {
        throw InputError.missing(
          graph.values[value].name, known: graph.inputs.map { graph.values[$0].name })
      }
      guard !isNeeded[node] else { continue }
      isNeeded[node] = true
      for (input, value) in graph.nodes[node].inputs.enumerated() {
        guard let value, givenAt[.edge(node: node, input: input, value: value)] == nil else {
          continue
        }
        open.append(value)
      }
    }

    func source(_ spot: Spot) -> Plan.Source {
      if let place = givenAt[spot] { return .given(place) }
      return constants[spot.value].map { .constant($0) } ?? .value(spot.value)
    }
    let results = wanted.map { spot -> Plan.Source in
      // What is given is its own result; an edge that is not has the value that it reads.
      if let place = givenAt[spot] ?? givenAt[.value(spot.value)] { return .given(place) }
      return constants[spot.value].map { .constant($0) } ?? .value(spot.value)
    }
    var kept = Set<Int>()
    for case .value(let value) in results { kept.insert(value) }

    // Nodes that run as one.
    let fused = isFused ? fusions(between: wanted + given).filter { isNeeded[$0.key] } : [:]
    for node in fused.values.flatMap(\.covered) { isNeeded[node] = false }

    var steps: [Plan.Step] = []
    for node in nodes.indices.reversed() where isNeeded[node] {
      guard let prepared = fused[node]?.node ?? nodes[node] else { continue }
      var inputs =
        fused[node].map { $0.inputs.map { $0.value.map { source(.value($0)) } ?? $0 } }
        ?? graph.nodes[node].inputs.enumerated().map { input, value in
          value.map { source(.edge(node: node, input: input, value: $0)) } ?? .absent
        }
      if isFused, fused[node] == nil, prepared.definition.isConvolution, inputs.count > 1,
        case .constant(let weight) = inputs[1]
      {
        inputs[1] = .constant(try imageWeight(weight, ofNode: node))
      }
      var released: [Int] = []
      for case .value(let value) in inputs where kept.insert(value).inserted {
        released.append(value)
      }
      let outputs = graph.nodes[node].outputs.map { value -> Int? in
        // An output that is given, or that nobody reads, is dropped at once.
        guard let value, givenAt[.value(value)] == nil, kept.contains(value) else { return nil }
        return value
      }
      steps.append(
        Plan.Step(
          node: node, prepared: prepared, inputs: inputs, outputs: outputs, released: released))
    }
    return Plan(
      steps: steps.reversed(),
      givenValues: given.map { spot in
        if case .value(let value) = spot { value } else { nil }
      },
      results: results)
  }

  /// The fusions none of whose hidden values is seen, and none of whose nodes reads something else
  /// than its value.
  private func fusions(between spots: [Spot]) -> [Int: Fusion] {
    guard !fusions.isEmpty else { return [:] }
    var values: Set<Int> = []
    var readers: Set<Int> = []
    for spot in spots {
      values.insert(spot.value)
      if case .edge(let node, _, _) = spot { readers.insert(node) }
    }
    return fusions.filter { last, fusion in
      values.isDisjoint(with: fusion.hidden)
        && readers.isDisjoint(with: fusion.covered + [last])
    }
  }

  /// Runs a plan.
  ///
  /// - Parameters:
  ///   - given: In the order of the plan's key.
  ///   - apply: Gives a node's outputs in the stead of its own function.
  func run(
    _ plan: Plan, given: [Tensor],
    apply: ((Plan.Step, PreparedNode, NodeInputs) throws -> [Tensor])? = nil
  ) throws -> [Tensor] {
    var values = [Tensor?](repeating: nil, count: graph.values.count)
    for (value, tensor) in zip(plan.givenValues, given) {
      if let value { values[value] = tensor }
    }
    func tensor(_ source: Plan.Source) -> Tensor? {
      switch source {
      case .absent: nil
      case .constant(let tensor): tensor
      case .value(let value): values[value]
      case .given(let place): given[place]
      }
    }
    for step in plan.steps {
      let node = step.prepared
      let inputs = NodeInputs(tensors: step.inputs.map(tensor))
      let outputs = try Self.located(node.reader.node, atLoad: false) {
        try apply?(step, node, inputs) ?? node.function(inputs)
      }
      for value in step.released { values[value] = nil }
      for (place, value) in step.outputs.enumerated() {
        guard let value else { continue }
        guard place < outputs.count else {
          throw ONNXError.failedNode(
            node: node.reader.node.name, operation: node.reader.node.operation,
            reason: "its output \(place) is not supported")
        }
        values[value] = outputs[place]
      }
    }
    return try plan.results.map { source in
      guard let tensor = tensor(source) else {
        throw ONNXError.invalidInput(name: "result", reason: "nothing has computed it")
      }
      return tensor
    }
  }
}
