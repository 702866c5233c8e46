// SPDX-License-Identifier: Apache-2.0

import Visualization

extension ExperimentReport {
  /// What was compared, on how much, and what failed.
  func summarySection(_ statistics: [SettingStatistics]) -> ReportSection {
    var content: [Markup] = []
    if !results.summary.isEmpty {
      content.append(
        .element("p", ["class": "lead"], [.element("bdi", [:], [.text(results.summary)])]))
    }
    content += [compared(statistics), .element("ul", [:], settingItems(statistics))]
    content += failures() + leftOut(statistics)
    return ReportSection(anchor: "summary", title: "Summary", content: content)
  }

  private func compared(_ statistics: [SettingStatistics]) -> Markup {
    guard !results.cells.isEmpty else {
      return ReportText.paragraph("The experiment has no cells: nothing was compared.")
    }
    let cells = results.cells.map(\.cell)
    func different(_ of: (CellIdentity) -> String) -> Int { Set(cells.map(of)).count }
    let parts = [
      ReportText.count(different(\.method), "configuration"),
      ReportText.count(different(\.model), "network"),
      ReportText.count(different(\.data), "data set"),
      ReportText.count(different(\.slice), "slice"),
      ReportText.count(different(\.quantity), "quantity", "quantities"),
    ]
    let metrics = Set(statistics.flatMap { $0.metrics.map(\.record.name) }).count
    let failed = results.cells.count { $0.failure != nil }
    let judged =
      metrics == 0
      ? "No metric was asked for." : "\(ReportText.count(metrics, "metric")) judged them."
    let ended =
      failed == 0
      ? "All were explained."
      : "\(failed) of \(ReportText.count(results.cells.count, "cell")) failed."
    return ReportText.paragraph(
      "Compared were \(parts[0]) on \(parts[1]), \(parts[2]), \(parts[3]) and \(parts[4]). ",
      "\(judged) \(ended)")
  }

  private func settingItems(_ statistics: [SettingStatistics]) -> [Markup] {
    statistics.map { statistics in
      let setting = statistics.setting
      let counts = setting.cells.filter { $0.failure == nil }.map(\.instances.count)
      let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
      let explained =
        least == most
        ? ReportText.count(most, "instance") : "\(least) to \(ReportText.count(most, "instance"))"
      return .element(
        "li", [:],
        [
          ReportText.name(setting.model), " on ", ReportText.name(setting.data), ", ",
          ReportText.name(setting.slice), ", ", ReportText.name(setting.quantity),
          ": \(explained) explained by \(ReportText.count(counts.count, "configuration")).",
          best(statistics),
        ])
    }
  }

  private func best(_ statistics: SettingStatistics) -> Markup {
    guard statistics.setting.cells.count > 1, let first = statistics.order.first,
      let rank = statistics.meanRanks[first]
    else { return [] }
    return [
      " The best mean rank, \(ReportText.number(rank)), has ",
      ReportText.name(statistics.setting.cells[first].cell.method), ".",
    ]
  }

  private func failures() -> [Markup] {
    let cells = results.cells.compactMap { cell in
      cell.failure.map { failure in
        Markup.element(
          "li", [:],
          [ReportText.name(cell.cell.method), " (", place(of: cell.cell), "): ", .text(failure)])
      }
    }
    let items = cells + metricFailures()
    guard !items.isEmpty else { return [] }
    let list = Markup.element("ul", ["class": "failures"], items)
    let title = Markup.element("h3", [:], ["What failed, and why"])
    guard items.count > 12 else { return [title, list] }
    return [
      title,
      .element("details", [:], [.element("summary", [:], ["\(items.count) failures"]), list]),
    ]
  }

  /// Metrics without scores, once for all configurations that have the same reason.
  private func metricFailures() -> [Markup] {
    struct Reason: Hashable {
      let model, data, slice, quantity, metric, words: String
    }
    var order: [Reason] = []
    var failed: [Reason: [(cell: CellIdentity, failure: String)]] = [:]
    for result in results.cells {
      let cell = result.cell
      for metric in result.metrics {
        guard let failure = metric.failure else { continue }
        // What differs between configurations is often their name alone.
        let reason = Reason(
          model: cell.model, data: cell.data, slice: cell.slice, quantity: cell.quantity,
          metric: metric.name, words: failure.replacing("'\(cell.method)'", with: "'…'"))
        if failed[reason] == nil { order.append(reason) }
        failed[reason, default: []].append((cell, failure))
      }
    }
    return order.compactMap { reason in
      guard let all = failed[reason], let first = all.first else { return nil }
      var methods: [Markup] = []
      for (index, entry) in all.enumerated() {
        methods += (index == 0 ? [] : [", "]) + [ReportText.name(entry.cell.method)]
      }
      return .element(
        "li", [:],
        [
          ReportText.name(reason.metric), " (", place(of: first.cell), ") of ",
          .fragment(methods), ": ", .text(first.failure),
        ])
    }
  }

  private func place(of cell: CellIdentity) -> Markup {
    [
      ReportText.name(cell.model), " on ", ReportText.name(cell.data), ", ",
      ReportText.name(cell.slice), ", ", ReportText.name(cell.quantity),
    ]
  }

  private func leftOut(_ statistics: [SettingStatistics]) -> [Markup] {
    let count = statistics.flatMap(\.metrics).flatMap(\.estimates).reduce(0) { $0 + $1.leftOut }
    guard count > 0 else { return [] }
    return [
      ReportText.note(
        .text(
          "\(ReportText.count(count, "score is", "scores are")) not numbers, where a metric has no "
            + "meaning for an instance; means are over the others, and the tables tell how many."))
    ]
  }
}
