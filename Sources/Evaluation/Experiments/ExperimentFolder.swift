// SPDX-License-Identifier: Apache-2.0

import Torch

/// The folder of an experiment's results.
struct ExperimentFolder: Sendable {
  let path: String
  /// A folder for each cell that was ever begun, by the first letters of its key.
  private let folders: [String: String]
  private let lock: DurableFile.Lock

  /// Takes a folder for an experiment, and nobody else until it is given up.
  ///
  /// - Throws: ``ExperimentError/otherExperiment(folder:found:wanted:)``,
  ///   ``ExperimentError/noExperiment(folder:)``, ``ExperimentError/inUse(folder:)``.
  init(_ path: String, for experiment: Experiment, _ plan: [PlannedBlock]) throws {
    self.path = path
    try DurableFile.makeFolder(path)
    guard let lock = try DurableFile.lock(path + "/.lock") else {
      throw ExperimentError.inUse(folder: path)
    }
    self.lock = lock
    if let record = try Self.record(in: path) {
      guard record.name == experiment.name else {
        throw ExperimentError.otherExperiment(
          folder: path, found: record.name, wanted: experiment.name)
      }
    } else {
      // A run that was killed before its first word may have left half of it.
      let names = try DurableFile.names(in: path).filter { !$0.hasSuffix(DurableFile.ending) }
      guard names.isEmpty else { throw ExperimentError.noExperiment(folder: path) }
    }
    let cells = path + "/cells"
    let known = DurableFile.exists(cells) ? try DurableFile.names(in: cells) : []
    var folders = Dictionary(
      known.map { (String($0.suffix(Self.keyLength)), "cells/" + $0) },
      uniquingKeysWith: { first, _ in first })
    for cell in plan.flatMap(\.cells) {
      let key = Self.short(cell.key)
      folders[key] = folders[key] ?? "cells/\(Self.words(of: cell.identity))-\(key)"
    }
    self.folders = folders
    // First of all, so that a folder that is begun is known as the experiment's.
    try write(experiment, plan)
    try DurableFile.makeFolder(cells)
  }

  /// What the folder is of; `nil` where nobody has said it yet.
  ///
  /// - Throws: ``ExperimentError/noExperiment(folder:)`` where a file of that name is something else.
  static func record(in path: String) throws -> ExperimentRecord? {
    do {
      let record = try ResultJSON.value(ExperimentRecord.self, in: path + "/experiment.json")
      guard record?.format ?? ExperimentRecord.format == ExperimentRecord.format else {
        throw ExperimentError.noExperiment(folder: path)
      }
      return record
    } catch ExperimentError.damaged {
      throw ExperimentError.noExperiment(folder: path)
    }
  }

  private static let keyLength = 12

  private static func short(_ key: String) -> String { String(key.prefix(keyLength)) }

  private static func words(of cell: CellIdentity) -> Substring {
    [cell.model, cell.data, cell.slice, cell.quantity, cell.method].map(plain)
      .filter { !$0.isEmpty }.joined(separator: "-").prefix(100)
  }

  /// The cell's folder, as a path within this one.
  func name(of cell: PlannedCell) -> String {
    folders[Self.short(cell.key)] ?? "cells/\(Self.short(cell.key))"
  }

  func folder(of cell: PlannedCell) -> CellFolder { CellFolder(path: path + "/" + name(of: cell)) }

  private func write(_ experiment: Experiment, _ plan: [PlannedBlock]) throws {
    let controls = Set(experiment.controls.map(\.name))
    let cells = plan.flatMap(\.cells).map {
      ExperimentRecord.Cell(
        cell: $0.identity, folder: name(of: $0), isControl: controls.contains($0.identity.method))
    }
    let record = ExperimentRecord(
      format: ExperimentRecord.format, name: experiment.name, summary: experiment.summary,
      seed: experiment.seed,
      versions: Versions(package: packageVersion, libtorch: Runtime.version),
      models: experiment.models.map { CellRecord.Source(name: $0.name, sha256: $0.hash) },
      data: experiment.data.map {
        ExperimentRecord.Data(name: $0.name, sha256: $0.hash, instances: $0.count)
      },
      metrics: experiment.metrics.map(\.name), cells: cells, source: experiment.source)
    try DurableFile.replace(path + "/experiment.json", with: ResultJSON.text(of: record))
  }

  /// Letters that mean nothing to shells and file systems.
  private static func plain(_ text: String) -> String {
    String(
      text.lowercased().unicodeScalars.map { scalar in
        ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "_"
      }
    ).split(separator: "_").joined(separator: "_")
  }
}
