// SPDX-License-Identifier: Apache-2.0

/// Series of points over two axes: lines, marks, bands and whiskers, as SVG.
///
/// A drawing is 360 units wide, so that its letters can still be read where a phone shows it whole.
/// Lines and letters have the color of the text around them, on light and dark paper alike.
public struct Chart: Sendable {
  /// What an axis counts, and how.
  public struct Axis: Sendable, Equatable {
    public let label: String
    public let spacing: ChartSpacing

    public init(_ label: String, _ spacing: ChartSpacing = .linear) {
      self.label = label
      self.spacing = spacing
    }
  }

  /// A place, and how sure its height is.
  public struct Point: Sendable, Equatable {
    public let x: Double
    public let y: Double
    public let interval: ClosedRange<Double>?

    public init(x: Double, y: Double, interval: ClosedRange<Double>? = nil) {
      self.x = x
      self.y = y
      self.interval = interval
    }
  }

  /// Points that belong together.
  public struct Series: Sendable, Equatable {
    public let name: String
    public let points: [Point]
    public let form: Form

    /// How points are drawn.
    public enum Form: Sendable {
      /// A line through them; their intervals as a band.
      case line
      /// A mark each; their intervals as whiskers.
      case marks
      /// Both, with whiskers.
      case markedLine
    }

    public init(_ name: String, _ points: [Point], form: Form = .line) {
      self.name = name
      self.points = points
      self.form = form
    }
  }

  public let title: String
  /// What is to be seen, for those who cannot.
  public let summary: String
  public let xAxis: Axis
  public let yAxis: Axis
  public let series: [Series]

  public init(title: String, summary: String, x: Axis, y: Axis, series: [Series]) {
    self.title = title
    self.summary = summary
    xAxis = x
    yAxis = y
    self.series = series
  }

  /// Points that have no place: not finite, or not above 0 on a logarithmic axis.
  ///
  /// Lines break there.
  public var leftOut: Int {
    let scales = scales
    return series.flatMap(\.points).count { !scales.x.hasPlace($0.x) || !scales.y.hasPlace($0.y) }
  }

  /// The axes' scales, which hold all points and intervals.
  public var scales: (x: ChartScale, y: ChartScale) {
    let points = series.flatMap(\.points)
    let heights = points.flatMap { point in
      [point.y] + (point.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
    }
    return (
      ChartScale(xAxis.spacing, covering: points.map(\.x)),
      ChartScale(yAxis.spacing, covering: heights)
    )
  }
}

/// Where the field of a chart lies in its drawing.
public struct ChartField: Sendable, Equatable {
  public let x: ChartScale
  public let y: ChartScale
  public let left: Double
  public let top: Double
  public let width: Double
  public let height: Double

  /// From the left, of a number of the horizontal axis.
  public func across(_ number: Double) -> Double { left + x.share(of: number) * width }

  /// From the top, of a number of the vertical axis.
  public func down(_ number: Double) -> Double { top + (1 - y.share(of: number)) * height }

  /// The same, within the field: of an interval that reaches below a logarithmic axis.
  func clampedDown(_ number: Double) -> Double {
    let place = y.hasPlace(number) ? down(number) : number < y.low ? top + height : top
    return min(max(place, top), top + height)
  }
}

extension Chart {
  /// Where points lie.
  public var field: ChartField {
    let scales = scales
    return ChartField(
      x: scales.x, y: scales.y, left: 56, top: 8, width: Self.width - 56 - 14, height: 190)
  }

  static let width = 360.0
}
