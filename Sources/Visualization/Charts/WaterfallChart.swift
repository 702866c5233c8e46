// SPDX-License-Identifier: Apache-2.0

/// Steps from one number to another, one below the other, as SVG: how the attributions of features
/// lead from the prediction at a baseline to that of an instance.
public struct WaterfallChart: Sendable {
  /// A part of the way.
  public struct Step: Sendable, Equatable {
    public let name: String
    /// A line below the name, as the feature's value with its unit; may be empty.
    public let detail: String
    public let value: Double

    public init(_ name: String, detail: String = "", value: Double) {
      self.name = name
      self.detail = detail
      self.value = value
    }
  }

  public let title: String
  /// What is to be seen, for those who cannot.
  public let summary: String
  /// What is counted, with the unit.
  public let label: String
  public let start: Double
  public let end: Double
  public let startName: String
  public let endName: String
  /// Largest first; behind them what was merged.
  public let steps: [Step]
  /// What the steps do not explain: `end` − `start` − Σ steps.
  public let gap: Double
  /// Of steps up its positive end, of steps down its negative one.
  public let colors: ColorMap
  /// Holds all that is drawn.
  public let scale: ChartScale

  /// - Parameters:
  ///   - steps: In any order; those that are not finite are passed over.
  ///   - limit: Steps that have a bar of their own; the smaller ones are merged into one.
  public init(
    title: String, summary: String, label: String, start: Double, startName: String = "baseline",
    end: Double, endName: String = "prediction", steps: [Step], limit: Int = 12,
    colors: ColorMap = .redWhiteBlue
  ) {
    self.title = title
    self.summary = summary
    self.label = label
    self.start = start
    self.end = end
    self.startName = startName
    self.endName = endName
    self.colors = colors
    let finite = steps.filter(\.value.isFinite)
    let order = finite.indices.sorted {
      (-abs(finite[$0].value), $0) < (-abs(finite[$1].value), $1)
    }
    // A single step needs no more room than "1 more".
    let shown = finite.count <= limit + 1 ? finite.count : max(0, limit)
    var chosen = order.prefix(shown).map { finite[$0] }
    let rest = order.dropFirst(shown)
    if !rest.isEmpty {
      let sum = rest.reduce(0) { $0 + finite[$1].value }
      chosen.append(Step("\(rest.count) more features", value: sum))
    }
    self.steps = chosen
    gap = end - start - finite.reduce(0) { $0 + $1.value }
    let places = chosen.reduce(into: [start]) { $0.append($0[$0.count - 1] + $1.value) }
    scale = ChartScale(.linear, covering: places + [end], ticks: 4)
  }

  /// Whether the gap has a bar: it would be half a unit of the drawing long.
  public var showsGap: Bool {
    abs(across(start) - across(start + gap)) >= 0.5
  }

  /// From the left, of a number.
  public func across(_ number: Double) -> Double {
    Self.left + min(max(scale.share(of: number), 0), 1) * Self.field
  }

  /// The color of a step.
  public func color(of value: Double) -> Color { colors.arm(isFor: value >= 0) }

  /// A number with as many decimals as all others here, so that they can be added up: a thousandth of
  /// the axis is told.
  func text(_ number: Double) -> String {
    let span = scale.high - scale.low
    var (decimals, step) = (0, span / 1000)
    while step < 0.5, decimals < 7 { (decimals, step) = (decimals + 1, step * 10) }
    guard decimals < 7, abs(number) < 1e6, number == 0 || abs(number) >= span / 1000 else {
      return labelText(number)
    }
    return fixedText(number, decimals: decimals)
  }

  static let left = 150.0
  static let field = 190.0
  static let step = 30.0
}
