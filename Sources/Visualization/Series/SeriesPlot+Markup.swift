// SPDX-License-Identifier: Apache-2.0

extension SeriesPlot {
  /// The plot as part of a page, as wide as the page: only lines are stretched, letters are not.
  ///
  /// Values are told on hover. A page needs ``style`` for it.
  public func markup() -> Markup {
    let fields = zip(channels, columns).map { SeriesField($0, $1) }
    var content: [Markup] = title.isEmpty ? [] : [.element("h3", [:], [.text(title)])]
    content += zip(channels, fields).map { row($0, $1) }
    content.append(axis)
    if let note { content.append(.element("p", ["class": "series-note"], [.text(note)])) }
    return .element("figure", ["class": "series"], content)
  }

  /// The colors and what they stand for, once for plots of one scale.
  public var legend: Markup {
    let middle = "transparent"
    let ramp =
      "background:linear-gradient(to right,\(color(isFor: false).hexadecimal),\(middle),"
      + "\(color(isFor: true).hexadecimal))"
    return .element(
      "p", ["class": "series-legend"],
      [
        .text("against \(labelText(-scale)) "),
        .element("span", ["class": "series-ramp", "style": ramp], []),
        .text(" \(labelText(scale)) for"),
      ])
  }

  private func row(_ channel: Channel, _ field: SeriesField) -> Markup {
    let name = Markup.element("div", ["class": "series-name"], [.text(channel.name)])
    let ticks = zip(field.scale.ticks, field.scale.labels).map { tick, label -> Markup in
      let top = Self.top + (1 - field.scale.share(of: tick)) * Self.height
      return .element("span", ["style": "top:\(svg(top))px"], [.text(label)])
    }
    return .element(
      "div", ["class": "series-row"],
      [name, .element("div", ["class": "series-ticks"], ticks), drawing(channel, field)])
  }

  private var axis: Markup {
    let ticks = timeTicks(aim: 5).map { tick -> Markup in
      .element("span", ["style": "left:\(svg(tick.share * 100))%"], [.text(tick.label)])
    }
    return .fragment([
      .element("div", ["class": "series-time"], ticks),
      .element("div", ["class": "series-unit"], [.text(time.label)]),
    ])
  }

  // MARK: - Drawing

  private static let top = 5.0
  private static let height = 94.0
  /// Where the bars start, and how long the longest is.
  private static let zero = 124.0
  private static let bar = 18.0
  private static let whole = 146.0

