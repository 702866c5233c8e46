// SPDX-License-Identifier: Apache-2.0

import Visualization

extension ExperimentReport {
  /// Which differences between configurations are more than chance; `nil` where there are no pairs.
  func comparisonSection(_ statistics: [SettingStatistics]) -> ReportSection? {
    let tables = statistics.flatMap { statistics -> [Markup] in
      let tables = statistics.metrics.filter { !$0.comparisons.isEmpty }
        .map { comparisons($0, in: statistics.setting) }
      return tables.isEmpty ? [] : [statistics.setting.heading] + tables
    }
    guard !tables.isEmpty else { return nil }
    let percent = ReportText.number(options.confidence * 100)
    let introduction = ReportText.paragraph(
      .text(
        "Differences first − second within each instance, so that easy and hard instances do not blur "
          + "them: the mean with its \(percent) % interval, Cohen's d"),
      .element("sub", [:], ["z"]),
      .text(
        " (the mean over the standard deviation; 0.2 is called small, 0.8 large), the rank-biserial "
          + "correlation (1: the first is higher on every instance), and the two-sided p-value of a "
          + "sign-flip test, corrected by Holm's method for all comparisons of the metric in the "
          + "setting."))
    return ReportSection(
      anchor: "comparisons", title: "Paired comparisons", content: [introduction] + tables)
  }

  /// A table in a box that opens, for there may be many.
  private func comparisons(_ metric: MetricStatistics, in setting: ReportSetting) -> Markup {
    let rows = metric.comparisons.sorted {
      // A p-value that is NaN comes behind all.
      let (a, b) = ($0.pValue.isNaN ? 2 : $0.pValue, $1.pValue.isNaN ? 2 : $1.pValue)
      return (a, $0.first, $0.second) < (b, $1.first, $1.second)
    }.map { row($0, metric, setting) }
    let columns: [[Markup]] = [
      ["first"], ["second"], ["mean difference"],
      ["d", .element("sub", [:], ["z"])], ["rank-biserial"], ["p, corrected"], ["better"],
    ]
    let significant = metric.comparisons.count { $0.pValue < MetricStatistics.level }
    let table = Table(
      caption: [
        ReportText.name(metric.record.name), ", ", .text(ReportText.words(metric.record.direction)),
        metric.comparesAll
          ? []
          : "; of more than \(MetricStatistics.mostCompared) configurations, those with the best",
      ], columns: columns, rows: rows, isSortable: true
    ).markup(label: "\(metric.record.name), \(setting.plainTitle)")
    // What is short stands open; of what is long the reader asks for what interests.
    let title: [Markup] = [
      ReportText.name(metric.record.name),
      ": \(significant) of \(ReportText.count(metric.comparisons.count, "difference")) significant",
    ]
    let content = [.element("summary", [:], title), table]
    return metric.comparisons.count <= 10
      ? .element("details", ["open": "open"], content) : .element("details", [:], content)
  }

  private func row(
    _ pair: MetricStatistics.Comparison, _ metric: MetricStatistics, _ setting: ReportSetting
  ) -> [Table.Cell] {
    let names = [pair.first, pair.second].map {
      ReportText.name(setting.cells[$0].cell.method)
    }
    let comparison = pair.comparison
    let isHigher = comparison.difference.mean > 0
    let firstIsBetter = isHigher == (metric.record.direction == .higherIsBetter)
    let isSignificant = pair.pValue < MetricStatistics.level
    let left =
      comparison.leftOut == 0
      ? "" : " of \(comparison.count), \(comparison.leftOut) left out"
    return [
      Table.Cell(names[0]), Table.Cell(names[1], mark: "words"),
      Table.Cell(
        .text(ReportText.number(comparison.difference.mean)),
        .element(
          "span", ["class": "detail"],
          [.text(ReportText.interval(comparison.difference.interval) + left)]),
        sortKey: comparison.difference.mean),
      Table.Cell(
        .text(ReportText.number(comparison.standardizedEffect)),
        sortKey: comparison.standardizedEffect),
      Table.Cell(
        .text(ReportText.number(comparison.rankBiserial)), sortKey: comparison.rankBiserial),
      Table.Cell(
        .text(ReportText.pValue(pair.pValue)), sortKey: pair.pValue,
        mark: isSignificant ? "best" : nil),
      Table.Cell(
        isSignificant ? (firstIsBetter ? names[0] : names[1]) : "not told apart", mark: "words"),
    ]
  }
}
