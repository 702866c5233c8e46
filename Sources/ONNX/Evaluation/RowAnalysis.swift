// SPDX-License-Identifier: Apache-2.0

import Attribution
import Synchronization
import Torch

/// What a run on zeros, of one unit, tells of a network's values.
///
/// It names shapes that the file leaves open, and which values differ between rows. Runs on real
/// inputs do not rest on it: see ``StackedRun``.
struct RowAnalysis: Sendable {
  enum State: Sendable {
    /// A row's own.
    case rows
    /// The same for every row, as what follows from shapes alone.
    case shared
  }

  /// By value, a unit's own; nil for values that did not come up.
  var shapes: [[Int]?]
  var elementTypes: [ElementType?]
  var states: [State?]
  /// The nodes that run for one unit after the other.
  var oneByOne: [Int] = []
  /// The nodes that treat the places of their inputs' first axes apart.
  var nodesApart: Set<Int> = []
  /// The values that have a unit's rows on their first axes, each from what a row alone gives.
  var valuesApart: Set<Int> = []
}

extension Network {
  /// Bytes that a run on zeros may take, of one unit: more for large inputs, up to a gibibyte, and
  /// for large models.
  private func mostProbed(_ shapes: [[Int]]) -> Int {
    let elements = shapes.reduce(0.0) { $0 + $1.reduce(1.0) { $0 * Double($1) } }
    let most = Int(min(4096 * elements, Double(1 << 30)))
    return max(Allowance.leastMemory, most, 64 * parameterCount)
  }

  /// The analysis for inputs of given shapes, those with rows having one unit of them.
  ///
  /// - Returns: Nil where the model does not run on zeros of these shapes.
  /// - Complexity: One forward pass of one unit, once for each combination of shapes.
  func analysis(for shapes: [[Int]]) -> RowAnalysis? {
    if let known = analyses.withLock({ $0[shapes] }) { return known }
    let analysis = try? Allowance(memory: mostProbed(shapes)).limit {
      try withoutRecording { try analyze(shapes) }
    }
    analyses.withLock {
      if $0.count >= 16 { $0.removeAll() }
      $0[shapes] = .some(analysis)
    }
    return analysis
  }

  /// The analysis for the shapes that the file declares, or those last seen.
  func analysis() -> RowAnalysis? {
    let seen = seenShapes.withLock { $0 }
    var shapes: [[Int]] = []
    for (input, hasRows) in zip(graph.inputs, inputHasRows) {
      guard let shape = declaredShape(input, hasRows: hasRows) ?? seen[input] else { return nil }
      shapes.append(shape)
    }
    return analysis(for: shapes)
  }

  private func declaredShape(_ input: Int, hasRows: Bool) -> [Int]? {
    guard let axes = graph.values[input].declaredShape else { return nil }
    var shape: [Int] = []
    for (place, axis) in axes.enumerated() {
      if place == 0 && hasRows {
        shape.append(unitRows)
      } else if case .fixed(let length) = axis {
        shape.append(length)
      } else {
        return nil
      }
    }
    return shape
  }

  private func analyze(_ inputShapes: [[Int]]) throws -> RowAnalysis {
    var analysis = RowAnalysis(
      shapes: constants.map { $0?.shape }, elementTypes: constants.map { $0?.elementType },
      states: constants.map { $0 == nil ? nil : .shared })
    var given: [Tensor] = []
    for (place, input) in graph.inputs.enumerated() {
      let type = types.computed(graph.values[input].declaredType ?? .float32)
      let tensor = try Tensor.zeros(inputShapes[place], type: type, on: types.device)
      given.append(tensor)
      analysis.shapes[input] = inputShapes[place]
      analysis.elementTypes[input] = type
      analysis.states[input] = inputHasRows[place] ? .rows : .shared
      if inputHasRows[place] { analysis.valuesApart.insert(input) }
    }
    // Only shapes are kept: wanting what nobody reads lets everything else go.
    let wanted = nodes.indices.filter { nodes[$0] != nil }
      .flatMap { graph.nodes[$0].outputs.compactMap { $0 } }
      .filter { graph.values[$0].consumers.isEmpty }
    let plan = try makePlan(
      wanted.map { .value($0) }, given: graph.inputs.map { .value($0) }, isFused: false)
    let unit = StackedRun(
      self, count: 1, plan: plan,
      given: zip(inputHasRows, given).map { $0 && $1.rank > 0 ? .merged : .shared })
    _ = try run(plan, given: given) { step, node, inputs in
      let outputs = try unit.outputs(step, node, inputs)
      let isApart =
        unit.nodesApart.contains(step.node)
        && self.graph.nodes[step.node].inputs.allSatisfy { value in
          value.map { analysis.states[$0] == .shared || analysis.valuesApart.contains($0) } ?? true
        }
      for (value, tensor) in zip(self.graph.nodes[step.node].outputs, outputs) {
        guard let value else { continue }
        if isApart, unit.layout(.value(value)) == .merged { analysis.valuesApart.insert(value) }
        let layout = unit.layout(.value(value))
        analysis.shapes[value] = unit.unitShape(of: tensor, layout)
        analysis.elementTypes[value] = tensor.elementType
        analysis.states[value] = layout == .shared ? .shared : .rows
      }
      return outputs
    }
    analysis.oneByOne = unit.oneByOne
    analysis.nodesApart = unit.nodesApart
    return analysis
  }
}
