// SPDX-License-Identifier: Apache-2.0

extension Canvas {
  /// Lines of one width and color.
  struct Stroke {
    let lines: [[Point]]
    let radius: Float
    let color: Color
    let opacity: Float
  }

  /// Draws lines with round ends and corners; a line of one point is a dot.
  ///
  /// A pixel takes the ink that is strongest there, so that lines that meet are not darker where they
  /// do.
  mutating func ink(_ strokes: [Stroke]) {
    var inks: [Int: (share: Float, color: Color)] = [:]
    for stroke in strokes {
      for line in stroke.lines {
        guard let first = line.first else { continue }
        let pieces = line.count == 1 ? [(first, first)] : Array(zip(line, line.dropFirst()))
        for (start, end) in pieces {
          let reach = stroke.radius + 1
          let rows = Self.pixels(from: start.y, to: end.y, reach: reach).clamped(to: 0..<height)
          let columns = Self.pixels(from: start.x, to: end.x, reach: reach).clamped(to: 0..<width)
          for row in rows {
            for column in columns {
              let center = Point(x: Float(column) + 0.5, y: Float(row) + 0.5)
              let distance = Self.distance(center, start, end)
              let share = min(stroke.radius + 0.5 - distance, 1) * stroke.opacity
              let place = row * width + column
              if share > inks[place]?.share ?? 0 { inks[place] = (share, stroke.color) }
            }
          }
        }
      }
    }
    for (place, ink) in inks {
      blend(ink.color, x: place % width, y: place / width, share: ink.share)
    }
  }

  /// Mixes a color into a rectangle.
  mutating func tint(_ color: Color, share: Float, x: Int, y: Int, width: Int, height: Int) {
    for row in y..<y + height {
      for column in x..<x + width { blend(color, x: column, y: row, share: share) }
    }
  }
}
