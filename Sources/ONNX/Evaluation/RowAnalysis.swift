// SPDX-License-Identifier: Apache-2.0

import Attribution
import Synchronization
import Torch

/// Which values keep rows apart, and how to run the nodes of a model written for one row on
/// several at once.
///
/// The proof is by induction along the graph. Inputs have rows. A node whose inputs each have rows
/// or are shared (see ``RowRule``) has outputs of one of these states when its operator's rule says
/// so, for the shapes with which the node ran for one row; else its outputs, and all that depends
/// on them, are *mixed*. Where a constant bakes the number of rows in, as in `Reshape` to `[1, 256]`,
/// the rule gives the function that does the same for several.
///
/// A value that has rows thus holds, at each place of its first axis, exactly what a run of that
/// row alone would give.
struct RowAnalysis: Sendable {
  enum State: Sendable {
    case rows
    case shared
    case mixed
  }

  /// An input of a run that shows shapes.
  struct Input: Sendable {
    let tensor: Tensor
    let state: State
    /// Whether the tensor follows from shapes, and has its true numbers.
    let isKnown: Bool
  }

  /// By value, for one row; nil for values that did not come up.
  var shapes: [[Int]?]
  var elementTypes: [ElementType?]
  var states: [State]
  /// Small shared values that follow from shapes alone, such as the bounds of a slice.
  var known: [Int: Tensor] = [:]
  /// Functions in the stead of nodes' own, by node.
  var replaced: [Int: NodeFunction] = [:]
}

extension Network {
  /// Bytes that a run on zeros may take, of one row: a gibibyte, and more for large models.
  private var mostProbed: Int { max(1 << 30, 64 * parameterCount) }

  /// The analysis for inputs of given shapes, those with rows having one row.
  ///
  /// - Returns: Nil where the model does not run on zeros of these shapes.
  /// - Complexity: One forward pass of one row, once for each combination of shapes.
  func analysis(for shapes: [[Int]]) -> RowAnalysis? {
    if let known = analyses.withLock({ $0[shapes] }) { return known }
    let analysis = try? Allowance(memory: mostProbed).limit {
      try withoutRecording { try analyze(shapes) }
    }
    analyses.withLock {
      if $0.count >= 16 { $0.removeAll() }
      $0[shapes] = .some(analysis)
    }
    return analysis
  }

  /// The analysis for the shapes that the file declares, those given, or those last seen.
  func analysis(given: [Int: [Int]] = [:]) -> RowAnalysis? {
    let seen = seenShapes.withLock { $0 }
    var shapes: [[Int]] = []
    for (input, hasRows) in zip(graph.inputs, inputHasRows) {
      let declared = declaredShape(input, hasRows: hasRows)
      guard var shape = given[input] ?? declared ?? seen[input] else { return nil }
      if hasRows, !shape.isEmpty { shape[0] = 1 }
      shapes.append(shape)
    }
    return analysis(for: shapes)
  }

  /// The first floating-point value, computed by a node, of which one row's first axis has not the
  /// length 1: rows then lie on another axis, as in `[time, rows, features]`, or nowhere.
  ///
  /// An output that is declared to have as many rows as the inputs is believed.
  func valueWithoutRows(among values: [Int]) -> Int? {
    let rows = zip(graph.inputs, inputHasRows).first { $0.1 }
      .flatMap { graph.values[$0.0].declaredShape?.first }
    let doubtful = values.filter { value in
      guard graph.values[value].producer != nil else { return false }
      guard let declared = graph.values[value].declaredShape?.first else { return true }
      return declared == .unknown || declared != rows
    }
    guard !doubtful.isEmpty, let analysis = analysis() else { return nil }
    return doubtful.first { value in
      guard analysis.states[value] != .rows, let shape = analysis.shapes[value] else {
        return false
      }
      return analysis.elementTypes[value]?.isFloatingPoint == true && shape.first != 1
    }
  }

  private func declaredShape(_ input: Int, hasRows: Bool) -> [Int]? {
    guard let axes = graph.values[input].declaredShape else { return nil }
    var shape: [Int] = []
    for (place, axis) in axes.enumerated() {
      if place == 0 && hasRows {
        shape.append(1)
      } else if case .fixed(let length) = axis {
        shape.append(length)
      } else {
        return nil
      }
    }
    return shape
  }

