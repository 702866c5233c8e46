// SPDX-License-Identifier: Apache-2.0

/// How far an experiment has come.
public struct ExperimentProgress: Sendable, Equatable {
  /// Instances explained and scored, over all cells, and how many are wanted.
  public let finished: Int
  public let total: Int
  /// How many of those finished were found in the folder.
  public let reused: Int
  /// Cells without explanations.
  public let failures: Int
  /// What was worked on.
  public let cell: CellIdentity
  /// How long the rest takes, in seconds; `nil` where nothing was measured.
  ///
  /// If it takes what work of the same kind has taken: the same cell, else the same method or metric
  /// elsewhere.
  public let secondsLeft: Double?
  /// Whether some of the rest is of a kind that was never measured, and not in ``secondsLeft``.
  public let isLowerBound: Bool
}

/// What work has taken, by its kind.
struct TimeLedger {
  /// Attributions of a cell, or a metric of them; a method or metric anywhere.
  enum Kind: Hashable {
    case attributions(key: String)
    case method(String)
    case metric(String, key: String)
    case anyMetric(String)
  }

  private var taken: [Kind: (seconds: Double, instances: Int)] = [:]

  mutating func add(_ seconds: Double, _ instances: Int, explaining cell: PlannedCell) {
    add(seconds, instances, [.attributions(key: cell.key), .method(cell.method.configuration)])
  }

  mutating func add(_ seconds: Double, _ instances: Int, of metric: String, on cell: PlannedCell) {
    add(seconds, instances, [.metric(metric, key: cell.key), .anyMetric(metric)])
  }

  private mutating func add(_ seconds: Double, _ instances: Int, _ kinds: [Kind]) {
    for kind in kinds {
      taken[kind, default: (0, 0)].seconds += seconds
      taken[kind, default: (0, 0)].instances += instances
    }
  }

  /// What one instance of a cell takes, with all metrics; parts that were never measured are left out.
  func secondsPerInstance(_ cell: PlannedCell, _ metrics: [String]) -> (Double, isWhole: Bool) {
    var sum = 0.0
    var isWhole = true
    let kinds: [[Kind]] =
      [[.attributions(key: cell.key), .method(cell.method.configuration)]]
      + metrics.map { [.metric($0, key: cell.key), .anyMetric($0)] }
    for choices in kinds {
      if let time = choices.lazy.compactMap({ taken[$0] }).first {
        sum += time.seconds / Double(max(1, time.instances))
      } else {
        isWhole = false
      }
    }
    return (sum, isWhole)
  }
}
