// SPDX-License-Identifier: Apache-2.0

import Attribution

extension UnitReport {
  /// The page, which needs no script and no other file.
  ///
  /// It has what is asked, the input, how the quantity flows through the layers, and each layer's units
  /// with what they look at.
  ///
  /// - Throws: ``VisualizationError`` where a picture cannot be written.
  public func page() throws -> Page {
    var body: [Markup] = [header]
    if !input.isEmpty {
      body.append(
        .element(
          "section", ["id": "input"],
          [
            .element("h2", [:], ["At the input"]),
            .element("div", ["class": "tiles large"], try input.map(markup)),
          ]))
    }
    if layers.count > 1 { body.append(overview) }
    body += try layers.enumerated().map { try section($1, at: $0) }
    return Page(title: title, style: Self.style, body: body)
  }

  private var header: Markup {
    .element(
      "header", [:],
      [
        .element("h1", [:], [.text(title)]), .element("p", ["class": "lead"], [.text(lead)]),
        .fragment(facts.map { .element("p", ["class": "note"], [.text($0)]) }), legend,
      ])
  }

  /// Which color means what.
  private var legend: Markup {
    let swatches = [0, 0.25, 0.5, 0.75, 1].map { place in
      Markup.element(
        "span", ["class": "swatch", "style": "background:\(colors.color(at: place).hexadecimal)"])
    }
    return .element(
      "p", ["class": "legend"],
      [.element("span", [:], ["against"])] + swatches + [.element("span", [:], ["for"])])
  }

  /// What flows through each layer, and through how few units.
  private var overview: Markup {
    let rows = layers.enumerated().map { place, layer in
      let flow = layer.ranking.flow
      let top = layer.ranking.units.first
      return [
        Table.Cell(.element("a", ["href": "#layer-\(place)"], [.text(layer.name)])),
        Table.Cell("\(layer.ranking.units.count)", sortKey: Double(layer.ranking.units.count)),
        Table.Cell(.text(flow.sum.map(labelText) ?? "–"), sortKey: flow.sum),
        Table.Cell(.text(flow.gap.map(labelText) ?? "–")),
        Table.Cell("\(layer.ranking.unitsHolding(0.8))"),
        Table.Cell(.text(top.map { "\($0.name) (\(labelText($0.mean)))" } ?? "–")),
      ]
    }
    let table = Table(
      caption: ["Σ over all units; the gap to the quantity's change; how few units hold 80 %"],
      columns: [["layer"], ["units"], ["sum"], ["gap"], ["80 % in"], ["first unit"]], rows: rows)
    return .element(
      "section", [:],
      [
        .element("h2", [:], ["Through the layers"]),
        table.markup(label: "what flows through layers"),
      ])
  }

  private func section(_ layer: Layer, at place: Int) throws -> Markup {
    let ranking = layer.ranking
    var pieces: [Markup] = [
      .element("h2", [:], [.text(layer.name)]),
      .element("p", ["class": "note"], [.text(layer.detail)]),
      .element("p", ["class": "note"], [.text(flowText(ranking))]),
    ]
    let shown = Array(ranking.units.prefix(max(12, layer.cards.count)))
    let bars = bars(shown, of: layer.name).markup
    let caption =
      shown.count < ranking.units.count
      ? "the first \(shown.count) of \(ranking.units.count) units" : "all \(shown.count) units"
    var figures: [Markup] = [
      .element(
        "figure", [:], [bars, .element("figcaption", [:], [.text(caption + error(ranking))])])
    ]
    if let essence = layer.essence { figures += essence.figures(of: layer.name) }
    pieces.append(.element("div", ["class": "charts"], figures))
    pieces.append(.element("div", ["class": "cards"], try layer.cards.map(card)))
    return .element("section", ["id": "layer-\(place)"], pieces)
  }

  /// Units from 0 to what they do, with their standard errors.
  private func bars(_ units: [RankedUnit], of layer: String) -> BarChart {
    BarChart(
      title: "units of \(layer)",
      summary: units.map { "unit \($0.name): \(text(of: $0))" }.joined(separator: "; "),
      label: quantities.first ?? "",
      bars: units.map { unit in
        BarChart.Bar(
          unit.name, unit.mean,
          interval: unit.standardError.flatMap { error in
            error > 0 ? unit.mean - error...unit.mean + error : nil
          })
      }, nameLength: 9, colors: colors)
  }

  private func text(of unit: RankedUnit) -> String {
    labelText(unit.mean) + (unit.standardError.map { " ± " + labelText($0) } ?? "")
  }

  private func error(_ ranking: UnitRanking) -> String {
    ranking.instances > 1
      ? ", means of \(ranking.instances) instances with their standard errors" : ""
  }

  private func flowText(_ ranking: UnitRanking) -> String {
    let flow = ranking.flow
    var text = flow.sum.map { "sum over all units \(labelText($0))" } ?? "influences do not add up"
    if let change = flow.change { text += ", the quantity's change \(labelText(change))" }
    if let gap = flow.gap { text += ", gap \(labelText(gap))" }
    return text + "; 80 % lies in \(ranking.unitsHolding(0.8)) of \(ranking.units.count) units"
  }

  private func card(_ card: Card) throws -> Markup {
    let unit = card.unit
    var pieces: [Markup] = [
      .element("h3", [:], [.text("unit \(unit.name)")]),
      .element("p", ["class": "value"], [.text(text(of: unit))]),
    ]
    if card.means.count > 1 {
      let parts = zip(quantities, card.means).dropFirst().map { name, mean in
        Markup.element(
          "div", [:],
          [.element("dt", [:], [.text(name)]), .element("dd", [:], [.text(labelText(mean))])])
      }
      pieces.append(.element("dl", [:], Array(parts)))
    }
    for view in card.views {
      pieces.append(.element("div", ["class": "tiles"], try view.map(markup)))
    }
    if !card.features.isEmpty {
      let items = card.features.map { feature in
        Markup.element(
          "div", [:],
          [
            .element("dt", [:], [.text(feature.name)]),
            .element("dd", [:], [.text(labelText(feature.attribution))]),
          ])
      }
      pieces.append(.element("p", ["class": "note"], ["is moved most by"]))
      pieces.append(.element("dl", ["class": "features"], items))
    }
    if let gap = card.gap {
      pieces.append(
        .element("p", ["class": "note"], [.text("gap of the unit's own \(labelText(gap))")]))
    }
    return .element("article", ["class": "card"], pieces)
  }

  private func markup(_ tile: Tile) throws -> Markup {
    .element(
      "figure", ["class": "tile"],
      [
        try tile.picture.markup(description: [tile.title, tile.detail].joined(separator: ", ")),
        .element(
          "figcaption", [:],
          [
            .text(tile.title),
            tile.detail.isEmpty
              ? .fragment([]) : .element("span", ["class": "detail"], [.text(tile.detail)]),
          ]),
      ])
  }
}
