// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One input under one rule.
struct Row {
  let network: String
  let baseline: String
  let rule: String
  /// Cells, points, or what the automatic rule evaluated.
  let steps: Int
  let input: Int
  let error: Double
  /// Of fixed rules the change since the number of steps before.
  let estimate: Double?
  /// |Σ attributions − change| / |change|.
  let gap: Double?
}

/// All rows, as a file of comma-separated values.
struct Table {
  let path: String?
  var rows: [Row] = []

  func write() throws {
    guard let path else { return }
    let lines = rows.map { row in
      "\(row.network),\(row.baseline),\"\(row.rule)\",\(row.steps),\(row.input),\(row.error),"
        + "\(row.estimate.map { "\($0)" } ?? ""),\(row.gap.map { "\($0)" } ?? "")"
    }
    let text = (["network,baseline,rule,steps,input,error,estimate,gap"] + lines)
      .joined(separator: "\n")
    try (text + "\n").write(toFile: path, atomically: true, encoding: .utf8)
  }
}

/// What is left at the end: a line a tolerance over everything.
struct Summary {
  private var trials: [Study.Trial] = []
  private var ratios: [(name: String, ratio: Double)] = []

  mutating func add(_ study: Study) {
    trials += study.trials
    if study.isPiecewiseLinear {
      ratios.append(("\(study.network) \(study.baseline)", study.ratio))
    }
  }

  func printed() {
    print("\nall together")
    for tolerance in [0.05, 0.01, 0.001] {
      let own = trials.filter { $0.tolerance == tolerance }
      let all = Study.Trial(
        tolerance: tolerance, errors: own.flatMap(\.errors), estimates: own.flatMap(\.estimates),
        evaluations: own.flatMap(\.evaluations))
      print(
        "  tolerance \(percent(tolerance)): kept for \(percent(all.kept)), estimate within a factor"
          + " of 2 for \(percent(all.honest)), \(Int(Statistics.median(all.evaluations)))"
          + " evaluations")
    }
    let sorted = ratios.map(\.ratio).sorted()
    guard let worst = sorted.last else { return }
    print(
      "  piecewise linear networks: Gauss–Legendre's 50 points by \(decimal(50 * sorted[0])) to"
        + " \(decimal(50 * worst)) cells, median \(decimal(50 * Statistics.median(sorted)))")
  }
}
