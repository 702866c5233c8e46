// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Visualization

/// One page of a table's explanation: what matters over all rows, and a waterfall for each of the
/// first.
public struct TablePage: Sendable {
  /// What is told of a row besides.
  public struct RowNote: Sendable {
    /// As `predicted: malignant`.
    public let text: String

    public init(_ text: String) { self.text = text }
  }

  public let explanation: TableExplanation
  public let title: String
  /// Lines of text below the title.
  public let notes: [String]
  /// For each row; may be empty.
  public let rowNotes: [RowNote]
  /// Rows that have a waterfall.
  public let limit: Int
  /// What tells how to see the rows behind.
  public let remedy: String
  public let colors: ColorMap

  public init(
    _ explanation: TableExplanation, title: String, notes: [String] = [], rowNotes: [RowNote] = [],
    limit: Int = 12, remedy: String = "explain them alone to see them",
    colors: ColorMap = .redWhiteBlue
  ) {
    self.explanation = explanation
    self.title = title
    self.notes = notes
    self.rowNotes = rowNotes
    self.limit = limit
    self.remedy = remedy
    self.colors = colors
  }

  public var html: String {
    let count = explanation.rows.count
    var sections: [Markup] = []
    if count > 1 { sections.append(summary) }
    sections.append(
      .element("div", ["class": "rows"], (0..<min(count, limit)).map(section)))
    if count > limit {
      sections.append(
        .element(
          "p", ["class": "note"], [.text("\(count - limit) more rows are not shown: \(remedy).")])
      )
    }
    let head: [Markup] =
      [.element("h1", [:], [.text(title)]), .element("p", [:], [.text(explanation.quantityLabel)])]
      + notes.map { .element("p", ["class": "note"], [.text($0)]) }
    return Page(
      title: title, style: Self.style,
      body: [.element("header", [:], head), .element("main", [:], sections)]
    ).html
  }

  // MARK: - All rows

  private var summary: Markup {
    let summaries = explanation.summaries()
    let count = explanation.rows.count
    let (sizes, swarm) = (explanation.sizes(summaries), explanation.swarm(summaries))
    var notes = [
      "Over \(count) rows. Intervals hold the mean over other rows of the kind with a confidence of 95 % "
        + "(bootstrap, BCa, \(explanation.resamples) draws): they tell of the choice of rows, not of "
        + "errors of the network or the method.",
      swarm.hasDots
        ? "Each dot is a row."
        : "The height of a strip tells how many rows lie there, the tallest place of each feature being "
          + "of full height; what is rarer than a twentieth of it is drawn as high as a twentieth.",
      "Colors go by the rank of the feature's value, from the lowest to the highest.",
    ]
    if summaries.count > swarm.strips.count {
      notes.append(
        "Charts show the \(swarm.strips.count) strongest of \(summaries.count) features, the table all."
      )
    }
    return .element(
      "section", [:],
      [
        .element("h2", [:], ["All rows"]),
        .element("p", ["class": "note"], [.text(notes.joined(separator: " "))]),
        .element(
          "div", ["class": "charts"],
          [
            .element("figure", [:], [sizes.markup]), .element("figure", [:], [swarm.markup]),
          ]),
        table(of: summaries).markup(label: "Features over all rows"),
      ])
  }

  private func table(of summaries: [FeatureSummary]) -> Table {
    let unit = explanation.unit.map { " [\($0)]" } ?? ""
    func cell(_ estimate: MeanEstimate, isSigned: Bool) -> Table.Cell {
      let interval = estimate.interval.map {
        " [\(labelText($0.lowerBound)), \(labelText($0.upperBound))]"
      }
      let mean = isSigned ? signedText(estimate.mean) : labelText(estimate.mean)
      return Table.Cell(.text(mean + (interval ?? "")), sortKey: estimate.mean)
    }
    return Table(
      caption: [.text("Means of attributions\(unit) over \(explanation.rows.count) rows")],
      columns: [["feature"], ["mean size"], ["mean"]],
      rows: summaries.map { summary in
        [
          Table.Cell(.text(explanation.layout.features[summary.feature].title)),
          cell(summary.size, isSigned: false), cell(summary.mean, isSigned: true),
        ]
      })
  }

  // MARK: - A row

  private func section(_ row: Int) -> Markup {
    var facts: [String] = []
    if rowNotes.indices.contains(row) { facts.append(rowNotes[row].text) }
    facts.removeAll(where: \.isEmpty)
    let targets = explanation.rows.targets
    if targets.indices.contains(row) {
      facts.append("\(explanation.layout.target ?? "target") in the file: \(targets[row])")
    }
    if let start = explanation.starts?[row] {
      facts.append(
        "baseline \(shortText(start)), prediction \(shortText(explanation.predictions[row]))")
    }
    if let gap = explanation.gaps?[row] { facts.append("gap \(labelText(gap))") }
    var content: [Markup] = [
      .element("h2", [:], [.text("Row \(explanation.rows.numbers[row])")]),
      .element("p", ["class": "note"], [.text(facts.joined(separator: " · "))]),
    ]
    let table = table(ofRow: row).markup(label: "Row \(explanation.rows.numbers[row])")
    if let chart = explanation.waterfall(ofRow: row, colors: colors) {
      content.append(.element("figure", [:], [chart.markup]))
      content.append(
        .element("details", [:], [.element("summary", [:], ["All features"]), table]))
    } else {
      content.append(table)
    }
    return .element("section", [:], content)
  }

  private func table(ofRow row: Int) -> Table {
    let unit = explanation.unit.map { " [\($0)]" } ?? ""
    return Table(
      caption: [.text("Attributions\(unit), the greatest first")],
      columns: [["feature"], ["value"], ["baseline"], ["attribution"]],
      rows: explanation.order(ofRow: row).map { feature in
        let attribution = explanation.attribution(of: feature, row: row)
        return [
          Table.Cell(.text(explanation.layout.features[feature].title)),
          Table.Cell(.text(explanation.value(of: feature, row: row).text())),
          Table.Cell(.text(explanation.baseline(of: feature, row: row)?.text() ?? "–")),
          Table.Cell(.text(signedText(attribution)), sortKey: attribution),
        ]
      })
  }

  private static let style =
    Page.baseStyle
    + Markup.Code(
      """

      h2 { font-size: 1.1rem; margin: 0; }
      p { margin: 0.25rem 0; max-width: 52rem; }
      section { border-top: 1px solid var(--line); padding: 1rem 0; break-inside: avoid; }
      .charts { display: grid; gap: 1.5rem;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
      .rows { display: grid; gap: 0 2.5rem;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); }
      .rows section { min-width: 0; }
      figure { margin: 0.75rem 0; }
      svg.chart { display: block; width: 100%; max-width: 34rem; height: auto; }
      .scroll { overflow-x: auto; margin: 0.5rem 0; max-width: 100%; }
      :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
      table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
      caption { text-align: left; color: var(--soft); padding: 0.25rem 0; }
      th, td { padding: 0.25rem 0.6rem; text-align: right; border-bottom: 1px solid var(--line);
        overflow-wrap: normal; white-space: nowrap; }
      th[scope=row] { white-space: normal; }
      th:first-child { text-align: left; padding-left: 0; font-weight: 600; }
      thead th { border-bottom: 2px solid var(--ink); }
      summary { cursor: pointer; padding: 0.25rem 0; }
      @media print {
        :root { --ink: #000000; --soft: #444444; --paper: #ffffff; --line: #999999; }
        * { print-color-adjust: exact; }
      }

      """)
}