  private func analyze(_ inputShapes: [[Int]]) throws -> RowAnalysis {
    try analysis(
      of: graph.inputs.enumerated().map { place, input in
        let type = types.computed(graph.values[input].declaredType ?? .float32)
        return RowAnalysis.Input(
          tensor: try .zeros(inputShapes[place], type: type, on: types.device),
          state: inputHasRows[place] ? .rows : .shared, isKnown: false)
      })
  }

  /// Runs the network once and applies the rule of each node.
  ///
  /// - Parameter inputs: One for each open input, in order.
  func analysis(of inputs: [RowAnalysis.Input]) throws -> RowAnalysis {
    var analysis = RowAnalysis(
      shapes: constants.map { $0?.shape }, elementTypes: constants.map { $0?.elementType },
      states: constants.map { $0 == nil ? .mixed : .shared })
    var known: [Int: Tensor] = [:]
    for (value, input) in zip(openInputs, inputs) {
      analysis.shapes[value] = input.tensor.shape
      analysis.elementTypes[value] = input.tensor.elementType
      analysis.states[value] = input.state
      if input.isKnown { known[value] = input.tensor }
    }
    // Only shapes are kept: wanting what nobody reads lets everything else go.
    let wanted = nodes.indices.filter { nodes[$0] != nil }
      .flatMap { graph.nodes[$0].outputs.compactMap { $0 } }
      .filter { graph.values[$0].consumers.isEmpty }
    let plan = try makePlan(
      wanted.map { .value($0) }, given: openInputs.map { .value($0) }, isFused: false)
    var shapes = analysis.shapes
    var elementTypes = analysis.elementTypes
    _ = try run(plan, given: inputs.map(\.tensor)) { node, outputs in
      for (value, tensor) in zip(self.graph.nodes[node].outputs, outputs) {
        guard let value else { continue }
        shapes[value] = tensor.shape
        elementTypes[value] = tensor.elementType
        if !tensor.elementType.isFloatingPoint, tensor.count <= 64 { known[value] = tensor }
      }
    }
    analysis.shapes = shapes
    analysis.elementTypes = elementTypes
    analysis.known = known
    for step in plan.steps { decide(step.node, &analysis) }
    return analysis
  }

  /// Applies a node's rule.
  private func decide(_ position: Int, _ analysis: inout RowAnalysis) {
    guard let node = nodes[position] else { return }
    let inputs = graph.nodes[position].inputs
    let outputs = graph.nodes[position].outputs
    let states = inputs.map { $0.map { analysis.states[$0] } }
    var state = RowAnalysis.State.mixed
    // Whether the outputs, where shared, are what they were on zeros.
    var isKnown = inputs.allSatisfy { value in
      value.map { constants[$0] != nil || analysis.known[$0] != nil } ?? true
    }
    if !states.contains(.mixed) {
      if !states.contains(.rows) {
        state = .shared
      } else {
        // What follows from shapes is as good as constant here.
        let reader = NodeReader(
          node: node.reader.node,
          constants: inputs.map { value in
            value.flatMap {
              constants[$0] ?? (analysis.states[$0] == .shared ? analysis.known[$0] : nil)
            }
          }, types: types, folder: nil, bodies: node.reader.bodies)
        let context = RowContext(
          reader: reader,
          inputs: inputs.map { value in
            guard let value, let shape = analysis.shapes[value] else { return nil }
            return RowContext.Input(
              hasRows: analysis.states[value] == .rows, shape: shape,
              elementType: analysis.elementTypes[value] ?? .float32)
          },
          outputShapes: outputs.map { $0.flatMap { analysis.shapes[$0] } },
          function: node.function)
        switch (try? node.definition.rows.outcome(context)) ?? .mixed {
        case .apart(let function):
          let startsWithOne = outputs.allSatisfy { value in
            value.map { analysis.shapes[$0]?.first == 1 } ?? true
          }
          if startsWithOne {
            state = .rows
            analysis.replaced[position] = function
          }
        case .shared(let function):
          state = .shared
          isKnown = true
          analysis.replaced[position] = function
        case .mixed: break
        }
      }
    }
    for case .some(let value) in outputs {
      analysis.states[value] = state
      if state != .shared || !isKnown { analysis.known[value] = nil }
    }
  }
}
