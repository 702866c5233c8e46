// SPDX-License-Identifier: Apache-2.0

import Torch

/// A body of control flow that can run.
///
/// Its inputs are those that the operator feeds, and behind them values from around it, which are
/// inputs of the operator's node: what depends on them is known without a look into the body.
struct PreparedBody: Sendable {
  let network: Network
  /// How many inputs the operator feeds.
  let formalCount: Int
  /// Where the captured values lie among the node's inputs, those that are not constant.
  let captured: [Int]
  private let plan: Plan

  var outputCount: Int { network.graph.outputs.count }

  /// - Parameter captured: What the body captures, where it is constant.
  init(
    _ body: Graph.Body, captured constants: [Tensor?], types: ElementTypes, folder: ModelFolder?,
    allowance: Allowance
  ) throws {
    formalCount = body.graph.inputs.count - body.captured.count
    let outer = body.graph.inputs[formalCount...]
    var known: [Int: Tensor] = [:]
    for (input, tensor) in zip(outer, constants) { known[input] = tensor }
    network = try Network(
      body.graph, types: types, folder: folder, allowance: allowance, known: known)
    captured = zip(body.captured, constants).filter { $0.1 == nil }.map(\.0)
    plan = try network.makePlan(
      network.graph.outputs.map { .value($0) }, given: network.openInputs.map { .value($0) },
      isFused: true)
  }

  /// The output in a place, where no input changes it.
  func constantOutput(_ place: Int) -> Tensor? {
    network.constants[network.graph.outputs[place]]
  }

  /// Runs the body once.
  ///
  /// - Parameters:
  ///   - formal: What the operator feeds, one for each.
  ///   - inputs: The inputs of the operator's node.
  /// - Throws: ``Allowance/Exhausted`` where it takes too long for what nobody has asked for.
  func run(_ formal: [Tensor], around inputs: NodeInputs) throws -> [Tensor] {
    try Allowance.current?.spend(plan.steps.count + 1)
    return try network.run(plan, given: try formal + captured.map { try inputs[$0] })
  }

  /// Runs a body that is fed nothing for several units at once.
  ///
  /// - Parameters:
  ///   - inputs: The inputs of the operator's node, with stacked units where they differ.
  ///   - isShared: Of each input, whether it is the same for each unit.
  /// - Returns: Outputs with stacked units.
  func runStacked(
    around inputs: NodeInputs, isShared: [Bool], count: Int
  ) throws -> [Tensor] {
    try Allowance.current?.spend(plan.steps.count + 1)
    let given = try captured.map { place -> (tensor: Tensor, layout: RowLayout) in
      let tensor = try inputs[place]
      guard !isShared[place] else { return (tensor, .shared) }
      let shape = tensor.shape
      // Where the unit has one row first, units follow each other, as most operators have it.
      guard shape.count > 1, shape[1] == 1 else { return (tensor, .stacked) }
      return (try tensor.reshaped(to: [count] + shape.dropFirst(2)), .merged)
    }
    let units = StackedRun(network, count: count, plan: plan, given: given.map(\.layout))
    let outputs = try network.run(plan, given: given.map(\.tensor)) { step, node, inputs in
      try units.outputs(step, node, inputs)
    }
    return try zip(outputs, plan.results).map { output, source in
      switch units.layout(source) {
      case .stacked: output
      case .merged:
        try output.reshaped(to: [count, output.shape[0] / count] + output.shape.dropFirst())
      case .shared: try output.broadcast(to: [count] + output.shape)
      }
    }
  }
}

extension Network {
  /// The inputs that are not constants.
  var openInputs: [Int] { graph.inputs.filter { constants[$0] == nil } }
}
