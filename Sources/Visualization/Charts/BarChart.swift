// SPDX-License-Identifier: Apache-2.0

/// Bars from 0, one below the other, as SVG: of a vector's elements, or of means with their
/// intervals.
public struct BarChart: Sendable {
  /// One length.
  public struct Bar: Sendable, Equatable {
    public let name: String
    /// No bar is drawn where it is not finite.
    public let value: Double
    public let interval: ClosedRange<Double>?

    public init(_ name: String, _ value: Double, interval: ClosedRange<Double>? = nil) {
      self.name = name
      self.value = value
      self.interval = interval
    }
  }

  public let title: String
  /// What is to be seen, for those who cannot.
  public let summary: String
  public let label: String
  public let bars: [Bar]
  /// Holds 0 and what is drawn.
  public let scale: ChartScale
  /// Letters of the bars' names that are shown; the field is narrower where names are longer.
  public let nameLength: Int
  /// Whose arms the bars have; `nil` for orange and blue that stand out from every paper.
  public let colors: ColorMap?

  /// - Parameters:
  ///   - label: What the bars count, with the unit.
  ///   - numbers: What the scale is to hold besides, so that several charts have the same.
  ///   - nameLength: From 1 to 26.
  public init(
    title: String, summary: String, label: String, bars: [Bar], covering numbers: [Double] = [],
    nameLength: Int = 13, colors: ColorMap? = nil
  ) {
    precondition(1...26 ~= nameLength, "names of \(nameLength) letters leave no room for bars")
    self.nameLength = nameLength
    self.colors = colors
    self.title = title
    self.summary = summary
    self.label = label
    self.bars = bars
    let ends = bars.flatMap { bar in
      [bar.value] + (bar.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
    }
    scale = ChartScale(.linear, covering: [0] + ends + numbers, ticks: 4)
  }

  /// From the left, of a number.
  public func across(_ number: Double) -> Double {
    left + scale.share(of: number) * field
  }

  /// The drawing, an `svg` element.
  public var markup: Markup {
    let bottom = Double(bars.count) * Self.step + 6
    var lines = ""
    var pieces: [Markup] = []
    for (tick, label) in zip(scale.ticks, scale.labels) {
      lines += "M\(svg(across(tick))) 2V\(svg(bottom))"
      pieces.append(Drawing.text(label, x: across(tick), y: bottom + 15, anchor: "middle"))
    }
    pieces.append(Drawing.line(lines, width: 0.5, opacity: 0.3))
    for (place, bar) in bars.enumerated() {
      pieces += draw(bar, top: 4 + Double(place) * Self.step)
    }
    pieces.append(Drawing.line("M\(svg(across(0))) 2V\(svg(bottom))", width: 1))
    pieces.append(
      Drawing.text(
        shortened(label, to: 46), x: left + field / 2, y: bottom + 33, anchor: "middle"))
    return Drawing.markup(
      title: title, summary: summary, width: Chart.width, height: bottom + 40, content: pieces)
  }

  private func draw(_ bar: Bar, top: Double) -> [Markup] {
    let middle = top + Self.step / 2 - 1
    let name = Markup.element(
      "text", ["x": svg(left - 6), "y": svg(middle + 4), "text-anchor": "end"],
      [.text(shortened(bar.name, to: nameLength)), .element("title", [:], [.text(bar.name)])])
    guard bar.value.isFinite else { return [name] }
    let (start, end) = (across(0), across(bar.value))
    let rectangle = Markup.element(
      "rect",
      [
        "x": svg(min(start, end)), "y": svg(top), "width": svg(abs(end - start)),
        "height": svg(Self.step - 4), "fill": color(of: bar.value).hexadecimal,
      ])
    guard let interval = bar.interval else { return [name, rectangle] }
    let (low, high) = (svg(across(interval.lowerBound)), svg(across(interval.upperBound)))
    let (upper, lower) = (svg(middle - 3), svg(middle + 3))
    return [
      name, rectangle,
      Drawing.line(
        "M\(low) \(svg(middle))H\(high)M\(low) \(upper)V\(lower)M\(high) \(upper)V\(lower)",
        width: 1.5),
    ]
  }

  /// Against is told by the side as well as by the color.
  private func color(of value: Double) -> Color {
    colors?.arm(isFor: value >= 0) ?? (value < 0 ? Color(0x0072B2) : Color(0xD55E00))
  }

  private var left: Double { 96 + Double(nameLength - 13) * 6.2 }
  private var field: Double { 342 - left }
  private static let step = 18.0
}
