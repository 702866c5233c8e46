// SPDX-License-Identifier: Apache-2.0

/// A color image that is drawn on; what lies outside of it is not drawn.
struct Canvas {
  let width: Int
  let height: Int
  private var samples: [Float]

  init(width: Int, height: Int, background: Color) {
    let blank = Image(filledWith: background, width: width, height: height)
    self.width = width
    self.height = height
    samples = blank.samples
  }

  var image: Image {
    Image(checkedWidth: width, height: height, format: .rgb, samples: samples)
  }

  /// Mixes a color into one pixel.
  mutating func blend(_ color: Color, x: Int, y: Int, share: Float) {
    guard 0..<width ~= x, 0..<height ~= y, share > 0 else { return }
    let place = 3 * (y * width + x)
    let below = Color(
      red: samples[place], green: samples[place + 1], blue: samples[place + 2])
    let mixed = share < 1 ? below.mixed(with: color, share: share) : color
    samples[place] = min(max(mixed.red, 0), 1)
    samples[place + 1] = min(max(mixed.green, 0), 1)
    samples[place + 2] = min(max(mixed.blue, 0), 1)
  }

  mutating func fill(_ color: Color, x: Int, y: Int, width: Int, height: Int) {
    for row in y..<y + height {
      for column in x..<x + width { blend(color, x: column, y: row, share: 1) }
    }
  }

  /// A line of one pixel around a rectangle, outside of it.
  mutating func frame(_ color: Color, x: Int, y: Int, width: Int, height: Int) {
    fill(color, x: x - 1, y: y - 1, width: width + 2, height: 1)
    fill(color, x: x - 1, y: y + height, width: width + 2, height: 1)
    fill(color, x: x - 1, y: y, width: 1, height: height)
    fill(color, x: x + width, y: y, width: 1, height: height)
  }

  /// Draws an image; alpha shows what is below.
  mutating func draw(_ image: Image, x: Int, y: Int) {
    let hasAlpha = image.format.hasAlpha
    let (green, blue) = image.format.colorChannels == 1 ? (0, 0) : (1, 2)
    var start = 0
    for row in y..<y + image.height {
      for column in x..<x + image.width {
        let color = Color(
          red: image.samples[start], green: image.samples[start + green],
          blue: image.samples[start + blue])
        let share = hasAlpha ? image.samples[start + image.channels - 1] : 1
        blend(color, x: column, y: row, share: share)
        start += image.channels
      }
    }
  }

  /// Writes a line of text, the tops of its capitals at `y`.
  ///
  /// A pixel's share of ink falls from 1 to 0 over one pixel across the edge of the stroke, so that
  /// letters are smooth at every size.
  mutating func write(
    _ text: String, x: Float, y: Int, capitals height: Float, weight: Float = 1.25, color: Color
  ) {
    let scale = height / 10
    let radius = weight * max(scale, 0.8) / 2
    var pen = x
    for character in text {
      let glyph = Typeface.standard.glyph(character)
      var pieces: [(Point, Point)] = []
      for line in glyph.lines {
        let points = line.map { Point(x: pen + $0.x * scale, y: Float(y) + $0.y * scale) }
        pieces += zip(points, points.dropFirst())
      }
      ink(pieces, radius: radius, color: color)
      pen += (glyph.width + Typeface.spacing) * scale
    }
  }

  /// Strokes that touch are one: a pixel takes the ink of the nearest.
  private mutating func ink(_ pieces: [(Point, Point)], radius: Float, color: Color) {
    let reach = radius + 1
    var shares: [Int: Float] = [:]
    for (start, end) in pieces {
      let rows = Self.pixels(from: start.y, to: end.y, reach: reach)
      let columns = Self.pixels(from: start.x, to: end.x, reach: reach)
      for row in rows.clamped(to: 0..<height) {
        for column in columns.clamped(to: 0..<width) {
          let center = Point(x: Float(column) + 0.5, y: Float(row) + 0.5)
          let share = min(radius + 0.5 - Self.distance(center, start, end), 1)
          guard share > 0 else { continue }
          let place = row * width + column
          shares[place] = max(shares[place] ?? 0, share)
        }
      }
    }
    for (place, share) in shares {
      blend(color, x: place % width, y: place / width, share: share)
    }
  }

  static func pixels(from a: Float, to b: Float, reach: Float) -> Range<Int> {
    Int((min(a, b) - reach).rounded(.down))..<Int((max(a, b) + reach).rounded(.up)) + 1
  }

  /// How far a point lies from a straight piece.
  static func distance(_ point: Point, _ start: Point, _ end: Point) -> Float {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let (px, py) = (point.x - start.x, point.y - start.y)
    let square = dx * dx + dy * dy
    let t = square > 0 ? min(max((px * dx + py * dy) / square, 0), 1) : 0
    let (ex, ey) = (px - t * dx, py - t * dy)
    return (ex * ex + ey * ey).squareRoot()
  }
}
