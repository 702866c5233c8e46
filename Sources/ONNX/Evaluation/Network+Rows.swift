// SPDX-License-Identifier: Apache-2.0

import Attribution
import Synchronization
import Torch

extension Network {
  /// The rows of one unit: as many as the file fixes, one where any number is allowed.
  var unitRows: Int { fixedRows ?? 1 }

  /// Computes places from others for any number of rows, without ever mixing rows.
  ///
  /// All units run at once where their values have one shape (see ``StackedRun``), else one after
  /// the other. Where a unit holds several rows, it is made sure that they are apart:
  /// ``checkRowsApart(_:_:)``.
  ///
  /// What is given and what comes back has rows on its first axis. A value that has something else
  /// there in the run of one row, as time in `[time, 1, features]` or nothing at all, gets an axis of
  /// rows ahead: `[rows, time, 1, features]`.
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
    let batch = try Batch(self, spots, tensors, names: places)
    // What is given comes back as it is, with or without rows.
    guard batch.rows != nil, plan.results.contains(where: \.isComputed) else {
      return try run(plan, given: tensors)
    }
    let key = Plan.Key(wanted: wanted, given: places, isFused: true)
    let results = try evaluate(plan, key, batch)
    return zip(results, plan.results).map { result, source in
      if case .given(let place) = source { tensors[place] } else { result }
    }
  }

  private func evaluate(_ plan: Plan, _ key: Plan.Key, _ batch: Batch) throws -> [Tensor] {
    guard let rows = batch.rows, rows > 0 else { return try run(plan, given: batch.tensors) }
    if rows > 1, let fault = misplacedRows ?? timeFault { throw fault }
    if unitRows > 1 { try checkRowsApart(plan, key) }
    if rows == unitRows { return try runUnit(plan, key.wanted, batch) }
    var firstFailure: ONNXError?
    if let units = try batch.wholeUnits() {
      do { return try runTogether(plan, key.wanted, units) } catch is StackedRun.UnequalShapes {
        // Each unit by itself then.
      } catch let error as ONNXError {
        firstFailure = error
      }
    }
    do { return try runOneByOne(plan, key.wanted, batch) } catch let error as ONNXError {
      throw firstFailure ?? error
    }
  }

  private func remember(_ spots: [Spot], _ tensors: [Tensor]) {
    for (spot, tensor) in zip(spots, tensors) {
      guard case .value(let value) = spot, let place = graph.inputs.firstIndex(of: value) else {
        continue
      }
      var shape = tensor.shape
      if inputHasRows[place], !shape.isEmpty { shape[0] = unitRows }
      seenShapes.withLock { $0[value] = shape }
    }
  }

  // MARK: Runs

  /// The results for exactly one unit.
  func runUnit(_ plan: Plan, _ wanted: [Place], _ batch: Batch) throws -> [Tensor] {
    let results = try run(plan, given: try batch.unit())
    return try results.indices.map { place in
      guard case .value(let value) = plan.results[place] else { return results[place] }
      return try outside(results[place], .shared, count: 1, value, wanted[place])
    }
  }

  /// All units at once.
  private func runTogether(_ plan: Plan, _ wanted: [Place], _ batch: Batch) throws -> [Tensor] {
    let rows = batch.rows ?? unitRows
    let count = (rows + unitRows - 1) / unitRows
    let units = StackedRun(self, count: count, plan: plan, given: batch.layouts)
    let results = try run(plan, given: batch.tensors) { step, node, inputs in
      try units.outputs(step, node, inputs)
    }
    return try results.indices.map { place in
      guard case .value(let value) = plan.results[place] else { return results[place] }
      let result = try outside(
        results[place], units.layout(.value(value)), count: count, value, wanted[place])
      return batch.wantedRows < rows ? try result.sliced(axis: 0, to: batch.wantedRows) : result
    }
  }

  private func runOneByOne(_ plan: Plan, _ wanted: [Place], _ batch: Batch) throws -> [Tensor] {
    let rows = batch.rows ?? unitRows
    var parts: [[Tensor]] = plan.results.map { _ in [] }
    for start in stride(from: 0, to: rows, by: unitRows) {
      let count = min(unitRows, rows - start)
      let results = try runUnit(plan, wanted, try batch.part(from: start, count: count))
      for (place, result) in results.enumerated() where plan.results[place].isComputed {
        parts[place].append(count == unitRows ? result : try result.sliced(axis: 0, to: count))
      }
    }
    return try parts.indices.map { place in
      guard let first = parts[place].first else { return batch.tensors[0] }
      if let other = parts[place].first(where: { $0.shape.dropFirst() != first.shape.dropFirst() })
      {
        throw ONNXError.invalidInput(
          name: wanted[place].description,
          reason: "it has the shape \(first.shape.dropFirst()) for one row and"
            + " \(other.shape.dropFirst()) for another; explain rows one at a time, or cut elsewhere"
        )
      }
      return try .concatenated(parts[place])
    }
  }

  // MARK: Rows first

  /// A computed value as callers see it: rows on its first axis.
  func outside(
    _ tensor: Tensor, _ layout: RowLayout, count: Int, _ value: Int, _ place: Place
  ) throws -> Tensor {
    var shape = tensor.shape
    switch layout {
    case .shared: break
    case .merged: shape[0] /= count
    case .stacked: shape.removeFirst()
    }
    seenShapes.withLock { $0[value] = shape }
    guard shape.first == unitRows || unitRows == 1 else {
      throw ONNXError.invalidInput(
        name: place.description,
        reason: "its shape \(shape) for \(unitRows) rows does not begin with the rows, so several"
          + " cannot be told apart there; cut at a value that has them first")
    }
    let together = [count * (shape.first ?? 1)] + shape.dropFirst()
    switch (layout, shape.first == unitRows) {
    case (.merged, true), (.stacked, false): return tensor
    case (.merged, false): return try tensor.reshaped(to: [count] + shape)
    case (.stacked, true): return try tensor.reshaped(to: together)
    case (.shared, true):
      if count == 1 { return tensor }
      return try tensor.broadcast(to: [count] + shape).reshaped(to: together)
    case (.shared, false): return try tensor.broadcast(to: [count] + shape)
    }
  }

  /// How the units lie in what a caller gives for a value.
  fileprivate func givenLayout(_ value: Int, _ tensor: Tensor, _ place: Place) throws -> RowLayout {
    if let input = graph.inputs.firstIndex(of: value) {
      return inputHasRows[input] && tensor.rank > 0 ? .merged : .shared
    }
    // A value that is declared to have as many rows as the inputs is believed.
    let rows = zip(graph.inputs, inputHasRows).first { $0.1 }
      .flatMap { graph.values[$0.0].declaredShape?.first }
    if let rows, rows != .unknown, rows == graph.values[value].declaredShape?.first {
      return .merged
    }
    let analysis = analysis()
    guard let shape = analysis?.shapes[value] ?? seenShapes.withLock({ $0[value] }) else {
      return tensor.rank > 0 ? .merged : .shared
    }
    if tensor.rank == shape.count + 1, unitRows == 1 { return .stacked }
    if tensor.rank == shape.count, shape.first == unitRows { return .merged }
    if tensor.shape == shape, analysis?.states[value] == .shared { return .shared }
    let wanted = ([unitRows == 1 ? "rows" : "\(unitRows) · n"] + shape.map(\.description))
    throw ONNXError.invalidInput(
      name: place.description,
      reason: unitRows == 1
        ? "its shape is \(tensor.shape); rows come first, as in [\(wanted.joined(separator: ", "))]"
        : "its shape \(shape) for \(unitRows) rows does not begin with the rows, so several cannot"
          + " be told apart there; cut at a value that has them first")
  }

  /// Why the first axis does not count rows, where the names of axes tell: the outputs begin with an
  /// axis that the inputs have further back.
  private var misplacedRows: ONNXError? {
    for (input, hasRows) in zip(graph.inputs, inputHasRows) where hasRows {
      guard let axes = graph.values[input].declaredShape, let first = axes.first else { continue }
      let leading = graph.outputs.compactMap { graph.values[$0].declaredShape?.first }
      guard !leading.contains(first) else { continue }
      for case .named(let name) in leading {
        guard let axis = axes.firstIndex(of: .named(name)) else { continue }
        return .invalidInput(
          name: graph.values[input].name,
          reason: "its axis \(axis), '\(name)', counts the rows, and only a first axis can;"
            + " export the model with the batch first")
      }
    }
    return nil
  }
}

