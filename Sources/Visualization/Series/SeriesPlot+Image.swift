// SPDX-License-Identifier: Apache-2.0

extension SeriesPlot: Picture {
  /// The plot on white, for screens of double density.
  public var image: Image { image() }

  /// The plot as a picture.
  ///
  /// - Parameters:
  ///   - width: In pixels; of fewer than 320 there is no room.
  ///   - style: Sizes and colors; those of double density unless given.
  public func image(width: Int = 1600, style: Panel.Style = Panel.Style().scaled(by: 2)) -> Image {
    SeriesDrawing(self, width: max(width, 320), style: style).draw()
  }

  public var colorScale: ColorScale? {
    ColorScale(colors: colors, span: scale, isSigned: colors.isDiverging)
  }
}

/// A plot on a canvas.
private struct SeriesDrawing {
  let plot: SeriesPlot
  let width: Int
  let style: Panel.Style
  let fields: [SeriesField]

  init(_ plot: SeriesPlot, width: Int, style: Panel.Style) {
    self.plot = plot
    self.width = width
    self.style = style
    fields = zip(plot.channels, plot.columns).map { SeriesField($0, $1) }
  }

  private var unit: Float { style.capitals / 10 }
  private var small: Float { style.capitals * 0.8 }
  private var left: Int { style.margin + Int(unit * 44) }
  private var right: Int { width - style.margin }
  private var fieldHeight: Int { Int(unit * 94) }
  private var bar: Int { Int(unit * 18) }
  /// Name, field, bars and the room behind.
  private var rowHeight: Int { Int(unit * 24) + fieldHeight + 2 * bar + Int(unit * 22) }

  func draw() -> Image {
    let head = plot.title.isEmpty ? 0 : Int(style.capitals * 2.6)
    let noteLines = plot.note.map { wrapped($0) } ?? []
    let foot = Int(unit * 52) + noteLines.count * Int(unit * 15)
    var canvas = Canvas(
      width: width, height: 2 * style.margin + head + fields.count * rowHeight + foot,
      background: style.background)
    canvas.write(
      plot.title, x: Float(style.margin), y: style.margin, capitals: style.capitals * 1.15,
      weight: 1.5, color: style.ink)
    var y = style.margin + head
    for (channel, field) in zip(plot.channels, fields) {
      draw(channel, field, on: &canvas, top: y)
      y += rowHeight
    }
    drawFoot(on: &canvas, top: y, note: noteLines)
    return canvas.image
  }

