// SPDX-License-Identifier: Apache-2.0

extension SwarmChart {
  /// The drawing, an `svg` element.
  public var markup: Markup {
    let bottom = 4 + Double(strips.count) * Self.step
    var lines = ""
    var labels: [Markup] = []
    for (tick, text) in zip(scale.ticks, scale.labels) {
      lines += "M\(svg(across(tick))) 2V\(svg(bottom))"
      let isLast = tick == scale.ticks.last
      labels.append(
        Drawing.text(text, x: across(tick), y: bottom + 15, anchor: isLast ? "end" : "middle"))
    }
    let drawn = strips.enumerated().map { place, strip in
      draw(strip, middle: 4 + (Double(place) + 0.5) * Self.step)
    }
    return Drawing.markup(
      title: title, summary: summary, width: Chart.width, height: bottom + 66,
      content: [Drawing.line(lines, width: 0.5, opacity: 0.25), .fragment(labels)] + drawn + [
        Drawing.line("M\(svg(across(0))) 2V\(svg(bottom))", width: 1),
        Drawing.text(
          shortened(label, to: 52), x: Chart.width / 2, y: bottom + 34, anchor: "middle"),
        legend(top: bottom + 46),
      ])
  }

  private func draw(_ strip: Strip, middle: Double) -> Markup {
    let name = Markup.element(
      "text", ["x": "2", "y": svg(middle + 4)], [.text(shortened(strip.name, to: 22))])
    let paths = hasDots ? dots(strip, middle) : columns(strip, middle)
    let shapes = paths.sorted { $0.key < $1.key }.map { shade, path in
      Markup.element(
        "path",
        [
          "d": path, "fill": "none", "stroke": color(of: shade),
          "stroke-width": svg(hasDots ? 3.6 : Self.bin),
          "stroke-linecap": hasDots ? "round" : "butt",
        ])
    }
    return .element("g", [:], [.element("title", [:], [.text(strip.name)]), name] + shapes)
  }

  /// -1 where values have no order.
  private func shade(of value: Double?) -> Int {
    guard let value, value.isFinite else { return -1 }
    return min(Self.shades - 1, max(0, Int((value * Double(Self.shades - 1)).rounded())))
  }

  private func color(of shade: Int) -> String {
    guard shade >= 0 else { return "#808080" }
    return colors.color(at: Double(shade) / Double(Self.shades - 1)).hexadecimal
  }

  /// The rows that lie in each column of the field.
  private func bins(_ strip: Strip, width: Double) -> [[Int]] {
    var bins = [[Int]](repeating: [], count: Int(Self.field / width) + 1)
    for row in strip.places.indices where scale.hasPlace(strip.places[row]) {
      let place = Int((across(strip.places[row]) - Self.left) / width)
      bins[min(max(place, 0), bins.count - 1)].append(row)
    }
    return bins
  }

  /// A dot for each row, moved up and down where others are; by shade, as a path of points.
  private func dots(_ strip: Strip, _ middle: Double) -> [Int: String] {
    var paths: [Int: String] = [:]
    for rows in bins(strip, width: 3.6) {
      let spacing = min(3.6, (Self.height - 4) / Double(max(1, rows.count - 1)))
      for (order, row) in sorted(rows, strip).enumerated() {
        let y = middle + (Double(order) - Double(rows.count - 1) / 2) * spacing
        paths[shade(of: strip.values?[row]), default: ""] +=
          "M\(svg(across(strip.places[row]))) \(svg(y))h0"
      }
    }
    return paths
  }

  /// Columns as high as rows are many, their parts colored by the rows' values.
  private func columns(_ strip: Strip, _ middle: Double) -> [Int: String] {
    let bins = bins(strip, width: Self.bin)
    let most = Double(bins.map(\.count).max() ?? 1)
    var paths: [Int: String] = [:]
    for (place, rows) in bins.enumerated() where !rows.isEmpty {
      let x = Self.left + (Double(place) + 0.5) * Self.bin
      // A column of one row among thousands can still be seen.
      let height = max(1.2, Self.height * Double(rows.count) / most)
      var top = middle - height / 2
      var counts: [Int: Int] = [:]
      for row in rows { counts[shade(of: strip.values?[row]), default: 0] += 1 }
      for (shade, count) in counts.sorted(by: { $0.key < $1.key }) {
        let part = height * Double(count) / Double(rows.count)
        paths[shade, default: ""] += "M\(svg(x)) \(svg(top))v\(svg(part))"
        top += part
      }
    }
    return paths
  }

  private func sorted(_ rows: [Int], _ strip: Strip) -> [Int] {
    guard let values = strip.values else { return rows }
    return rows.sorted { (values[$0], $0) < (values[$1], $1) }
  }

  /// The colors of values, and of what has no order.
  private func legend(top: Double) -> Markup {
    var pieces = [Drawing.text("low", x: 96, y: top + 10, anchor: "end")]
    for shade in 0..<Self.shades {
      pieces.append(
        .element(
          "rect",
          [
            "x": svg(102 + Double(shade) * 12), "y": svg(top), "width": "12", "height": "12",
            "fill": color(of: shade),
          ]))
    }
    pieces.append(Drawing.text("high value", x: 216, y: top + 10))
    if strips.contains(where: { $0.values == nil }) {
      pieces.append(
        .element(
          "rect",
          ["x": "284", "y": svg(top), "width": "12", "height": "12", "fill": color(of: -1)]))
      pieces.append(Drawing.text("category", x: 300, y: top + 10))
    }
    return .element("g", [:], pieces)
  }
}
