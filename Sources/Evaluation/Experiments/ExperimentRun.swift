// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// One run of an experiment: chunk after chunk of instances, and all cells for each, so that inputs
/// are read once, times are known early, and a cell that fails does so at once.
final class ExperimentRun {
  let experiment: Experiment
  let folder: ExperimentFolder
  let plan: [PlannedBlock]
  private let onProgress: (@Sendable (ExperimentProgress) throws -> Void)?

  /// Why cells, by key, and their metrics, by name, have failed in this run.
  private(set) var failures: [String: String] = [:]
  private(set) var metricFailures: [String: [String: String]] = [:]
  var ledger = TimeLedger()
  /// Instances that are still to do, by the cell's key.
  private var left: [String: Int] = [:]
  private var reused = 0

  init(
    _ experiment: Experiment, folder path: String,
    onProgress: (@Sendable (ExperimentProgress) throws -> Void)?
  ) throws {
    self.experiment = experiment
    self.onProgress = onProgress
    plan = experiment.plan
    folder = try ExperimentFolder(path, for: experiment, plan)
  }

  func work() throws {
    var open: [[PlannedCell]] = []
    for block in plan {
      let cells = block.groups.flatMap { $0 }
      let isOpen = try cells.map { try !isFinished($0, in: block) }
      for (cell, isOpen) in zip(cells, isOpen) { left[cell.key] = isOpen ? block.data.count : 0 }
      reused += block.data.count * isOpen.count { !$0 }
      open.append(zip(cells, isOpen).filter(\.1).map(\.0))
    }
    for (block, open) in zip(plan, open) where !open.isEmpty { try work(on: block, open) }
    try ExperimentTables.write(folder.path)
  }

  /// Whether the folder has all of a cell, told of by the names that it has now.
  private func isFinished(_ cell: PlannedCell, in block: PlannedBlock) throws -> Bool {
    let file = folder.folder(of: cell).recordFile
    guard let record = try? ResultJSON.value(CellRecord.self, in: file) else { return false }
    return record.key == cell.key && record.failure == nil
      && record.cells == identities(of: cell, in: block)
      && record.metrics.map(\.name) == experiment.metrics.map(\.name)
      && record.metrics.allSatisfy { $0.failure == nil }
  }

  /// All cells of the experiment that have the same results.
  func identities(of cell: PlannedCell, in block: PlannedBlock) -> [CellIdentity] {
    block.cells.filter { $0.key == cell.key }.map(\.identity)
  }

  private func work(on block: PlannedBlock, _ open: [PlannedCell]) throws {
    for cell in open { try folder.folder(of: cell).removeParts() }
    let model: any Model
    do {
      model = try block.model.load()
    } catch {
      for cell in open {
        fail(cell, error)
        try finish(cell, in: block, rows: nil, [])
      }
      return
    }
    let rows = experiment.rowsAtOnce ?? Self.rows(of: model, block)
    let size = min(Self.mostInstances, rows)
    let ranges = stride(from: 0, to: block.data.count, by: size).map {
      $0..<min(block.data.count, $0 + size)
    }
    let keys = Set(open.map(\.key))
    let groups = block.groups.map { $0.filter { keys.contains($0.key) } }.filter { !$0.isEmpty }
    var chunk = ChunkRun(self, block, model: model, rows: rows)
    for range in ranges {
      for group in groups { try chunk.work(on: group, range) }
    }
    for cell in open { try finish(cell, in: block, rows: (rows, size), ranges) }
  }

  /// Keeps why a cell has no explanations.
  func fail(_ cell: PlannedCell, _ error: any Error) {
    failures[cell.key] = "\(error)"
    left[cell.key] = 0
  }

  /// Keeps why a metric has no scores for a cell.
  func fail(_ metric: any Metric, of cell: PlannedCell, _ error: any Error) {
    metricFailures[cell.key, default: [:]][metric.name] = "\(error)"
  }

  func hasFailed(_ cell: PlannedCell) -> Bool { failures[cell.key] != nil }

  func hasFailed(_ metric: any Metric, of cell: PlannedCell) -> Bool {
    metricFailures[cell.key]?[metric.name] != nil
  }

  /// Tells how far the run has come.
  func advance(_ cell: PlannedCell, by instances: Int, isReused: Bool) throws {
    left[cell.key] = max(0, (left[cell.key] ?? 0) - instances)
    if isReused { reused += instances }
    guard !Task.isCancelled else { throw CancellationError() }
    guard let onProgress else { return }
    let metrics = experiment.metrics.map(\.name)
    var seconds = 0.0
    var (isWhole, total) = (true, 0)
    for block in plan {
      for other in block.groups.flatMap({ $0 }) {
        total += block.data.count
        guard let left = left[other.key], left > 0 else { continue }
        let time = ledger.secondsPerInstance(other, metrics)
        seconds += time.0 * Double(left)
        isWhole = isWhole && time.isWhole
      }
    }
    let rest = left.values.reduce(0, +)
    try onProgress(
      ExperimentProgress(
        finished: total - rest, total: total, reused: reused, failures: failures.count,
        cell: cell.identity, secondsLeft: rest > 0 && seconds == 0 ? nil : seconds,
        isLowerBound: !isWhole))
  }

  /// Instances that are worked on at a time.
  private static let mostInstances = 64

  /// How many rows of a model to evaluate at once, from what a row produces: the same on every
  /// machine, because the last digits of results may depend on it.
  private static func rows(of model: any Model, _ block: PlannedBlock) -> Int {
    let bytes = try? withoutRecording {
      let batch = try block.data.read(0..<1, model)
      let instance = try Instances(of: batch.inputs, in: model, to: OutputCut())
      let before = Runtime.producedBytes
      _ = try instance.probe.output(at: instance.activation)
      return Int(Runtime.producedBytes - before)
    }
    // Beyond 128 MB of activations the time for a row no longer falls.
    return max(4, min(4096, (128 << 20) / max(1, bytes ?? 1 << 20)))
  }
}
