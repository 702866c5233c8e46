// SPDX-License-Identifier: Apache-2.0

import Attribution

/// What a finished cell is, `cell.json`: all that made its numbers.
struct CellRecord: Codable {
  /// All cells of the experiment that these are the results of.
  let cells: [CellIdentity]
  /// The digest of all that the attributions depend on.
  let key: String
  let failure: String?
  let model: Source
  let data: Source
  /// The slice, the quantity and the method in words.
  let slice: String
  let quantity: String
  let method: String
  /// What the method says of itself.
  let configuration: Configuration?
  let seed: UInt64
  let versions: Versions
  let instances: Int
  /// Rows evaluated at once, and instances worked on at a time.
  let rowsAtOnce: Int?
  let instancesAtOnce: Int?
  let attributions: [String]
  let metrics: [CellMetric]
  /// What the attributions took.
  let seconds: Double

  /// Where something comes from.
  struct Source: Codable {
    let name: String
    let sha256: String?
  }
}

/// What computed the results.
struct Versions: Codable, Equatable {
  let package: String
  let libtorch: String
}

/// A metric of a finished cell.
struct CellMetric: Codable {
  let name: String
  let family: MetricFamily
  let direction: MetricDirection
  let unit: String
  let failure: String?
  /// What lies along the curves, where there are some.
  let position: String?
  let seconds: Double
}

/// What an experiment's folder is of, `experiment.json`.
struct ExperimentRecord: Codable {
  static let format = "swift-attribution experiment 1"

  let format: String
  let name: String
  let summary: String
  let seed: UInt64
  let versions: Versions
  let models: [CellRecord.Source]
  let data: [Data]
  let metrics: [String]
  /// In the experiment's order; cells of one configuration share a folder.
  let cells: [Cell]
  /// The text of the file that the experiment was read from.
  let source: String?

  struct Data: Codable {
    let name: String
    let sha256: String?
    let instances: Int
  }

  struct Cell: Codable {
    let cell: CellIdentity
    let folder: String
    let isControl: Bool
  }
}