  private func draw(
    _ channel: SeriesPlot.Channel, _ field: SeriesField, on canvas: inout Canvas, top: Int
  ) {
    canvas.write(
      channel.name, x: Float(left), y: top, capitals: style.capitals * 0.9, weight: 1.4,
      color: style.ink)
    let upper = top + Int(unit * 24)
    let zero = upper + fieldHeight + bar + Int(unit * 7)
    let bottom = zero + bar
    let span = Float(right - left)
    func point(_ place: SeriesLine.Point) -> Point {
      Point(
        x: Float(left) + Float(place.x / Double(field.columns.count)) * span,
        y: Float(upper) + Float(place.y) * Float(fieldHeight))
    }
    for share in plot.markedShares {
      let (start, end) = (Float(share.lowerBound) * span, Float(share.upperBound) * span)
      canvas.tint(
        style.ink, share: 0.1, x: left + Int(start), y: upper, width: max(1, Int(end - start)),
        height: bottom - upper)
    }
    for (tick, label) in zip(field.scale.ticks, field.scale.labels) {
      let y = upper + Int((1 - field.scale.share(of: tick)) * Double(fieldHeight))
      canvas.fill(style.frame, x: left, y: y, width: right - left, height: 1)
      let textWidth = Typeface.standard.width(of: label, capitals: small)
      canvas.write(
        label, x: Float(left) - 6 * unit - textWidth, y: y - Int(small / 2), capitals: small,
        color: style.quietInk)
    }
    for tick in plot.timeTicks(aim: 8) {
      let x = left + Int(Float(tick.share) * span)
      canvas.fill(style.frame, x: x, y: upper, width: 1, height: bottom - upper)
    }
    canvas.fill(style.frame, x: left, y: zero, width: right - left, height: 1)
    var strokes: [Canvas.Stroke] = []
    for (isFor, strength, own) in field.halo(scale: plot.scale) {
      strokes.append(
        Canvas.Stroke(
          lines: own.map { $0.map(point) }, radius: 4.5 * unit, color: plot.color(isFor: isFor),
          opacity: Float(strength)))
    }
    let line = Canvas.Stroke(
      lines: field.line.runs.map { $0.map(point) }, radius: 0.65 * unit, color: style.ink,
      opacity: plot.isDense ? 0.5 : 1)
    if plot.isDense { canvas.ink([line]) }
    canvas.ink(strokes)
    if let baseline = field.baseline {
      canvas.ink([
        Canvas.Stroke(
          lines: baseline.runs.map { $0.map(point) }, radius: 0.6 * unit, color: style.quietInk,
          opacity: 0.5)
      ])
    }
    if !plot.isDense { canvas.ink([line]) }
    for (index, column) in field.columns.enumerated() {
      let start = left + Int(Float(index) / Float(field.columns.count) * span)
      let end = left + Int(Float(index + 1) / Float(field.columns.count) * span)
      for (value, isFor) in [(column.favor, true), (-column.against, false)] where value > 0 {
        let length = Int((min(value / plot.scale, 1) * Double(bar)).rounded())
        canvas.fill(
          plot.color(isFor: isFor), x: start, y: isFor ? zero - length : zero + 1,
          width: max(1, end - start), height: length)
      }
    }
  }

  private func drawFoot(on canvas: inout Canvas, top: Int, note: [String]) {
    let span = Float(right - left)
    for tick in plot.timeTicks(aim: 8) {
      let textWidth = Typeface.standard.width(of: tick.label, capitals: small)
      canvas.write(
        tick.label, x: Float(left) + Float(tick.share) * span - textWidth / 2,
        y: top - Int(unit * 12), capitals: small, color: style.quietInk)
    }
    let labelWidth = Typeface.standard.width(of: plot.time.label, capitals: small)
    canvas.write(
      plot.time.label, x: Float(left) + (span - labelWidth) / 2, y: top + Int(unit * 5),
      capitals: small, color: style.quietInk)
    drawLegend(on: &canvas, y: top + Int(unit * 28))
    for (index, line) in note.enumerated() {
      canvas.write(
        line, x: Float(left), y: top + Int(unit * 50) + index * Int(unit * 15), capitals: small,
        color: style.quietInk)
    }
  }

  private func drawLegend(on canvas: inout Canvas, y: Int) {
    let words = ["against " + labelText(-plot.scale), labelText(plot.scale) + " for"]
    canvas.write(words[0], x: Float(left), y: y, capitals: small, color: style.quietInk)
    let start = left + Int(Typeface.standard.width(of: words[0], capitals: small) + 8 * unit)
    let length = Int(160 * unit)
    for x in 0..<length {
      let share = 2 * Float(x) / Float(length - 1) - 1
      canvas.tint(
        plot.color(isFor: share > 0), share: abs(share), x: start + x, y: y, width: 1,
        height: Int(small))
    }
    canvas.frame(style.frame, x: start, y: y, width: length, height: Int(small))
    canvas.write(
      words[1], x: Float(start + length) + 8 * unit, y: y, capitals: small, color: style.quietInk)
  }

  /// A text in lines that fit.
  private func wrapped(_ text: String) -> [String] {
    let room = Float(right - left)
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last,
        Typeface.standard.width(of: last + " " + word, capitals: small) <= room
      {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