/// Given tensors, and how the rows lie in them.
struct Batch {
  let tensors: [Tensor]
  let layouts: [RowLayout]
  /// Nil where nothing that is given has rows.
  let rows: Int?
  /// The first rows, that a caller asked for; those behind them fill the last unit.
  let wantedRows: Int
  private let unitRows: Int

  init(_ network: Network, _ spots: [Spot], _ tensors: [Tensor], names: [Place]) throws {
    self.tensors = tensors
    unitRows = network.unitRows
    layouts = try spots.indices.map { place in
      try network.givenLayout(spots[place].value, tensors[place], names[place])
    }
    var first: (count: Int, name: String)?
    for place in spots.indices where layouts[place] != .shared {
      let count = tensors[place].shape[0]
      if let first, first.count != count {
        throw InputError.rowCounts(first.name, first.count, names[place].description, count)
      }
      first = (count, names[place].description)
    }
    rows = first?.count
    wantedRows = rows ?? 0
  }

  private init(_ batch: Batch, _ tensors: [Tensor], rows: Int?, wanted: Int) {
    self.tensors = tensors
    layouts = batch.layouts
    unitRows = batch.unitRows
    self.rows = rows
    wantedRows = wanted
  }

  /// What a run of one unit reads.
  func unit() throws -> [Tensor] {
    try tensors.indices.map { place in
      layouts[place] == .stacked ? try tensors[place].selected(0, axis: 0) : tensors[place]
    }
  }

  /// One unit; where there are fewer rows, the last one is repeated.
  func part(from start: Int, count: Int) throws -> Batch {
    let parts = try tensors.indices.map { place in
      guard layouts[place] != .shared else { return tensors[place] }
      return try filled(tensors[place].sliced(axis: 0, from: start, to: start + count))
    }
    return Batch(self, parts, rows: unitRows, wanted: count)
  }

  /// As many units as hold all rows; nil where there are no rows to fill them with.
  func wholeUnits() throws -> Batch? {
    guard let rows, rows > 0 else { return nil }
    if rows % unitRows == 0 { return self }
    let filled = try tensors.indices.map { place in
      layouts[place] == .shared ? tensors[place] : try self.filled(tensors[place])
    }
    return Batch(
      self, filled, rows: (rows + unitRows - 1) / unitRows * unitRows, wanted: rows)
  }

  private func filled(_ tensor: Tensor) throws -> Tensor {
    let missing = (unitRows - tensor.shape[0] % unitRows) % unitRows
    guard missing > 0, tensor.shape[0] > 0 else { return tensor }
    let last = try tensor.sliced(axis: 0, from: tensor.shape[0] - 1)
    return try .concatenated([tensor] + [Tensor](repeating: last, count: missing))
  }
}
