// SPDX-License-Identifier: Apache-2.0

import Attribution
import Synchronization
import Torch

extension Network {
  /// Computes places from others for any number of rows, without ever mixing rows.
  ///
  /// A model that allows any number runs as it is. One that was written for a fixed number, or that
  /// turns out to have been, runs all rows at once where ``RowAnalysis`` has proved that they stay
  /// apart, and else in groups of that number.
  func evaluate(_ wanted: [Place], given: [Place: Tensor]) throws -> [Tensor] {
    try folder?.checkUnchanged()
    // A stable order, so that the plan is found again.
    let places = given.keys.sorted { ($0.description) < ($1.description) }
    let spots = try places.map { try spot($0) }
    let tensors = try places.map { place in
      let tensor = given[place]
      return try (tensor ?? .zeros([])).moved(to: types.device)
    }
    remember(spots, tensors)
    let plan = try plan(wanted, given: places)
    let batch = Batch(spots: spots, tensors: tensors, sharedInputs: sharedInputs)
    guard let rows = try batch.rows(names: places) else { return try run(plan, given: tensors) }
    // What is given comes back as it is, with or without rows.
    guard plan.results.contains(where: \.isComputed) else { return try run(plan, given: tensors) }
    if rows > 1, let value = plan.withoutRows {
      throw ONNXError.invalidInput(
        name: graph.values[value].name,
        reason: "its first axis does not count rows, so several rows cannot be explained there;"
          + " cut at a value that has them first")
    }
    if rows == fixedRows || plan.steps.isEmpty { return try run(plan, given: tensors) }

    var firstFailure: (any Error)?
    let isDecidedByRows = rows > 1 && plan.steps.contains { decisions.contains($0.node) }
    if fixedRows == nil, !isDecidedByRows {
      // Any number is allowed: the model is taken at its word, and its word is checked.
      do {
        let results = try run(plan, given: tensors)
        if rows == 1
          || zip(plan.results, results).allSatisfy({ !$0.isComputed || $1.shape.first == rows })
        {
          return results
        }
      } catch let error as ONNXError {
        if rows == 1 { throw error }
        firstFailure = error
      }
    }
    let analysis = analysis(given: batch.inputShapes(graph.inputs))
    if let analysis, isProved(plan, spots, tensors, wanted, rows, analysis) {
      return try run(plan, given: tensors, replaced: analysis.replaced)
    }
    do {
      return try runInGroups(plan, wanted, batch, rows: rows, of: fixedRows ?? 1, analysis)
    } catch let error as ONNXError {
      throw firstFailure ?? error
    }
  }

  private var sharedInputs: Set<Int> {
    Set(zip(graph.inputs, inputHasRows).filter { !$0.1 }.map(\.0))
  }

  private func remember(_ spots: [Spot], _ tensors: [Tensor]) {
    for (spot, tensor) in zip(spots, tensors) {
      if case .value(let value) = spot, graph.values[value].producer == nil {
        seenShapes.withLock { $0[value] = tensor.shape }
      }
    }
  }

  /// Whether every node that would run keeps rows apart, for these given tensors.
  private func isProved(
    _ plan: Plan, _ spots: [Spot], _ tensors: [Tensor], _ wanted: [Place], _ rows: Int,
    _ analysis: RowAnalysis
  ) -> Bool {
    let fits = zip(spots, tensors).allSatisfy { spot, tensor in
      guard let shape = analysis.shapes[spot.value] else { return false }
      switch analysis.states[spot.value] {
      case .rows: return tensor.shape == [rows] + shape.dropFirst()
      case .shared: return tensor.shape == shape
      case .mixed: return false
      }
    }
    return fits
      && plan.steps.allSatisfy { step in
        (graph.nodes[step.node].outputs + step.outputs).allSatisfy { value in
          value.map { analysis.states[$0] != .mixed } ?? true
        }
      }
  }

  /// Runs `size` rows at a time; a last group that is shorter repeats its last row.
  private func runInGroups(
    _ plan: Plan, _ wanted: [Place], _ batch: Batch, rows: Int, of size: Int,
    _ analysis: RowAnalysis?
  ) throws -> [Tensor] {
    var parts: [[Tensor]] = plan.results.map { source in
      if case .given(let place) = source { [batch.tensors[place]] } else { [] }
    }
    for start in stride(from: 0, to: rows, by: size) {
      let count = min(size, rows - start)
      let results = try run(plan, given: try batch.group(from: start, count: count, size: size))
      for (place, result) in results.enumerated() where plan.results[place].isComputed {
        guard result.shape.first == size else {
          throw ONNXError.invalidInput(
            name: wanted[place].description,
            reason: "its shape \(result.shape) for \(size) rows does not begin with the rows, so"
              + " several cannot be explained there; cut at a value that has them first")
        }
        parts[place].append(count == size ? result : try result.sliced(axis: 0, to: count))
      }
    }
    return try parts.map { try .concatenated($0) }
  }
}

/// Given tensors, some of which have rows.
private struct Batch {
  let spots: [Spot]
  let tensors: [Tensor]
  let sharedInputs: Set<Int>

  func hasRows(_ place: Int) -> Bool {
    !sharedInputs.contains(spots[place].value) && tensors[place].rank > 0
  }

  /// The number of rows; nil where nothing given has any.
  func rows(names: [Place]) throws -> Int? {
    var first: (count: Int, name: String)?
    for place in spots.indices where hasRows(place) {
      let count = tensors[place].shape[0]
      if let first, first.count != count {
        throw InputError.rowCounts(first.name, first.count, names[place].description, count)
      }
      first = (count, names[place].description)
    }
    return first?.count
  }

  /// Shapes of the model's inputs among the given.
  func inputShapes(_ inputs: [Int]) -> [Int: [Int]] {
    var shapes: [Int: [Int]] = [:]
    for (spot, tensor) in zip(spots, tensors) {
      if case .value(let value) = spot, inputs.contains(value) { shapes[value] = tensor.shape }
    }
    return shapes
  }

  func group(from start: Int, count: Int, size: Int) throws -> [Tensor] {
    try tensors.indices.map { place in
      let tensor = tensors[place]
      guard hasRows(place) else { return tensor }
      let part = try tensor.sliced(axis: 0, from: start, to: start + count)
      guard count < size else { return part }
      let last = try part.sliced(axis: 0, from: count - 1)
      return try .concatenated([part] + [Tensor](repeating: last, count: size - count))
    }
  }
}
