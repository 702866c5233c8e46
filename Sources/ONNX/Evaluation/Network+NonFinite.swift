// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension Network {
  /// Where the first number that is not finite appears, forward or in the gradient.
  ///
  /// Forward: from the result back along what is not finite, to a value whose own inputs are. NaN
  /// counts before infinity: an infinity that a node turns into NaN is no fault of its own, as with
  /// the −∞ of attention masks.
  func firstNonFinite(
    _ wanted: [Place], given: [Place: Tensor], gradient target: GradientTarget?
  ) throws -> NonFinite? {
    let results = try withoutRecording { try evaluate(wanted, given: given) }
    let row = try results.compactMap { try firstRow($0) }.min()
    if row == nil && target == nil { return nil }
    let trace = try Trace(self, wanted, given, row: row ?? 0, tracking: target?.places ?? [])
    if let row { return try trace.forward()?.at(row) }
    guard let target else { return nil }
    let quantity = try target.quantity(trace.results)
    return try trace.backward(from: quantity)?.at(0)
  }

  private func firstRow(_ tensor: Tensor) throws -> Int? {
    guard tensor.elementType.isFloatingPoint, tensor.rank > 0, tensor.count > 0 else { return nil }
    let isFinite = try tensor.isFinite().reshaped(to: [tensor.shape[0], -1])
    return try isFinite.all(axis: 1).numbers().firstIndex { $0 == 0 }
  }
}

extension NonFinite {
  fileprivate func at(_ row: Int) -> NonFinite {
    NonFinite(kind, at: value, row: row, origin: origin)
  }
}

/// A run of one unit that keeps every value.
private struct Trace {
  let network: Network
  let plan: Plan
  let steps: [Step]
  /// By value, whatever came up.
  var values: [Int: Tensor] = [:]
  var given: [Tensor] = []
  let results: [Tensor]

  struct Step {
    let step: Plan.Step
    let inputs: [Tensor?]
    let outputs: [Tensor]
  }

  init(
    _ network: Network, _ wanted: [Place], _ given: [Place: Tensor], row: Int, tracking: [Place]
  ) throws {
    self.network = network
    let places = given.keys.sorted { $0.description < $1.description }
    let spots = try places.map { try network.spot($0) }
    let plan = try network.plan(wanted, given: places, isFused: false)
    self.plan = plan
    let tensors = try places.map { place in
      let tensor = try (given[place] ?? .zeros([])).moved(to: network.types.device).detached()
      let isTracked = tracking.contains(place) && tensor.elementType.isFloatingPoint
      return isTracked ? try tensor.tracked() : tensor
    }
    let batch = try Batch(network, spots, tensors, names: places)
    let unit = try batch.rows.map { rows in
      let start = row / network.unitRows * network.unitRows
      return try batch.part(from: start, count: min(network.unitRows, rows - start)).unit()
    }
    self.given = unit ?? tensors
    var steps: [Step] = []
    var values: [Int: Tensor] = [:]
    for (value, tensor) in zip(plan.givenValues, self.given) {
      if let value { values[value] = tensor }
    }
    let raw = try network.run(plan, given: self.given) { step, node, inputs in
      let outputs = try node.function(inputs)
      steps.append(Step(step: step, inputs: inputs.tensors, outputs: outputs))
      for (value, tensor) in zip(step.outputs, outputs) {
        if let value { values[value] = tensor }
      }
      return outputs
    }
    results = try raw.indices.map { place in
      guard batch.rows != nil, case .value(let value) = plan.results[place] else {
        return raw[place]
      }
      return try network.outside(raw[place], .shared, count: 1, value, wanted[place])
    }
    self.steps = steps
    self.values = values
  }

  // MARK: Forward

  func forward() throws -> NonFinite? {
    for kind in [NonFinite.Kind.nan, .infinity] {
      if let found = try source(of: kind) { return found }
    }
    return nil
  }

