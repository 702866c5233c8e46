// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Visualization

extension TableExplanation {
  /// The strongest features of a row for a terminal: value, baseline, attribution, and a bar that goes
  /// right for what raises the prediction, left for what lowers it.
  ///
  /// - Parameter limit: Features that have a line; the others share one.
  public func text(ofRow row: Int, limit: Int = 10, width: Int = 24) -> [String] {
    let order = order(ofRow: row)
    let shown = order.count <= limit + 1 ? order.count : limit
    var lines = order.prefix(shown).map { feature in
      Line(
        name: layout.features[feature].name.withoutCommands,
        value: value(of: feature, row: row).text(unit: layout.features[feature].unit)
          .withoutCommands,
        baseline: baseline(of: feature, row: row).map { "from \($0.text().withoutCommands)" } ?? "",
        attribution: attribution(of: feature, row: row))
    }
    if shown < order.count {
      let rest = order.dropFirst(shown)
      lines.append(
        Line(
          name: "\(rest.count) more features", value: "", baseline: "",
          attribution: rest.reduce(0) { $0 + attribution(of: $1, row: row) }))
    }
    let greatest = lines.map { abs($0.attribution) }.max() ?? 0
    let columns = (
      lines.map(\.name.count).max() ?? 0, lines.map(\.value.count).max() ?? 0,
      lines.map(\.baseline.count).max() ?? 0
    )
    return lines.map { line in
      let half = width / 2
      let share = greatest > 0 ? abs(line.attribution) / greatest : 0
      let length = Int((share * Double(half)).rounded())
      let bar = String(repeating: "█", count: length)
      let space = String(repeating: " ", count: half - length)
      let drawn =
        line.attribution < 0
        ? space + bar + "│" : String(repeating: " ", count: half) + "│" + bar
      return line.name.filled(columns.0) + "  " + line.value.filled(columns.1, atStart: true) + "  "
        + line.baseline.filled(columns.2) + "  "
        + signedText(line.attribution).filled(9, atStart: true) + "  " + drawn
    }
  }

  /// The features that matter most over all rows, for a terminal.
  public func text(_ summaries: [FeatureSummary], limit: Int = 10) -> [String] {
    let shown = summaries.prefix(limit)
    let names = shown.map { layout.features[$0.feature].name.withoutCommands }
    let width = names.map(\.count).max() ?? 0
    let greatest = shown.first?.size.mean ?? 0
    var lines = zip(names, shown).map { name, summary in
      let interval = summary.size.interval.map {
        "\(labelText($0.lowerBound))…\(labelText($0.upperBound))"
      }
      let length = greatest > 0 ? Int((summary.size.mean / greatest * 16).rounded()) : 0
      return name.filled(width) + "  " + labelText(summary.size.mean).filled(7, atStart: true)
        + "  "
        + (interval ?? "–").filled(15) + "  "
        + signedText(summary.mean.mean).filled(8, atStart: true)
        + "  " + String(repeating: "█", count: length)
    }
    if summaries.count > limit { lines.append("and \(summaries.count - limit) more features") }
    return lines
  }

  private struct Line {
    let name: String
    let value: String
    let baseline: String
    let attribution: Double
  }
}

extension String {
  fileprivate func filled(_ width: Int, atStart: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - count))
    return atStart ? space + self : self + space
  }
}
