// SPDX-License-Identifier: Apache-2.0

/// Colors for normalized values: evenly spaced stops, straight lines of sRGB components between.
///
/// A diverging map has a neutral color in its middle, for 0, and takes -1...1. A sequential map has
/// its neutral color at the start and takes 0...1. The ramps here were laid out in the OKLCH color
/// space (Ottosson 2020): lightness falls or rises in even steps, so that they keep their order
/// printed in gray, and both arms of a diverging map have the same lightness at the same distance
/// from 0, so that neither sign looks stronger.
public struct ColorMap: Sendable, Equatable {
  public let name: String
  public let stops: [Color]
  /// Whether 0 lies in the middle.
  public let isDiverging: Bool

  /// - Precondition: There are two stops or more; of a diverging map an odd number.
  public init(name: String, stops: [Color], isDiverging: Bool) {
    precondition(stops.count >= 2, "colors between \(stops.count) stops")
    precondition(
      !isDiverging || !stops.count.isMultiple(of: 2),
      "a diverging map has a middle, so an odd number of stops, not \(stops.count)")
    self.name = name
    self.stops = stops
    self.isDiverging = isDiverging
  }

  /// The color at a position from 0 (first stop) to 1 (last); beyond them the ends' colors.
  public func color(at position: Double) -> Color {
    let place = min(max(position, 0), 1) * Double(stops.count - 1)
    let low = min(Int(place), stops.count - 2)
    return stops[low].mixed(with: stops[low + 1], share: Float(place - Double(low)))
  }

  /// The color of 0.
  public var neutral: Color { color(at: isDiverging ? 0.5 : 0) }

  /// The color of a bar for or against, not quite the end's, which is too dark to be told from dark
  /// paper; without a sign the middle's.
  func arm(isFor: Bool) -> Color { color(at: isDiverging ? (isFor ? 0.92 : 0.08) : 0.5) }
}

extension ColorMap {
  /// Blue for negative, white for 0, orange for positive.
  ///
  /// Told apart with every common form of color blindness. The default for signed maps.
  public static let orangeWhiteBlue = ColorMap(
    name: "orange-white-blue",
    stops: [
      0x0078C7, 0x028FEB, 0x3CA6FF, 0x78BEFF, 0xA8D4FF, 0xD4EAFF, 0xFFFFFF,
      0xFFDFCF, 0xFFBE9B, 0xFF9A5F, 0xF07C2D, 0xD76400, 0xB65400,
    ].map { Color($0) }, isDiverging: true)

  /// Blue for negative, white for 0, red for positive.
  public static let redWhiteBlue = ColorMap(
    name: "red-white-blue",
    stops: [
      0x1256D8, 0x2E71F5, 0x558FFF, 0x81ADFF, 0xABC9FF, 0xD5E4FF, 0xFFFFFF,
      0xFFD9D5, 0xFFB1AA, 0xFF847D, 0xFA4F4E, 0xDC2D34, 0xBC001D,
    ].map { Color($0) }, isDiverging: true)

  /// Black, red, orange, pale yellow, like iron that heats up.
  ///
  /// The default for unsigned maps.
  public static let ember = ColorMap(
    name: "ember",
    stops: [
      0x000000, 0x07000F, 0x280028, 0x520036, 0x810037, 0xB4001F, 0xCC4B00, 0xDE7B00, 0xECA72D,
      0xECD485, 0xF6F7E0,
    ].map { Color($0) }, isDiverging: false)

  /// Black to white.
  public static let gray = ColorMap(
    name: "gray", stops: [.black, .white], isDiverging: false)

  /// White to black, for paper.
  public static let paper = ColorMap(
    name: "paper", stops: [.white, .black], isDiverging: false)

  /// Every map that comes with this library, for choosing by name.
  public static let all = [orangeWhiteBlue, redWhiteBlue, ember, gray, paper]

  /// The map of a name that comes with this library.
  public static func named(_ name: String) -> ColorMap? { all.first { $0.name == name } }
}
