// SPDX-License-Identifier: Apache-2.0

/// How attributions of features are spread over many rows, as SVG: a strip for each feature, rows side
/// by side where they are equal, colored by what the feature was.
///
/// Few rows are dots. Of many, as dots would hide each other, the strip's height tells how many there
/// are, and its colors which values they had.
public struct SwarmChart: Sendable {
  /// A feature.
  public struct Strip: Sendable, Equatable {
    public let name: String
    /// Of each row where it lies.
    public let places: [Double]
    /// Of each row 0…1 from the lowest to the highest of the feature's values; `nil` where values have
    /// no order, as categories.
    public let values: [Double]?

    public init(_ name: String, places: [Double], values: [Double]?) {
      if let values {
        precondition(
          values.count == places.count, "\(values.count) values for \(places.count) rows")
      }
      self.name = name
      self.places = places
      self.values = values
    }
  }

  public let title: String
  /// What is to be seen, for those who cannot.
  public let summary: String
  /// What is counted, with the unit.
  public let label: String
  public let strips: [Strip]
  /// Of the values, from low to high.
  public let colors: ColorMap
  /// Holds 0 and all places.
  public let scale: ChartScale

  public init(
    title: String, summary: String, label: String, strips: [Strip],
    colors: ColorMap = SwarmChart.lowToHigh
  ) {
    self.title = title
    self.summary = summary
    self.label = label
    self.strips = strips
    self.colors = colors
    scale = ChartScale(.linear, covering: [0] + strips.flatMap(\.places), ticks: 4)
  }

  /// Rows up to which each has a dot.
  public static let mostDots = 300

  /// Whether each row has a dot.
  public var hasDots: Bool { strips.allSatisfy { $0.places.count <= Self.mostDots } }

  /// Blue, gray, orange: each stands out from light and from dark paper.
  public static let lowToHigh = ColorMap(
    name: "blue-gray-orange",
    stops: [0x0072B2, 0x5B7FA0, 0x85837F, 0xA97B4B, 0xC96A00].map { Color($0) },
    isDiverging: false)

  /// From the left, of a number.
  public func across(_ number: Double) -> Double {
    Self.left + scale.share(of: number) * Self.field
  }

  static let left = 152.0
  static let field = 200.0
  static let step = 30.0
  /// Of a strip, the space between strips aside.
  static let height = 26.0
  /// Colors that are told apart.
  static let shades = 9
  /// Of a place's column, where rows are counted.
  static let bin = 2.0
}
