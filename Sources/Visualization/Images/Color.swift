// SPDX-License-Identifier: Apache-2.0

/// A color: sRGB components from 0 to 1.
public struct Color: Sendable, Equatable {
  public var red: Float
  public var green: Float
  public var blue: Float

  public init(red: Float, green: Float, blue: Float) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A color written as in HTML: `0xRRGGBB`.
  public init(_ hexadecimal: UInt32) {
    red = Float(hexadecimal >> 16 & 0xFF) / 255
    green = Float(hexadecimal >> 8 & 0xFF) / 255
    blue = Float(hexadecimal & 0xFF) / 255
  }

  public static let black = Color(0x000000)
  public static let white = Color(0xFFFFFF)

  /// The luma of ITU-R BT.601: 0.299 red + 0.587 green + 0.114 blue.
  public var luma: Float { 0.299 * red + 0.587 * green + 0.114 * blue }

  /// The straight mixture `(1 - share) * self + share * other` of the sRGB components.
  public func mixed(with other: Color, share: Float) -> Color {
    Color(
      red: (1 - share) * red + share * other.red,
      green: (1 - share) * green + share * other.green,
      blue: (1 - share) * blue + share * other.blue)
  }
}
