// SPDX-License-Identifier: Apache-2.0

extension WaterfallChart {
  /// The drawing, an `svg` element.
  public var markup: Markup {
    var bars: [Markup] = []
    var rows = 0
    var place = start
    var connectors = ""
    func next(_ markup: (Double) -> [Markup]) {
      bars += markup(Self.top + Double(rows) * Self.step)
      rows += 1
    }
    func connect() {
      let (x, y) = (across(place), Self.top + Double(rows) * Self.step)
      connectors += "M\(svg(x)) \(svg(y - Self.step / 2 + 9))V\(svg(y + 6))"
    }
    next { end(startName, start, top: $0) }
    for step in steps + (showsGap ? [Step("gap", detail: "not explained", value: gap)] : []) {
      connect()
      let isGap = step.name == "gap" && rows == steps.count + 1
      next { draw(step, from: place, top: $0, isGap: isGap) }
      place += step.value
    }
    connect()
    next { end(endName, end, top: $0) }
    let bottom = Self.top + Double(rows) * Self.step
    return Drawing.markup(
      title: title, summary: summary, width: Chart.width, height: bottom + 42,
      content: axis(bottom) + [Drawing.line(connectors, width: 1, opacity: 0.45)] + bars)
  }

  private static let top = 4.0

  private func axis(_ bottom: Double) -> [Markup] {
    var lines = ""
    var labels: [Markup] = []
    for (tick, text) in zip(scale.ticks, scale.labels) {
      lines += "M\(svg(across(tick))) 2V\(svg(bottom))"
      labels.append(Drawing.text(text, x: across(tick), y: bottom + 15, anchor: anchor(tick, text)))
    }
    return [
      Drawing.line(lines, width: 0.5, opacity: 0.25), .fragment(labels),
      Drawing.text(
        shortened(label, to: 52), x: Chart.width / 2, y: bottom + 34, anchor: "middle"),
    ]
  }

  /// Labels at the right end stay inside.
  private func anchor(_ tick: Double, _ text: String) -> String {
    across(tick) + Self.width(of: text) / 2 > Chart.width - 2 ? "end" : "middle"
  }

  /// Where a way starts or ends: a mark, and its number.
  private func end(_ name: String, _ number: Double, top: Double) -> [Markup] {
    let (x, middle) = (across(number), top + Self.step / 2)
    let diamond =
      "M\(svg(x)) \(svg(middle - 8))L\(svg(x + 6)) \(svg(middle))L\(svg(x)) \(svg(middle + 8))"
      + "L\(svg(x - 6)) \(svg(middle))Z"
    return [
      named(name, "", top: top, isBold: true),
      .element("path", ["d": diamond, "fill": "currentColor"]),
      value(text(number), from: x - 6, to: x + 6, middle, isBold: true),
    ]
  }

  private func draw(_ step: Step, from place: Double, top: Double, isGap: Bool) -> [Markup] {
    let (start, end) = (across(place), across(place + step.value))
    let (low, high) = (min(start, end), max(start, end))
    let middle = top + Self.step / 2
    let color = isGap ? "none" : color(of: step.value).hexadecimal
    // A point to the side that it leads to, so that colors are not needed.
    let nose = min(6, high - low) * (step.value < 0 ? -1 : 1)
    let (upper, lower) = (svg(middle - 9), svg(middle + 9))
    let path =
      "M\(svg(start)) \(upper)H\(svg(end - nose))L\(svg(end)) \(svg(middle))"
      + "L\(svg(end - nose)) \(lower)H\(svg(start))Z"
    let bar = Markup.element(
      "path",
      [
        "d": path, "fill": color, "stroke": isGap ? "currentColor" : color,
        "stroke-width": "1", "stroke-dasharray": isGap ? "3 2" : "none",
      ])
    let sign = step.value > 0 ? "+" : ""
    let paint = isGap ? nil : self.color(of: step.value)
    return [
      named(step.name, step.detail, top: top), bar,
      value(sign + text(step.value), from: low, to: high, middle, on: paint),
    ]
  }

  /// A name at the left, the whole of it told where it is cut.
  private func named(
    _ name: String, _ detail: String, top: Double, isBold: Bool = false
  ) -> Markup {
    let middle = top + Self.step / 2
    let weight = isBold ? "600" : "400"
    var pieces: [Markup] = [
      .element("title", [:], [.text(detail.isEmpty ? name : "\(name): \(detail)")]),
      .element(
        "text",
        [
          "x": "2", "y": svg(detail.isEmpty ? middle + 4 : middle - 1), "font-weight": weight,
        ], [.text(shortened(name, to: 22))]),
    ]
    if !detail.isEmpty {
      pieces.append(
        .element(
          "text", ["x": "2", "y": svg(middle + 11), "font-size": "10", "opacity": "0.75"],
          [.text(shortened(detail, to: 28))]))
    }
    return .element("g", [:], pieces)
  }

  /// A number beside a bar: at its right, at its left where there is no room, else inside.
  private func value(
    _ text: String, from low: Double, to high: Double, _ middle: Double, on paint: Color? = nil,
    isBold: Bool = false
  ) -> Markup {
    let width = Self.width(of: text) * (isBold ? 1.12 : 1)
    let (x, anchor): (Double, String)
    var fill = "currentColor"
    if high + 4 + width <= Chart.width {
      (x, anchor) = (high + 4, "start")
    } else if low - 4 - width >= Self.left {
      (x, anchor) = (low - 4, "end")
    } else {
      (x, anchor) = ((low + high) / 2, "middle")
      if let paint { fill = paint.ink.hexadecimal }
    }
    return .element(
      "text",
      [
        "x": svg(x), "y": svg(middle + 4), "text-anchor": anchor, "fill": fill,
        "font-weight": isBold ? "600" : "400", "font-size": "11",
      ], [.text(text)])
  }

  private static func width(of text: String) -> Double { Double(text.count) * 6.4 }
}
