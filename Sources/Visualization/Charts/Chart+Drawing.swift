// SPDX-License-Identifier: Apache-2.0

extension Chart {
  /// The drawing, an `svg` element.
  public var markup: Markup {
    let field = field
    let legend = legend(below: field.top + field.height + 50)
    let drawn = series.enumerated().flatMap { place, series in
      Self.draw(series, SeriesStyle(place), in: field)
    }
    return Drawing.markup(
      title: title, summary: summary, width: Self.width, height: legend.bottom,
      content: axes(field) + drawn + legend.content)
  }

  // MARK: - Axes

  private func axes(_ field: ChartField) -> [Markup] {
    let bottom = field.top + field.height
    var lines = ""
    var labels: [Markup] = []
    for (tick, label) in zip(field.y.ticks, field.y.labels) {
      let y = field.down(tick)
      lines += "M\(svg(field.left)) \(svg(y))h\(svg(field.width))"
      labels.append(Drawing.text(label, x: field.left - 6, y: y + 4, anchor: "end"))
    }
    for (tick, label) in zip(field.x.ticks, field.x.labels) {
      let x = field.across(tick)
      lines += "M\(svg(x)) \(svg(field.top))v\(svg(field.height))"
      labels.append(Drawing.text(label, x: x, y: bottom + 16, anchor: "middle"))
    }
    let frame = "M\(svg(field.left)) \(svg(field.top))V\(svg(bottom))h\(svg(field.width))"
    let middle = field.top + field.height / 2
    let name = Markup.element(
      "text",
      [
        "x": "12", "y": svg(middle), "text-anchor": "middle",
        "transform": "rotate(-90 12 \(svg(middle)))",
      ], [.text(shortened(yAxis.label, to: 34))])
    return [
      Drawing.line(lines, width: 0.5, opacity: 0.3), Drawing.line(frame, width: 1),
      .fragment(labels), name,
      Drawing.text(
        shortened(xAxis.label, to: 46), x: field.left + field.width / 2, y: bottom + 34,
        anchor: "middle"),
    ]
  }

  // MARK: - Series

  private static func draw(
    _ series: Series, _ style: SeriesStyle, in field: ChartField
  ) -> [Markup] {
    let runs = series.points.split { !field.x.hasPlace($0.x) || !field.y.hasPlace($0.y) }
    let color = style.color.hexadecimal
    var pieces: [Markup] = []
    for run in runs {
      let places = run.map { (x: field.across($0.x), y: field.down($0.y), point: $0) }
      if series.form == .line {
        pieces += bands(run, field).map {
          .element("path", ["d": $0, "fill": color, "fill-opacity": "0.16"])
        }
      } else {
        pieces += run.compactMap { whisker($0, color: color, in: field) }
      }
      if series.form != .marks, places.count > 1 {
        let line = places.map { "\(svg($0.x)),\(svg($0.y))" }.joined(separator: " ")
        pieces.append(
          .element(
            "polyline",
            [
              "points": line, "fill": "none", "stroke": color, "stroke-width": "2",
              "stroke-dasharray": style.stroke, "stroke-linejoin": "round",
            ]))
      }
      // A line of one point would not be seen.
      if series.form != .line || places.count == 1 {
        pieces += places.map { style.markup(x: $0.x, y: $0.y) }
      }
    }
    return [
      .element("g", [:], [.element("title", [:], [.text(series.name)])] + pieces)
    ]
  }

  /// What lies between the intervals' ends, where points next to each other have them.
  private static func bands(_ run: ArraySlice<Point>, _ field: ChartField) -> [String] {
    run.split { $0.interval == nil }.filter { $0.count > 1 }.map { points in
      let upper = points.compactMap { point in
        point.interval.map {
          "\(svg(field.across(point.x))) \(svg(field.clampedDown($0.upperBound)))"
        }
      }
      let lower = points.reversed().compactMap { point in
        point.interval.map {
          "\(svg(field.across(point.x))) \(svg(field.clampedDown($0.lowerBound)))"
        }
      }
      return "M" + (upper + lower).joined(separator: "L") + "Z"
    }
  }

  private static func whisker(_ point: Point, color: String, in field: ChartField) -> Markup? {
    guard let interval = point.interval else { return nil }
    let x = field.across(point.x)
    let (top, bottom) = (
      field.clampedDown(interval.upperBound), field.clampedDown(interval.lowerBound)
    )
    let path =
      "M\(svg(x)) \(svg(top))V\(svg(bottom))M\(svg(x - 3)) \(svg(top))h6"
      + "M\(svg(x - 3)) \(svg(bottom))h6"
    return .element("path", ["d": path, "fill": "none", "stroke": color])
  }

  // MARK: - Legend

  private func legend(below top: Double) -> (content: [Markup], bottom: Double) {
    guard series.count > 1 || series.contains(where: { !$0.name.isEmpty }) else { return ([], top) }
    // Two columns where names are short.
    let columns = series.allSatisfy { $0.name.count <= 18 } ? 2 : 1
    let column = (Self.width - 16) / Double(columns)
    let content = series.enumerated().flatMap { place, series -> [Markup] in
      let (x, y) = (8 + Double(place % columns) * column, top + Double(place / columns) * 18)
      let style = SeriesStyle(place)
      var pieces: [Markup] = []
      if series.form != .marks {
        pieces.append(
          .element(
            "path",
            [
              "d": "M\(svg(x)) \(svg(y))h26", "stroke": style.color.hexadecimal,
              "stroke-width": "2", "stroke-dasharray": style.stroke,
            ]))
      }
      if series.form != .line { pieces.append(style.markup(x: x + 13, y: y)) }
      pieces.append(
        Drawing.text(shortened(series.name, to: columns == 2 ? 18 : 44), x: x + 33, y: y + 4))
      return pieces
    }
    let rows = (series.count + columns - 1) / columns
    return (content, top + Double(rows) * 18)
  }
}
