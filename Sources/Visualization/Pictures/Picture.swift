// SPDX-License-Identifier: Apache-2.0

/// Something that can be looked at: an image, and the scale of its colors where it has one.
public protocol Picture: Sendable {
  /// What it looks like, pixel for pixel of what it shows.
  var image: Image { get }
  /// Which values its colors stand for; `nil` where they stand for none.
  var colorScale: ColorScale? { get }
}

extension Picture {
  public var colorScale: ColorScale? { nil }
}

extension Image: Picture {
  public var image: Image { self }
}

/// Which values the colors of a picture stand for, in the map's units.
public struct ColorScale: Sendable, Equatable {
  public let colors: ColorMap
  /// The value of the first color shown; what lies below has its color too.
  public let low: Double
  /// The value of the last color; what lies above has its color too.
  public let high: Double
  /// Where in `colors`, from 0 to 1, `low` lies; `high` lies at 1.
  let start: Double

  /// The color scale of a map normalized to -1...1 or 0...1 with a span.
  ///
  /// Signed values and diverging maps go together: the middle is 0. An unsigned map in diverging
  /// colors uses their upper half, so that 0 keeps the neutral color.
  public init(colors: ColorMap, span: Double, isSigned: Bool) {
    self.colors = colors
    low = isSigned ? -span : 0
    high = span
    start = colors.isDiverging && !isSigned ? 0.5 : 0
    self.isSigned = isSigned
  }

  let isSigned: Bool

  /// The color of a normalized value: -1...1 where signed, else 0...1.
  public func color(of normalized: Double) -> Color {
    let share = isSigned ? (normalized + 1) / 2 : normalized
    return colors.color(at: start + (1 - start) * share)
  }
}
