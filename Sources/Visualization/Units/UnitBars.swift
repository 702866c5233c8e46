// SPDX-License-Identifier: Apache-2.0

import Attribution

/// Units from 0 to what they do, one below the other, with the standard errors, as SVG.
public struct UnitBars: Sendable {
  public let title: String
  public let units: [RankedUnit]
  public let colors: ColorMap
  private let scale: ChartScale

  /// - Parameters:
  ///   - units: In their order.
  ///   - colors: A diverging map: the bars have its ends' colors.
  public init(title: String, _ units: [RankedUnit], colors: ColorMap = .redWhiteBlue) {
    self.title = title
    self.units = units
    self.colors = colors
    let ends = units.flatMap { unit in
      [unit.mean - (unit.standardError ?? 0), unit.mean + (unit.standardError ?? 0)]
    }
    scale = ChartScale(.linear, covering: [0] + ends, ticks: 4)
  }

  /// The drawing, an `svg` element.
  public var markup: Markup {
    let bottom = Double(units.count) * Self.step + 6
    var lines = ""
    var pieces: [Markup] = []
    for (tick, label) in zip(scale.ticks, scale.labels) {
      lines += "M\(svg(across(tick))) 2V\(svg(bottom))"
      pieces.append(Drawing.text(label, x: across(tick), y: bottom + 15, anchor: "middle"))
    }
    pieces.append(Drawing.line(lines, width: 0.5, opacity: 0.3))
    for (place, unit) in units.enumerated() {
      pieces += draw(unit, top: 4 + Double(place) * Self.step)
    }
    pieces.append(Drawing.line("M\(svg(across(0))) 2V\(svg(bottom))", width: 1))
    return Drawing.markup(
      title: title, summary: summary, width: Chart.width, height: bottom + 22, content: pieces)
  }

  /// For those who cannot see it.
  private var summary: String {
    units.map { unit in
      let error = unit.standardError.map { " ± " + labelText($0) } ?? ""
      return "unit \(unit.name): \(labelText(unit.mean))\(error)"
    }.joined(separator: "; ")
  }

  private func across(_ number: Double) -> Double {
    Self.left + scale.share(of: number) * Self.field
  }

  private func draw(_ unit: RankedUnit, top: Double) -> [Markup] {
    let middle = top + Self.step / 2 - 1
    let label = Drawing.text(
      shortened(unit.name, to: 9), x: Self.left - 6, y: middle + 4, anchor: "end")
    guard unit.mean.isFinite else { return [label] }
    let (start, end) = (across(0), across(unit.mean))
    // An arm's color at three quarters, which can be told from light and dark paper.
    let color = colors.color(at: unit.mean < 0 ? 0.12 : 0.88)
    let bar = Markup.element(
      "rect",
      [
        "x": svg(min(start, end)), "y": svg(top), "width": svg(abs(end - start)),
        "height": svg(Self.step - 4), "fill": color.hexadecimal,
      ])
    guard let error = unit.standardError, error > 0 else { return [label, bar] }
    let (low, high) = (svg(across(unit.mean - error)), svg(across(unit.mean + error)))
    let (upper, lower) = (svg(middle - 3), svg(middle + 3))
    return [
      label, bar,
      Drawing.line(
        "M\(low) \(svg(middle))H\(high)M\(low) \(upper)V\(lower)M\(high) \(upper)V\(lower)",
        width: 1.5),
    ]
  }

  private static let left = 60.0
  private static let field = 286.0
  private static let step = 18.0
}
