// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension ExperimentRun {
  /// Makes a cell's files for readers from its chunks, one chunk in memory at a time.
  ///
  /// - Parameters:
  ///   - rows: Evaluated at once, and instances worked on at a time.
  ///   - ranges: The chunks; none where the cell has failed.
  func finish(
    _ cell: PlannedCell, in block: PlannedBlock, rows: (atOnce: Int, size: Int)?,
    _ ranges: [Range<Int>]
  ) throws {
    let folder = folder.folder(of: cell)
    try DurableFile.makeFolder(folder.path)
    let failure = failures[cell.key]
    var summary = ChunkSummary()
    var attributions: [String] = []
    if failure == nil {
      attributions = try folder.joinAttributions(ranges)
      let metrics = experiment.metrics.filter { !hasFailed($0, of: cell) }.map(\.name)
      summary = try folder.writeTables(ranges, metrics: metrics)
    }
    let record = CellRecord(
      cells: identities(of: cell, in: block), key: cell.key, failure: failure,
      model: CellRecord.Source(name: block.model.name, sha256: block.model.hash),
      data: CellRecord.Source(name: block.data.name, sha256: block.data.hash),
      slice: cell.slice.configuration, quantity: cell.quantity.configuration,
      method: cell.method.configuration, configuration: summary.configuration,
      seed: experiment.seed,
      versions: Versions(package: packageVersion, libtorch: Runtime.version),
      instances: failure == nil ? block.data.count : 0, rowsAtOnce: rows?.atOnce,
      instancesAtOnce: rows?.size, attributions: attributions,
      metrics: experiment.metrics.map { metric in
        CellMetric(
          name: metric.name, family: metric.family, direction: metric.direction,
          unit: metric.unit, failure: metricFailures[cell.key]?[metric.name],
          position: summary.positions[metric.name], seconds: summary.metricSeconds[metric.name] ?? 0
        )
      }, seconds: summary.seconds)
    try DurableFile.replace(folder.recordFile, with: ResultJSON.text(of: record))
  }
}

/// What the chunks of a cell have in common.
struct ChunkSummary {
  var configuration: Configuration?
  /// What lies along the curves of metrics that have some.
  var positions: [String: String] = [:]
  var seconds = 0.0
  var metricSeconds: [String: Double] = [:]
}

extension CellFolder {
  /// Writes `instances.csv`, `metrics.csv` and, where there are some, `curves.csv`.
  func writeTables(_ ranges: [Range<Int>], metrics: [String]) throws -> ChunkSummary {
    var summary = ChunkSummary()
    let wanted = Set(metrics)
    func chunks(_ body: (ChunkRecord) throws -> Void) throws {
      for range in ranges {
        guard let record = try record(of: range) else {
          throw ExperimentError.damaged(file: path, reason: "a finished chunk is not there")
        }
        try body(record)
      }
    }
    try DurableFile.replace(path + "/instances.csv") { file in
      try file.write(CSV.line(Self.instanceColumns))
      try chunks { record in
        summary.configuration = summary.configuration ?? record.configuration
        try file.write(record.instanceLines)
        summary.seconds += record.instances.reduce(0) { $0 + $1.seconds }
        for metric in record.metrics where wanted.contains(metric.name) {
          summary.metricSeconds[metric.name, default: 0] += metric.seconds
          summary.positions[metric.name] = metric.position
        }
      }
    }
    try DurableFile.replace(path + "/metrics.csv") { file in
      try file.write(CSV.line(["instance"] + metrics))
      try chunks { try file.write($0.metricLines(metrics)) }
    }
    let curves = metrics.filter { summary.positions[$0] != nil }
    guard !curves.isEmpty else {
      try DurableFile.remove(path + "/curves.csv")
      return summary
    }
    try DurableFile.replace(path + "/curves.csv") { file in
      try file.write(CSV.line(Self.curveColumns))
      try chunks { try file.write($0.curveLines(curves)) }
    }
    return summary
  }

  static let instanceColumns = [
    "instance", "quantity", "start", "end", "gap", "error_estimate", "evaluations", "seconds",
  ]
  static let curveColumns = ["instance", "metric", "position", "height"]
}

extension ChunkRecord {
  fileprivate var instanceLines: String {
    zip(range, instances).map { index, one in
      CSV.line(
        ["\(index)"]
          + [
            one.quantity, one.start, one.end, one.gap, one.errorEstimate, one.evaluations,
            one.seconds,
          ].map(CSV.number))
    }.joined()
  }

  fileprivate func metricLines(_ names: [String]) -> String {
    let scores = names.map { name in metrics.first { $0.name == name }?.scores }
    return range.map { index in
      CSV.line(["\(index)"] + scores.map { CSV.number($0?[index - lower]) })
    }.joined()
  }

  fileprivate func curveLines(_ names: [String]) -> String {
    var lines = ""
    for metric in metrics where names.contains(metric.name) {
      for (index, heights) in zip(range, metric.heights ?? []) {
        for (position, height) in zip(metric.positions ?? [], heights) {
          lines += CSV.line(
            ["\(index)", metric.name, CSV.number(position), CSV.number(height)])
        }
      }
    }
    return lines
  }
}
