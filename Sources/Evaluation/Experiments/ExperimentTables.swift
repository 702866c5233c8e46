// SPDX-License-Identifier: Apache-2.0

/// The tables over all cells: `summary.csv`, with a line for each cell and metric, and
/// `comparisons.csv`, with one for each two methods and metric.
enum ExperimentTables {
  /// Makes both from what lies in the folder, a cell and a metric at a time.
  static func write(_ folder: String) throws {
    let results = try ExperimentResults(folder: folder)
    try DurableFile.replace(folder + "/summary.csv") { file in
      try file.write(CSV.line(summaryColumns))
      for cell in results.cells { try file.write(summary(of: cell)) }
    }
    try DurableFile.replace(folder + "/comparisons.csv") { file in
      try file.write(CSV.line(comparisonColumns))
      for group in groups(of: results.cells) { try file.write(comparisons(of: group)) }
    }
  }

  private static let cellColumns = ["model", "data", "slice", "quantity", "method"]

  static let summaryColumns =
    cellColumns + [
      "metric", "family", "direction", "unit", "mean", "low", "high", "deviation", "count",
      "left_out", "failure", "mean_gap", "mean_error_estimate", "mean_evaluations", "mean_seconds",
      "folder",
    ]

  static let comparisonColumns =
    ["model", "data", "slice", "quantity", "metric", "direction", "first", "second"] + [
      "difference", "low", "high", "effect", "rank_biserial", "p", "p_adjusted", "count",
      "left_out",
    ]

  private static func summary(of cell: CellResult) -> String {
    let name = cell.cell
    let identity = [name.model, name.data, name.slice, name.quantity, name.method]
    func mean(_ value: (InstanceRecord) -> Double?) -> String {
      let numbers = cell.instances.compactMap(value)
      return numbers.isEmpty ? "" : CSV.number(numbers.mean)
    }
    let cost = [
      mean { $0.gap.map { abs($0) } }, mean(\.errorEstimate), mean(\.evaluations), mean(\.seconds),
      cell.folder ?? "",
    ]
    guard cell.failure == nil, !cell.metrics.isEmpty else {
      let empty = [String](repeating: "", count: 10)
      return CSV.line(identity + empty + [cell.failure ?? ""] + cost)
    }
    return cell.metrics.map { metric in
      let what = [metric.name, metric.family.rawValue, metric.direction.rawValue, metric.unit]
      let estimate = MeanEstimate(metric.result.scores)
      let numbers = [
        CSV.number(estimate.mean), CSV.number(estimate.interval?.lowerBound),
        CSV.number(estimate.interval?.upperBound), CSV.number(estimate.standardDeviation),
        "\(estimate.count)", "\(estimate.leftOut)", metric.failure ?? "",
      ]
      return CSV.line(identity + what + numbers + cost)
    }.joined()
  }

  /// Cells that differ in their method alone, in the experiment's order.
  private static func groups(of cells: [CellResult]) -> [[CellResult]] {
    var places: [[String]: Int] = [:]
    var groups: [[CellResult]] = []
    for cell in cells where cell.failure == nil {
      let name = cell.cell
      let common = [name.model, name.data, name.slice, name.quantity]
      if let place = places[common] {
        groups[place].append(cell)
      } else {
        places[common] = groups.count
        groups.append([cell])
      }
    }
    return groups
  }

  private static func comparisons(of group: [CellResult]) -> String {
    guard let metrics = group.first?.metrics else { return "" }
    return metrics.enumerated().map { index, metric in
      let scored = group.filter { $0.metrics[index].failure == nil }
      let name = group[0].cell
      let pairs = NamedComparison.pairs(
        among:
          scored.map { ($0.cell.method, $0.metrics[index].result.scores) })
      return pairs.map { pair in
        let comparison = pair.comparison
        let difference = comparison.difference
        return CSV.line(
          [
            name.model, name.data, name.slice, name.quantity, metric.name,
            metric.direction.rawValue, pair.first, pair.second, CSV.number(difference.mean),
            CSV.number(difference.interval?.lowerBound),
            CSV.number(difference.interval?.upperBound),
            CSV.number(comparison.standardizedEffect), CSV.number(comparison.rankBiserial),
            CSV.number(comparison.pValue), CSV.number(pair.adjustedPValue), "\(comparison.count)",
            "\(comparison.leftOut)",
          ])
      }.joined()
    }.joined()
  }
}
