// SPDX-License-Identifier: Apache-2.0

import Visualization

extension ExperimentReport {
  /// Errors over evaluations; `nil` where no metric is an error.
  func costSection(_ statistics: [SettingStatistics]) -> ReportSection? {
    let parts = statistics.flatMap { statistics -> [Markup] in
      let charts = statistics.metrics.filter { Self.isError($0.record) }
        .compactMap { cost($0, statistics) }
      return charts.isEmpty
        ? []
        : [statistics.setting.heading, .element("div", ["class": "charts"], charts)]
    }
    guard !parts.isEmpty else { return nil }
    let note = ReportText.paragraph(
      .text(
        "Mean errors over mean evaluations per instance, both on logarithmic axes: lower and further "
          + "to the left is better. Whiskers are intervals of the mean. Configurations whose names "
          + "differ in numbers alone are joined."))
    return ReportSection(anchor: "cost", title: "Cost against accuracy", content: [note] + parts)
  }

  /// Whether 0 is what a metric would have at best: distances from what the laws say.
  private static func isError(_ record: MetricRecord) -> Bool {
    record.family == .axiomatic && record.direction == .lowerIsBetter
  }

  private func cost(_ metric: MetricStatistics, _ statistics: SettingStatistics) -> Markup? {
    let cells = statistics.setting.cells
    var order: [String] = []
    var families: [String: [Int]] = [:]
    for place in cells.indices where metric.estimates[place].mean.isFinite {
      let family = Self.family(of: cells[place].cell.method)
      if families[family] == nil { order.append(family) }
      families[family, default: []].append(place)
    }
    let series = order.map { family -> Chart.Series in
      let members = families[family] ?? []
      let points = members.map {
        Chart.Point(
          x: cells[$0].meanEvaluations, y: metric.estimates[$0].mean,
          interval: metric.estimates[$0].interval)
      }.sorted { $0.x < $1.x }
      let name = members.count == 1 ? cells[members[0]].cell.method : family
      return Chart.Series(
        ReportText.plain(name), points, form: members.count == 1 ? .marks : .markedLine)
    }
    guard !series.isEmpty else { return nil }
    let name = ReportText.plain(metric.record.name)
    let unit = metric.record.unit
    let chart = Chart(
      title: "\(name) over evaluations",
      summary: "Mean error and evaluations of \(series.map(\.name).joined(separator: ", ")).",
      x: Chart.Axis("evaluations per instance", .logarithmic),
      y: Chart.Axis(unit.isEmpty ? name : "\(name), \(unit)", .logarithmic), series: series)
    let left = chart.leftOut
    guard left < series.reduce(0, { $0 + $1.points.count }) else { return nil }
    return .element(
      "figure", [:],
      [
        chart.markup,
        .element(
          "figcaption", [:],
          [
            ReportText.name(metric.record.name), " ↓",
            left == 0
              ? []
              : .text(
                "; \(ReportText.count(left, "configuration has", "configurations have")) no place "
                  + "on such axes: an error or a number of evaluations of 0"),
          ]),
      ])
  }

  /// A name with its numbers taken out, as `secant #` of `secant 8`.
  static func family(of name: String) -> String {
    var family = ""
    for character in name {
      let isNumber = character.isASCII && character.isNumber
      if !isNumber { family.append(character) } else if family.last != "#" { family.append("#") }
    }
    return family
  }
}
