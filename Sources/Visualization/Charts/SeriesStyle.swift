// SPDX-License-Identifier: Apache-2.0

/// How one series of a chart is told from the others: by color, by dashes and by the marks' shape,
/// so that no one of them is needed.
public struct SeriesStyle: Sendable, Equatable {
  public let color: Color
  /// Lengths of dashes and gaps; none for a whole line.
  public let dashes: [Int]
  public let mark: Mark

  /// The shape at a point.
  public enum Mark: Int, Sendable, CaseIterable {
    case circle
    case square
    case triangle
    case diamond
    case cross
    case plus
    case wedge
    case ring
  }

  /// The style of a series by its place; sixty-four differ.
  public init(_ place: Int) {
    precondition(place >= 0, "series are counted from 0, not \(place)")
    let (turn, index) = (place / Self.colors.count, place % Self.colors.count)
    color = Self.colors[index]
    dashes = Self.dashes[(index + turn) % Self.dashes.count]
    let marks = Mark.allCases
    mark = marks[(index + turn) % marks.count]
  }

  /// After the colors of Okabe and Ito (2008), which every common form of color blindness tells apart;
  /// the light ones are darkened until all stand out from white and from black paper, 3 : 1 or more.
  public static let colors: [Color] = [
    0x0072B2, 0xD55E00, 0x009E73, 0xC46A9B, 0x3594CC, 0xAD7F00, 0x767676, 0x9463C6,
  ].map { Color($0) }

  private static let dashes: [[Int]] = [
    [], [6, 3], [2, 2], [9, 3, 2, 3], [12, 3], [4, 2, 1, 2], [1, 3], [8, 2, 2, 2, 2, 2],
  ]
}

extension SeriesStyle {
  var stroke: String { dashes.isEmpty ? "none" : dashes.map(String.init).joined(separator: " ") }

  /// The shape around a place, `size` across.
  func markup(x: Double, y: Double, size: Double = 7) -> Markup {
    let r = size / 2
    let (left, right, top, bottom) = (svg(x - r), svg(x + r), svg(y - r), svg(y + r))
    let color = color.hexadecimal
    let path: String
    switch mark {
    case .circle, .ring:
      let isRing = mark == .ring
      return .element(
        "circle",
        [
          "cx": svg(x), "cy": svg(y), "r": svg(isRing ? r - 0.5 : r),
          "fill": isRing ? "none" : color, "stroke": color, "stroke-width": isRing ? "2" : "0",
        ])
    case .square: path = "M\(left) \(top)H\(right)V\(bottom)H\(left)Z"
    case .triangle: path = "M\(svg(x)) \(top)L\(right) \(bottom)H\(left)Z"
    case .wedge: path = "M\(svg(x)) \(bottom)L\(right) \(top)H\(left)Z"
    case .diamond:
      path = "M\(svg(x)) \(top)L\(right) \(svg(y))L\(svg(x)) \(bottom)L\(left) \(svg(y))Z"
    case .cross: path = "M\(left) \(top)L\(right) \(bottom)M\(right) \(top)L\(left) \(bottom)"
    case .plus: path = "M\(svg(x)) \(top)V\(bottom)M\(left) \(svg(y))H\(right)"
    }
    let isOpen = mark == .cross || mark == .plus
    return .element(
      "path",
      [
        "d": path, "fill": isOpen ? "none" : color, "stroke": color,
        "stroke-width": isOpen ? "2" : "0",
      ])
  }
}