  private func drawing(_ channel: Channel, _ field: SeriesField) -> Markup {
    let width = Double(field.columns.count)
    var pieces = [frame(field, width: width)]
    if let baseline = field.baseline {
      pieces.append(
        Self.stroke(baseline.runs, color: "currentColor", width: 1, opacity: 0.45, dashes: "3 3"))
    }
    let halo = field.halo(scale: scale).map { isFor, strength, own in
      Self.stroke(
        own, color: color(isFor: isFor).hexadecimal, width: 9, opacity: strength,
        isRound: count == 1)
    }
    let line = Self.stroke(
      field.line.runs, color: "currentColor", width: 1.2, opacity: isDense ? 0.5 : 1)
    pieces += isDense ? [line] + halo : halo + [line]
    pieces += [true, false].map { bars(field, isFor: $0) }
    pieces += hovers(channel, width: width)
    let label =
      "\(channel.name): \(count) steps, attributions sum to \(labelText(sum(of: channel)))"
    return .element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(svg(width)) \(svg(Self.whole))",
        "preserveAspectRatio": "none", "role": "img", "aria-label": label,
        "class": "series-drawing",
      ], pieces)
  }

  private func sum(of channel: Channel) -> Double {
    channel.attributions.lazy.filter(\.isFinite).reduce(0, +)
  }

  private func frame(_ field: SeriesField, width: Double) -> Markup {
    var lines = "M0 \(svg(Self.zero))H\(svg(width))"
    for tick in field.scale.ticks {
      lines += "M0 \(svg(Self.top + (1 - field.scale.share(of: tick)) * Self.height))H\(svg(width))"
    }
    for tick in timeTicks(aim: 5) { lines += "M\(svg(tick.share * width)) 0V\(svg(Self.whole))" }
    let marks = markedShares.map { share -> Markup in
      .element(
        "rect",
        [
          "x": svg(share.lowerBound * width), "y": "0", "height": svg(Self.whole),
          "width": svg((share.upperBound - share.lowerBound) * width), "fill": "currentColor",
          "fill-opacity": "0.12",
        ], [.element("title", [:], ["what the quantity reads"])])
    }
    let grid = Markup.element(
      "path",
      [
        "d": lines, "stroke": "currentColor", "stroke-opacity": "0.22", "stroke-width": "0.7",
        "vector-effect": "non-scaling-stroke",
      ])
    return .fragment(marks + [grid])
  }

  /// Lines through points; a point by itself is a dot.
  private static func stroke(
    _ runs: [[SeriesLine.Point]], color: String, width: Double, opacity: Double,
    dashes: String = "none", isRound: Bool = true
  ) -> Markup {
    let path = runs.map { run in
      let places = run.map { "\(svg($0.x)) \(svg(top + $0.y * height))" }
      return "M" + (places.count == 1 ? places[0] + "h0" : places.joined(separator: "L"))
    }.joined()
    return .element(
      "path",
      [
        "d": path, "fill": "none", "stroke": color, "stroke-width": svg(width),
        "stroke-opacity": svg(opacity), "stroke-dasharray": dashes,
        "stroke-linecap": isRound ? "round" : "butt", "stroke-linejoin": "round",
        "vector-effect": "non-scaling-stroke",
      ])
  }

  private func bars(_ field: SeriesField, isFor: Bool) -> Markup {
    var path = ""
    for (index, column) in field.columns.enumerated() {
      let share = min(max((isFor ? column.favor : column.against) / scale, -1), 1)
      guard abs(share) * Self.bar >= 0.2 else { continue }
      path += "M\(index) \(svg(Self.zero))v\(svg(-share * Self.bar))h1V\(svg(Self.zero))z"
    }
    return .element("path", ["d": path, "fill": color(isFor: isFor).hexadecimal])
  }

  /// Invisible fields that tell what lies under them.
  private func hovers(_ channel: Channel, width: Double) -> [Markup] {
    let fields = min(count, 60)
    return (0..<fields).map { index in
      let range = index * count / fields..<(index + 1) * count / fields
      let sum = channel.attributions[range].filter(\.isFinite).reduce(0, +)
      let values = channel.values[range].filter(\.isFinite)
      var text = labelText(Double(range.lowerBound) * time.step)
      if range.count > 1 {
        text += "\u{2013}" + labelText(Double(range.upperBound - 1) * time.step)
      }
      text += " \(time.label): "
      if let least = values.min(), let greatest = values.max() {
        text +=
          "value \(labelText(least))"
          + (least == greatest ? "" : " to \(labelText(greatest))") + ", "
      }
      let (left, right) = (
        Double(range.lowerBound) / Double(count), Double(range.upperBound) / Double(count)
      )
      return .element(
        "rect",
        [
          "x": svg(left * width), "y": "0", "width": svg((right - left) * width),
          "height": svg(Self.whole), "fill-opacity": "0",
        ], [.element("title", [:], [.text(text + "attribution \(labelText(sum))")])])
    }
  }

  /// What a page's style needs for plots.
  public static let style = Markup.Code(
    """
    .series{margin:1rem 0}
    .series h3{font-size:1rem;margin:.5rem 0}
    .series-row{position:relative;margin:0 .5rem .25rem 3.25rem}
    .series-name{font-size:.88em;font-weight:600;padding:.2rem 0}
    .series-ticks{position:relative}
    .series-ticks span{position:absolute;right:calc(100% + .4rem);transform:translateY(-50%);
      font-size:.75em;line-height:1;white-space:nowrap;font-variant-numeric:tabular-nums}
    .series-drawing{display:block;width:100%;height:146px;overflow:visible}
    .series-time{position:relative;height:1.1rem;margin:0 .5rem 0 3.25rem}
    .series-time span{position:absolute;transform:translateX(-50%);font-size:.75em;
      font-variant-numeric:tabular-nums}
    .series-unit{text-align:center;font-size:.8em;margin-left:3.25rem}
    .series-note{font-size:.82em;opacity:.8;margin:.25rem 0 0 3.25rem}
    .series-legend{font-size:.88em;font-variant-numeric:tabular-nums}
    .series-ramp{display:inline-block;width:min(12rem,30vw);height:.8em;vertical-align:-.05em;
      border:1px solid}
    @media print{.series-ramp{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
    """)
}
