// SPDX-License-Identifier: Apache-2.0

import Visualization

extension ExperimentReport {
  /// The curves of metrics that have them, averaged over instances; `nil` where none has.
  func curveSection(_ statistics: [SettingStatistics]) -> ReportSection? {
    let parts = statistics.flatMap { statistics -> [Markup] in
      let charts = statistics.metrics.compactMap { curves($0, statistics) }
      return charts.isEmpty
        ? []
        : [statistics.setting.heading, .element("div", ["class": "charts"], charts)]
    }
    guard !parts.isEmpty else { return nil }
    let percent = ReportText.number(options.confidence * 100)
    let note = ReportText.paragraph(
      .text(
        "Means over instances at each position; the band is the mean's \(percent) % interval "
          + "(bootstrap), position by position."))
    return ReportSection(anchor: "curves", title: "Metric curves", content: [note] + parts)
  }

  private func curves(_ metric: MetricStatistics, _ statistics: SettingStatistics) -> Markup? {
    let record = metric.record
    let cells = statistics.setting.cells
    let withCurves = cells.indices.filter {
      cells[$0].metric(record.name)?.result.curves?.heights.isEmpty == false
    }
    let sign = record.direction == .higherIsBetter ? -1.0 : 1.0
    func goodness(_ cell: Int) -> Double {
      let mean = metric.estimates[cell].mean
      return mean.isFinite ? sign * mean : .infinity
    }
    // The best, in the experiment's order, so that a configuration keeps its color where all are shown.
    let shown = Set(
      withCurves.sorted { (goodness($0), $0) < (goodness($1), $1) }.prefix(Self.mostCurves))
    var position = ""
    let series = withCurves.filter(shown.contains).compactMap { place -> Chart.Series? in
      guard let curves = cells[place].metric(record.name)?.result.curves else { return nil }
      position = curves.position
      return Chart.Series(
        ReportText.plain(cells[place].cell.method), points(of: curves), form: .line)
    }
    guard !series.isEmpty else { return nil }
    let name = ReportText.plain(record.name)
    let chart = Chart(
      title: "\(name), \(ReportText.words(record.direction))",
      summary: "Mean curves of \(series.map(\.name).joined(separator: ", ")) over \(position).",
      x: Chart.Axis(position), y: Chart.Axis(record.unit.isEmpty ? name : record.unit),
      series: series)
    let left = withCurves.count - series.count
    return .element(
      "figure", [:],
      [
        chart.markup,
        .element(
          "figcaption", [:],
          [
            ReportText.name(record.name), " ", .text(ReportText.arrow(record.direction)),
            left == 0
              ? []
              : .text(
                "; the \(series.count) best of \(withCurves.count) configurations are drawn"),
          ]),
      ])
  }

  /// The mean curve with its band, at so many positions as a chart can show.
  private func points(of curves: MetricCurves) -> [Chart.Point] {
    let count = curves.positions.count
    let step = max(1, (count - 1 + Self.mostPositions - 1) / Self.mostPositions)
    let places = curves.positions.indices.filter { $0 % step == 0 || $0 == count - 1 }
    return places.map { place in
      let heights = curves.heights.compactMap { $0.indices.contains(place) ? $0[place] : nil }
      let finite = heights.filter(\.isFinite)
      let mean = finite.reduce(0) { $0 + $1 / Double(finite.count) }
      // The same draws at every position, so that the band is as smooth as the curves are.
      let interval = BootstrapInterval.ofMean(
        finite, confidence: options.confidence, resamples: 400, method: .percentile,
        seed: options.seed)
      return Chart.Point(
        x: curves.positions[place], y: finite.isEmpty ? .nan : mean, interval: interval)
    }
  }

  /// More lines are told apart by nobody.
  private static let mostCurves = 8
  private static let mostPositions = 60
}
