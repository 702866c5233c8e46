// SPDX-License-Identifier: Apache-2.0

import Attribution

extension ExperimentResults {
  /// Reads what ``Experiment/run(in:onProgress:)`` has written.
  ///
  /// Cells that are not finished yet are told as failures that say so. Attributions stay on the disk:
  /// ``CellResult/attributions`` tells where.
  ///
  /// - Throws: ``ExperimentError`` where the folder holds no experiment, or its files are damaged.
  public init(folder: String) throws {
    guard let record = try ExperimentFolder.record(in: folder) else {
      throw ExperimentError.noExperiment(folder: folder)
    }
    self.init(
      name: record.name, summary: record.summary,
      cells: try record.cells.map { try CellResult($0.cell, in: folder, $0.folder) },
      source: record.source)
  }
}

extension CellResult {
  init(_ identity: CellIdentity, in folder: String, _ name: String) throws {
    let cell = CellFolder(path: folder + "/" + name)
    guard let record = try ResultJSON.value(CellRecord.self, in: cell.recordFile),
      record.cells.contains(identity)
    else {
      self.init(cell: identity, failure: "not finished: run the experiment again", folder: name)
      return
    }
    if let failure = record.failure {
      self.init(cell: identity, failure: failure, folder: name)
      return
    }
    let instances = try cell.table("instances.csv").rows.map { row in
      InstanceRecord(
        index: Int(row[0]), quantity: row[1], gap: row[4].known, errorEstimate: row[5].known,
        evaluations: row[6], seconds: row[7])
    }
    self.init(
      cell: identity, instances: instances, metrics: try cell.metrics(record, instances.count),
      configuration: record.configuration,
      attributions: record.attributions.first.map { name + "/" + $0 }, folder: name)
  }
}

extension CellFolder {
  /// A table of numbers.
  fileprivate func table(_ name: String) throws -> (columns: [String], rows: [[Double]]) {
    let file = path + "/" + name
    func damaged(_ reason: String) -> ExperimentError { .damaged(file: file, reason: reason) }
    guard let bytes = try DurableFile.contents(of: file) else { throw damaged("it is not there") }
    guard let lines = CSV.rows(of: bytes), let columns = lines.first else {
      throw damaged("it is no table")
    }
    let rows = try lines.dropFirst().map { fields in
      let numbers = fields.compactMap { CSV.number($0) }
      guard numbers.count == columns.count else {
        throw damaged("a line has not \(columns.count) numbers")
      }
      return numbers
    }
    return (columns, rows)
  }

  fileprivate func metrics(_ record: CellRecord, _ count: Int) throws -> [MetricRecord] {
    let (columns, rows) = try table("metrics.csv")
    let hasCurves = record.metrics.contains { $0.position != nil }
    let curves = hasCurves ? try self.curves() : [:]
    return record.metrics.map { metric in
      let column = columns.firstIndex(of: metric.name)
      var result = MetricResult([])
      if let column {
        result = MetricResult(
          rows.map { $0[column] },
          curves: metric.position.flatMap { position in
            curves[metric.name].map {
              MetricCurves(
                position: position, positions: $0.positions, heights: $0.heights)
            }
          })
      }
      return MetricRecord(
        name: metric.name, family: metric.family, direction: metric.direction, unit: metric.unit,
        failure: metric.failure, result: result)
    }
  }

  private func curves() throws -> [String: (positions: [Double], heights: [[Double]])] {
    let file = path + "/curves.csv"
    guard let bytes = try DurableFile.contents(of: file), let lines = CSV.rows(of: bytes) else {
      throw ExperimentError.damaged(file: file, reason: "it is no table")
    }
    var curves: [String: (positions: [Double], heights: [[Double]])] = [:]
    var last: (metric: String, instance: String)?
    for line in lines.dropFirst() {
      guard line.count == Self.curveColumns.count, let position = CSV.number(line[2]),
        let height = CSV.number(line[3])
      else { throw ExperimentError.damaged(file: file, reason: "a line is no point of a curve") }
      let metric = line[1]
      var own = curves[metric] ?? ([], [])
      if last?.metric != metric || last?.instance != line[0] { own.heights.append([]) }
      last = (metric, line[0])
      own.heights[own.heights.count - 1].append(height)
      // All instances of a metric have the same positions.
      if own.heights.count == 1 { own.positions.append(position) }
      curves[metric] = own
    }
    return curves
  }
}

extension Double {
  /// `nil` for an empty field.
  fileprivate var known: Double? { isNaN ? nil : self }
}
