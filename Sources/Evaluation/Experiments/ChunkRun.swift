// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Works through the cells of one model and one data set, a chunk of instances at a time.
struct ChunkRun {
  private let run: ExperimentRun
  private let block: PlannedBlock
  private let model: any Model
  private let rows: Int
  /// The instances that were read last.
  private var batch: (range: Range<Int>, batch: ExperimentBatch)?
  /// Groups, by the first cell's key, in which a quantity has failed: the others go on alone.
  private var apart: Set<String> = []

  init(_ run: ExperimentRun, _ block: PlannedBlock, model: any Model, rows: Int) {
    self.run = run
    self.block = block
    self.model = model
    self.rows = rows
  }

  /// Explains a chunk by cells that differ in their quantity alone, and scores them.
  mutating func work(on group: [PlannedCell], _ range: Range<Int>) throws {
    let cells = group.filter { !run.hasFailed($0) }
    guard !cells.isEmpty else { return }
    var records: [String: ChunkRecord] = [:]
    for cell in cells { records[cell.key] = try run.folder.folder(of: cell).record(of: range) }
    let isMissing = cells.contains { records[$0.key] == nil }
    // All of them, where one is missing: who was computed with whom does not depend on where a run
    // was stopped.
    let fresh = isMissing ? explained(cells, range) : [:]
    for cell in cells {
      if let record = records[cell.key] {
        try score(cell, record, range)
      } else if let result = fresh[cell.key] {
        try keep(cell, result, range)
      }
    }
  }

  /// Scores what was explained by an earlier run, where metrics are missing.
  private mutating func score(
    _ cell: PlannedCell, _ record: ChunkRecord, _ range: Range<Int>
  ) throws {
    var record = record
    run.ledger.add(
      record.instances.reduce(0) { $0 + $1.seconds }, range.count, explaining: cell)
    for metric in record.metrics {
      run.ledger.add(metric.seconds, range.count, of: metric.name, on: cell)
    }
    let known = Set(record.metrics.map(\.name))
    let missing = run.experiment.metrics.filter {
      !known.contains($0.name) && !run.hasFailed($0, of: cell)
    }
    var isReused = true
    if !missing.isEmpty {
      let folder = run.folder.folder(of: cell)
      do {
        let explanation = try explanation(
          cell, Attributions(restoring: folder.attributions(of: range), record), range)
        let new = try scores(of: missing, cell, explanation)
        record.metrics += new
        isReused = new.isEmpty
      } catch let error as ExperimentError {
        throw error
      } catch let error as CancellationError {
        throw error
      } catch {
        run.fail(cell, error)
        return
      }
      if !isReused { try folder.write(record) }
    }
    try run.advance(cell, by: range.count, isReused: isReused)
  }

  /// Scores what is new, and writes it.
  private mutating func keep(
    _ cell: PlannedCell, _ result: Result<Timed, any Error>, _ range: Range<Int>
  ) throws {
    do {
      let timed = try result.get()
      run.ledger.add(timed.seconds, range.count, explaining: cell)
      var record = try ChunkRecord(timed.attributions, range: range, seconds: timed.seconds)
      record.metrics = try scores(
        of: run.experiment.metrics, cell, explanation(cell, timed.attributions, range))
      try run.folder.folder(of: cell).write(record, timed.attributions.activation)
    } catch let error as CancellationError {
      throw error
    } catch ExperimentError.file(let path, let reason) {
      // No room on the disk is no fault of the cell.
      throw ExperimentError.file(path, reason: reason)
    } catch {
      run.fail(cell, error)
    }
    try run.advance(cell, by: range.count, isReused: false)
  }

  private func scores(
    of metrics: [any Metric], _ cell: PlannedCell, _ explanation: Explanation
  ) throws -> [ChunkMetric] {
    try metrics.compactMap { metric in
      guard !run.hasFailed(metric, of: cell) else { return nil }
      let clock = ContinuousClock()
      let began = clock.now
      do {
        let result = try metric.scores(of: explanation, seed: run.experiment.seed)
        guard result.scores.count == explanation.count else {
          throw MetricError.unsuitable(
            metric: metric.name,
            reason: "gave \(result.scores.count) scores for \(explanation.count) instances")
        }
        let seconds = (clock.now - began).seconds
        run.ledger.add(seconds, explanation.count, of: metric.name, on: cell)
        return ChunkMetric(metric.name, result, seconds: seconds)
      } catch let error as CancellationError {
        throw error
      } catch {
        run.fail(metric, of: cell, error)
        return nil
      }
    }
  }

