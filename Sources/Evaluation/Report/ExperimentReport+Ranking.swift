// SPDX-License-Identifier: Apache-2.0

import Visualization

extension ExperimentReport {
  /// Means and intervals, the best marked, and what cannot be told from it.
  func rankingSection(
    _ statistics: [SettingStatistics], controls: Set<String>
  ) -> ReportSection {
    let percent = ReportText.number(options.confidence * 100)
    var content: [Markup] = []
    if statistics.contains(where: { !$0.metrics.isEmpty }) {
      content.append(
        ReportText.paragraph(
          .text(
            "Means over instances, below them the interval in which the mean over other instances of "
              + "the kind would lie with \(percent) % confidence (bootstrap). "),
          .element("span", ["class": "best"], ["★"]), " is the best mean; ",
          .element("span", ["class": "like"], ["≈"]),
          .text(
            " is not significantly worse than it (paired test, corrected, p ≥ 0.05): with few "
              + "instances that is easily so. Rows are in the order of the mean rank over all metrics, "
              + "where each counts alike: an order to start from, not a verdict.")))
    }
    for statistics in statistics {
      content.append(statistics.setting.heading)
      for (place, metrics) in Self.parts(of: statistics.metrics).enumerated() {
        content.append(
          Self.table(statistics, metrics, isFirst: place == 0, controls: controls))
      }
    }
    return ReportSection(anchor: "ranking", title: "Ranking", content: content)
  }

  /// One table where metrics are few, else one for each family: wide tables are read by nobody.
  private static func parts(of metrics: [MetricStatistics]) -> [[MetricStatistics]] {
    guard metrics.count > 5 else { return [metrics] }
    return [[]]
      + MetricFamily.allCases.map { family in metrics.filter { $0.record.family == family } }
      .filter { !$0.isEmpty }
  }

  private static func table(
    _ statistics: SettingStatistics, _ metrics: [MetricStatistics], isFirst: Bool,
    controls: Set<String>
  ) -> Markup {
    let cells = statistics.setting.cells
    var columns = [
      Column(["configuration"]) {
        name(of: cells[$0], isControl: controls.contains(cells[$0].cell.method))
      }
    ]
    if isFirst {
      columns.append(
        Column(["mean rank ↓"]) { place in
          let rank = statistics.meanRanks[place]
          return Table.Cell(.text(ReportText.number(rank)), sortKey: rank ?? .nan)
        })
    }
    columns += metrics.map { metric in
      Column(heading(of: metric.record)) { score(of: $0, in: metric) }
    }
    if isFirst {
      columns += [
        Column(["evaluations per instance"]) {
          let count = cells[$0].meanEvaluations
          return Table.Cell(.text(ReportText.number(count)), sortKey: count)
        },
        Column(["time per instance"]) {
          let seconds = cells[$0].meanSeconds
          return Table.Cell(.text(ReportText.seconds(seconds)), sortKey: seconds)
        },
      ]
    }
    let family = metrics.first.map(\.record.family.rawValue)
    let what = isFirst ? "Configurations" : "Metrics of \(family ?? "no family")"
    return Table(
      caption: [.text(what), " on ", ReportText.name(statistics.setting.data)],
      columns: columns.map(\.heading),
      rows: statistics.order.map { place in columns.map { $0.cell(place) } }, isSortable: true
    ).markup(label: "\(what), \(statistics.setting.plainTitle)")
  }

  /// A heading with what stands below it, so that they cannot come apart.
  private struct Column {
    let heading: [Markup]
    let cell: (_ place: Int) -> Table.Cell

    init(_ heading: [Markup], cell: @escaping (_ place: Int) -> Table.Cell) {
      self.heading = heading
      self.cell = cell
    }
  }

  private static func name(of cell: CellResult, isControl: Bool) -> Table.Cell {
    Table.Cell(
      ReportText.name(cell.cell.method),
      isControl ? .element("span", ["class": "detail"], ["control"]) : [],
      cell.failure == nil ? [] : .element("span", ["class": "failed"], [" failed"]))
  }

  private static func heading(of record: MetricRecord) -> [Markup] {
    let unit = record.unit.isEmpty ? "" : ", \(record.unit)"
    return [
      ReportText.name(record.name), " ",
      .element(
        "span", ["title": ReportText.words(record.direction)],
        [
          .element("span", ["aria-hidden": "true"], [.text(ReportText.arrow(record.direction))]),
          .element("span", ["class": "unseen"], [.text(ReportText.words(record.direction))]),
        ]),
      .element("span", ["class": "detail"], [.text(record.family.rawValue + unit)]),
    ]
  }

  private static func score(of place: Int, in metric: MetricStatistics) -> Table.Cell {
    let estimate = metric.estimates[place]
    guard estimate.mean.isFinite else { return Table.Cell("–", sortKey: .nan) }
    let standing = metric.standing(of: place)
    let mark: Markup
    switch standing {
    case .best:
      mark = [
        .element("span", ["aria-hidden": "true"], ["★ "]),
        .element("span", ["class": "unseen"], ["best: "]),
      ]
    case .likeBest:
      mark = [
        .element("span", ["aria-hidden": "true"], ["≈ "]),
        .element("span", ["class": "unseen"], ["not significantly worse than the best: "]),
      ]
    case .worse, .unknown: mark = []
    }
    var details = ReportText.interval(estimate.interval)
    if estimate.leftOut > 0 {
      details += (details.isEmpty ? "" : " ") + "of \(estimate.count), \(estimate.leftOut) left out"
    }
    return Table.Cell(
      mark, .text(ReportText.number(estimate.mean)),
      .element("span", ["class": "detail"], [.text(details)]),
      sortKey: estimate.mean,
      mark: standing == .best ? "best" : standing == .likeBest ? "like" : nil)
  }
}
