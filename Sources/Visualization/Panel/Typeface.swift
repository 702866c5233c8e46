// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A point in the units of ``Glyphs``.
struct Point: Sendable, Equatable {
  var x: Float
  var y: Float
}

/// The letters of ``Glyphs``, ready to be drawn at any size.
struct Typeface: Sendable {
  struct Glyph: Sendable {
    let width: Float
    /// Pen strokes as straight pieces.
    let lines: [[Point]]
  }

  static let standard = Typeface()

  /// The room between two letters, in glyph units.
  static let spacing: Float = 2.5

  private let glyphs: [Character: Glyph]
  private let fallback: Glyph

  private init() {
    glyphs = Glyphs.table.mapValues { Glyph(width: $0.width, lines: Self.lines($0.strokes)) }
    fallback = Glyph(width: Glyphs.fallback.width, lines: Self.lines(Glyphs.fallback.strokes))
  }

  /// A letter, or a box where there is none.
  func glyph(_ character: Character) -> Glyph { glyphs[character] ?? fallback }

  /// The width of a line of text in pixels, at a height of its capitals in pixels.
  func width(of text: String, capitals height: Float) -> Float {
    let ink = text.reduce(0) { $0 + glyph($1).width }
    return (ink + Self.spacing * Float(max(text.count - 1, 0))) * height / 10
  }

  /// Follows the pen; where numbers are missing the stroke ends.
  static func lines(_ strokes: String) -> [[Point]] {
    var lines: [[Point]] = []
    var words = strokes.split(separator: " ").makeIterator()
    func point() -> Point? {
      guard let x = words.next().flatMap({ Float($0) }), let y = words.next().flatMap({ Float($0) })
      else { return nil }
      return Point(x: x, y: y)
    }
    while let command = words.next() {
      switch command {
      case "M":
        guard let start = point() else { return lines }
        lines.append([start])
      case "L":
        guard let end = point(), !lines.isEmpty else { return lines }
        lines[lines.count - 1].append(end)
      case "Q":
        guard let control = point(), let end = point(), let start = lines.last?.last else {
          return lines
        }
        lines[lines.count - 1] += parabola(from: start, control, to: end)
      case "A", "O":
        guard let center = point(), let radii = point() else { return lines }
        if command == "O" {
          lines.append(arc(center, radii, start: 0, sweep: 360))
        } else {
          guard let angles = point() else { return lines }
          if lines.isEmpty { lines.append([]) }
          lines[lines.count - 1] += arc(center, radii, start: angles.x, sweep: angles.y)
        }
      default: return lines
      }
    }
    return lines
  }

  private static func parabola(from start: Point, _ control: Point, to end: Point) -> [Point] {
    (1...8).map { step in
      let t = Float(step) / 8
      let (a, b, c) = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t)
      return Point(
        x: a * start.x + b * control.x + c * end.x, y: a * start.y + b * control.y + c * end.y)
    }
  }

  private static func arc(_ center: Point, _ radii: Point, start: Float, sweep: Float) -> [Point] {
    let pieces = max(4, Int((abs(sweep) / 15).rounded(.up)))
    return (0...pieces).map { step in
      let angle = (start + sweep * Float(step) / Float(pieces)) * .pi / 180
      return Point(x: center.x + radii.x * cos(angle), y: center.y + radii.y * sin(angle))
    }
  }
}
