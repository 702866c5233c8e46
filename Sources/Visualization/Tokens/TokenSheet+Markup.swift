// SPDX-License-Identifier: Apache-2.0

extension TokenSheet {
  /// A page of its own.
  public var page: Page {
    Page(
      title: title, style: Self.style,
      body: [
        .element("header", [:], header), .element("main", [:], texts.map(section)),
      ])
  }

  private var header: [Markup] {
    var lines: [Markup] = [.element("h1", [:], [.text(title)])]
    for (index, detail) in details.enumerated() {
      lines.append(.element("p", index == 0 ? [:] : ["class": "note"], [.text(detail)]))
    }
    return lines + [legendMarkup]
  }

  private var legendMarkup: Markup {
    var pieces: [Markup] = [.element("span", [:], [.text(legendWords.low)])]
    pieces += legend.map(Self.markup)
    pieces.append(.element("span", [:], [.text(legendWords.high)]))
    if let nothing {
      pieces.append(
        .element(
          "span", ["class": "none"],
          [Self.markup(nothing), " no part at all, or kept in its place"]))
    }
    return .element(
      "div", ["class": "legend", "role": "group", "aria-label": "the scale of colors"], pieces)
  }

  private static func markup(_ chip: Chip) -> Markup {
    .element(
      "span",
      [
        "class": "token",
        "style": "background:\(chip.ground.hexadecimal);color:\(chip.ink.hexadecimal)",
      ], [.text(chip.text)])
  }

  private func section(_ text: Text) -> Markup {
    var pieces: [Markup] = [.element("h2", [:], [.text(text.title)])]
    if !text.detail.isEmpty {
      pieces.append(.element("p", ["class": "note"], [.text(text.detail)]))
    }
    for (index, strip) in strips(of: text).enumerated() {
      let detail = detail(of: index, in: text)
      guard namesRows else {
        if !detail.isEmpty {
          pieces.append(.element("p", ["class": "note"], [.text(detail)]))
        }
        pieces.append(strip.markup())
        continue
      }
      let name = Markup.element("span", ["class": "name"], [.text(text.rows[index].name)])
      let note = Markup.element("span", ["class": "note"], [.text(detail)])
      pieces.append(
        .element(
          "div", ["class": "row"], [.element("div", [:], [name, " ", note]), strip.markup()]))
    }
    return .element("section", [:], pieces + [scores(of: text)])
  }

  /// All scores of a text as numbers, for those who have no pointer to rest on a word.
  private func scores(of text: Text) -> Markup {
    let rows = text.rows
    // Configurations explain the same tokens; where they do not, each has a table.
    let isAligned = rows.allSatisfy { $0.tokens.map(\.text) == rows[0].tokens.map(\.text) }
    let groups = isAligned ? [rows] : rows.map { [$0] }
    let tables = groups.filter { !$0.isEmpty }.map { Self.table($0, of: text.title) }
    return .element("details", [:], [.element("summary", [:], ["scores"])] + tables)
  }

  private static func table(_ rows: [Row], of title: String) -> Markup {
    let heads = rows.map { [Markup.text($0.name.isEmpty ? "score" : $0.name)] }
    return Table(
      caption: ["The score of each token."], columns: [["token"]] + heads,
      rows: (rows.first?.tokens ?? []).indices.map { index in
        [Table.Cell(.text(rows[0].tokens[index].text.withoutCommands))]
          + rows.map { row in
            let score = row.tokens[index].score
            return Table.Cell(.text(labelText(score)), sortKey: score)
          }
      }
    ).markup(label: "scores of \(title)")
  }

  private static let style =
    Page.sectionStyle
    + Markup.Code(
      """

      .legend { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center;
        font-size: 0.88em; margin: 0.75rem 0; }
      .legend .token { padding: 0.15em 0.5em; font-variant-numeric: tabular-nums; }
      section .tokens { font-size: 1.15rem; }
      .row { display: grid; grid-template-columns: minmax(9rem, 13rem) minmax(0, 1fr);
        gap: 0 1rem; align-items: baseline; margin-top: 0.35rem; }
      .row .name { display: block; font-weight: 600; }
      details { margin-top: 0.35rem; font-size: 0.88em; }
      summary { color: var(--soft); cursor: pointer; width: max-content; }
      .scroll { overflow-x: auto; max-width: 100%; }
      table { border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums;
        overflow-wrap: break-word; }
      caption { text-align: left; }
      th, td { border-bottom: 1px solid var(--line); padding: 0.15rem 0.75rem 0.15rem 0;
        text-align: right; white-space: nowrap; }
      th:first-child { font-weight: normal; text-align: left; white-space: pre-wrap;
        min-width: 5rem; max-width: 14rem; position: sticky; left: 0; background: var(--paper); }
      @media (max-width: 40rem) {
        .row { grid-template-columns: minmax(0, 1fr); }
        .row .name { display: inline; }
      }
      @media print { details { display: none; } }
      """) + TokenStrip.style
}
