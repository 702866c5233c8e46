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
  private mutating func blend(_ color: Color, x: Int, y: Int, share: Float) {
    guard 0..<width ~= x, 0..<height ~= y, share > 0 else { return }
    let place = 3 * (y * width + x)
    for (channel, component) in [color.red, color.green, color.blue].enumerated() {
      let mixed = (1 - share) * samples[place + channel] + share * component
      samples[place + channel] = min(max(mixed, 0), 1)
    }
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
    let image = image.converted(to: .rgba)
    for row in 0..<image.height where 0..<height ~= y + row {
      for column in 0..<image.width {
        let start = 4 * (row * image.width + column)
        let color = Color(
          red: image.samples[start], green: image.samples[start + 1], blue: image.samples[start + 2]
        )
        blend(color, x: x + column, y: y + row, share: image.samples[start + 3])
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

  private mutating func ink(_ pieces: [(Point, Point)], radius: Float, color: Color) {
    let points = pieces.flatMap { [$0.0, $0.1] }
    guard let left = points.map(\.x).min(), let right = points.map(\.x).max(),
      let top = points.map(\.y).min(), let bottom = points.map(\.y).max()
    else { return }
    let reach = radius + 1
    for row in Int((top - reach).rounded(.down))...Int((bottom + reach).rounded(.up)) {
      for column in Int((left - reach).rounded(.down))...Int((right + reach).rounded(.up)) {
        let center = Point(x: Float(column) + 0.5, y: Float(row) + 0.5)
        let distance = pieces.map { Self.distance(center, $0.0, $0.1) }.min() ?? .infinity
        blend(color, x: column, y: row, share: min(max(radius + 0.5 - distance, 0), 1))
      }
    }
  }

  /// How far a point lies from a straight piece.
  private static func distance(_ point: Point, _ start: Point, _ end: Point) -> Float {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let (px, py) = (point.x - start.x, point.y - start.y)
    let square = dx * dx + dy * dy
    let t = square > 0 ? min(max((px * dx + py * dy) / square, 0), 1) : 0
    let (ex, ey) = (px - t * dx, py - t * dy)
    return (ex * ex + ey * ey).squareRoot()
  }
}
