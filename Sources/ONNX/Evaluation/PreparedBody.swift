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

  /// Runs the body once for several units: see ``StackedRun``.
  func run(
    _ formal: [UnitValue], around inputs: [UnitValue?], count: Int
  ) throws -> [UnitValue] {
    try Allowance.current?.spend(plan.steps.count + 1)
    let given =
      try formal
      + captured.map { place in
        guard let value = inputs[place] else { throw NodeFault("input \(place) is missing") }
        return value
      }
    let layouts = given.map { $0.hasRows ? RowLayout.stacked : .shared }
    let units = StackedRun(network, count: count, plan: plan, given: layouts)
    let outputs = try network.run(plan, given: given.map(\.tensor)) { step, node, inputs in
      try units.outputs(step, node, inputs)
    }
    return try zip(outputs, plan.results).map { tensor, source in
      let layout = units.layout(source)
      let isMerged = layout == .merged
      return UnitValue(
        tensor: isMerged
          ? try tensor.reshaped(to: [count] + units.unitShape(of: tensor, layout)) : tensor,
        hasRows: layout != .shared)
    }
  }
}

extension Network {
  /// The inputs that are not constants.
  var openInputs: [Int] { graph.inputs.filter { constants[$0] == nil } }
}