  /// The first place on the way to the results that has numbers of a kind, from inputs that have none.
  private func source(of kind: NonFinite.Kind) throws -> NonFinite? {
    guard try results.contains(where: { try has(kind, $0) }) else { return nil }
    var wanted: Set<Int> = []
    for case .value(let value) in plan.results { wanted.insert(value) }
    var found: NonFinite?
    // Back from the results, along values that have such numbers: the last one seen is the first.
    for step in steps.reversed() {
      let outputs = zip(step.step.outputs, step.outputs).filter { value, _ in
        value.map { wanted.contains($0) } ?? false
      }
      guard let value = try outputs.first(where: { try has(kind, $1) })?.0 else { continue }
      let node = network.graph.nodes[step.step.node]
      var isHandedOn = false
      for (place, source) in step.step.inputs.enumerated() {
        guard let tensor = step.inputs[place], try has(kind, tensor) else { continue }
        switch source {
        case .value(let value):
          wanted.insert(value)
          isHandedOn = true
          if plan.givenValues.contains(value) {
            return NonFinite(kind, at: network.graph.values[value].name, row: 0, origin: .given)
          }
        case .given:
          let value = network.graph.nodes[step.step.node].inputs[place]
          return NonFinite(
            kind, at: value.map { network.graph.values[$0].name } ?? node.name, row: 0,
            origin: .given)
        case .constant:
          let value = network.graph.nodes[step.step.node].inputs[place]
          isHandedOn = true
          found = NonFinite(
            kind, at: value.map { network.graph.values[$0].name } ?? node.name, row: 0,
            origin: .constant)
        case .absent: break
        }
      }
      if !isHandedOn {
        found = NonFinite(
          kind, at: network.graph.values[value].name, row: 0,
          origin: .node(node.name, operation: node.operation))
      }
    }
    return found
  }

  private func has(_ kind: NonFinite.Kind, _ tensor: Tensor) throws -> Bool {
    guard tensor.elementType.isFloatingPoint, tensor.count > 0 else { return false }
    let found = try kind == .nan ? tensor.isNaN() : tensor.isInfinite()
    return try found.converted(to: .float64).sum().number() > 0
  }

  private func isFinite(_ tensor: Tensor) throws -> Bool {
    try !has(.nan, tensor) && !has(.infinity, tensor)
  }

  // MARK: Backward

  /// The last node, the first one going back, that turns a finite gradient into one that is not.
  func backward(from quantity: Tensor) throws -> NonFinite? {
    guard quantity.isTracked else { return nil }
    let known = values.filter { $0.value.isTracked }.sorted { $0.key < $1.key }
    let gradients = Dictionary(
      uniqueKeysWithValues: zip(
        known.map(\.key),
        try gradient(of: quantity, withRespectTo: known.map(\.value), keepingRecord: true)))
    for step in steps.reversed() {
      let node = network.graph.nodes[step.step.node]
      guard let function = network.nodes[step.step.node]?.function else { continue }
      var weights: [(place: Int, gradient: Tensor)] = []
      for (place, value) in step.step.outputs.enumerated() {
        guard let value, let gradient = gradients[value] else { continue }
        weights.append((place, gradient))
      }
      guard !weights.isEmpty, try weights.allSatisfy({ try isFinite($0.gradient) }) else {
        continue
      }
      // The node by itself.
      let tracked = step.inputs.indices.filter { step.inputs[$0]?.isTracked == true }
      var inputs = step.inputs
      var leaves: [Tensor] = []
      for place in tracked {
        guard let leaf = try inputs[place]?.detached().tracked() else { continue }
        inputs[place] = leaf
        leaves.append(leaf)
      }
      let outputs = try function(NodeInputs(tensors: inputs))
      let parts = try weights.compactMap { place, gradient -> Tensor? in
        outputs[place].isTracked ? try (outputs[place] * gradient.detached()).sum() : nil
      }
      guard let first = parts.first, !leaves.isEmpty else { continue }
      let sum = try parts.dropFirst().reduce(first) { try $0 + $1 }
      let back = try gradient(of: sum, withRespectTo: leaves)
      for (place, gradient) in zip(tracked, back) {
        guard try !isFinite(gradient), let value = node.inputs[place] else { continue }
        return NonFinite(
          try has(.nan, gradient) ? .nan : .infinity, at: network.graph.values[value].name, row: 0,
          origin: .gradient(node: node.name, operation: node.operation))
      }
    }
    return nil
  }
}