  private mutating func explanation(
    _ cell: PlannedCell, _ attributions: Attributions, _ range: Range<Int>
  ) throws -> Explanation {
    let batch = try instances(range)
    let (method, rows, seed) = (cell.method, rows, run.experiment.seed)
    let explainer = Explainer(
      method.name, slice: cell.slice.slice,
      quantity: try cell.quantity.quantity(of: batch, range, data: block.data.name)
    ) { model, slice, quantity in
      try method.method(
        in: ExperimentMethod.Setting(
          model: model, slice: slice, quantity: quantity, inputs: batch.inputs, seed: seed,
          rows: rows))
    }
    return try Explanation(
      attributions: attributions, of: batch.inputs, in: model, by: explainer, truth: batch.truth,
      indices: range)
  }

  private mutating func instances(_ range: Range<Int>) throws -> ExperimentBatch {
    if let batch, batch.range == range { return batch.batch }
    let new = try block.data.read(range, model)
    batch = (range, new)
    return new
  }
}

// Explaining
extension ChunkRun {
  /// Attributions, and the wall time of this cell's share.
  fileprivate struct Timed {
    let attributions: Attributions
    let seconds: Double
  }

  /// Explains a chunk, several quantities from the same forward passes where the method can.
  private mutating func explained(
    _ cells: [PlannedCell], _ range: Range<Int>
  ) -> [String: Result<Timed, any Error>] {
    let group = cells[0].slice.configuration + "\n" + cells[0].method.configuration
    if cells.count > 1, !apart.contains(group) {
      if let all = try? together(cells, range) { return all }
      apart.insert(group)
    }
    var results: [String: Result<Timed, any Error>] = [:]
    for cell in cells {
      do {
        let quantity = try cell.quantity.quantity(
          of: instances(range), range, data: block.data.name)
        let method = try method(of: cell, quantity, instances(range))
        let clock = ContinuousClock()
        let began = clock.now
        let attributions = try method.attributions(for: instances(range).inputs)
        results[cell.key] = .success(
          Timed(attributions: attributions, seconds: (clock.now - began).seconds))
      } catch {
        results[cell.key] = .failure(error)
      }
    }
    return results
  }

  private mutating func together(
    _ cells: [PlannedCell], _ range: Range<Int>
  ) throws -> [String: Result<Timed, any Error>]? {
    let batch = try instances(range)
    let quantities = try cells.map {
      try $0.quantity.quantity(of: batch, range, data: block.data.name)
    }
    guard let engine = try method(of: cells[0], quantities[0], batch) as? InternalInfluence,
      engine.distribution.hasCommonSamples
    else { return nil }
    let clock = ContinuousClock()
    let began = clock.now
    let all = try engine.attributions(for: batch.inputs, quantities: quantities)
    let seconds = (clock.now - began).seconds / Double(cells.count)
    return Dictionary(
      zip(cells, all).map { ($0.key, .success(Timed(attributions: $1, seconds: seconds))) },
      uniquingKeysWith: { first, _ in first })
  }

  private func method(
    of cell: PlannedCell, _ quantity: any QuantityOfInterest, _ batch: ExperimentBatch
  ) throws -> any AttributionMethod {
    try cell.method.method(
      in: ExperimentMethod.Setting(
        model: model, slice: cell.slice.slice, quantity: quantity, inputs: batch.inputs,
        seed: run.experiment.seed, rows: rows))
  }
}

extension DistributionOfInterest {
  /// Whether its samples are the same for every quantity: one that goes on until an error is small
  /// enough goes on for the worst of several.
  fileprivate var hasCommonSamples: Bool {
    switch self {
    case is PointDistribution: true
    case let path as PathDistribution: path.rule is any QuadratureRule || path.rule is SecantRule
    case let noise as GaussianDistribution: noise.tolerance == nil
    case let expected as ExpectedGradientsDistribution: expected.tolerance == nil
    default: false
    }
  }
}

extension Duration {
  var seconds: Double { self / .seconds(1) }
}
