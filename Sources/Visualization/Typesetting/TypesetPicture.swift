// SPDX-License-Identifier: Apache-2.0

import CTypeset

/// What texts and boxes are drawn on.
final class TypesetPicture {
  /// The longest side that Cairo makes.
  static let sideLimit = 32767

  private let width: Int
  private let height: Int
  private let handle: OpaquePointer
  private let typesetter: Typesetter

  /// - Precondition: Both sides are from 1 to ``sideLimit``.
  init(width: Int, height: Int, background: Color, by typesetter: Typesetter) throws {
    precondition(
      (1...Self.sideLimit).contains(width) && (1...Self.sideLimit).contains(height),
      "a picture of \(width) × \(height) pixels")
    var handle: OpaquePointer?
    try Typesetter.check(
      ty_picture_create(
        typesetter.handle, UInt32(width), UInt32(height), ty_color(background), &handle))
    guard let handle else { throw VisualizationError(.outOfMemory, message: "no picture was made") }
    self.typesetter = typesetter
    self.handle = handle
    self.width = width
    self.height = height
  }

  deinit { ty_picture_free(handle) }

  func fill(x: Double, y: Double, width: Double, height: Double, radius: Double, _ color: Color) {
    ty_picture_fill(handle, x, y, width, height, radius, ty_color(color))
  }

  func write(_ text: TypesetText, x: Double, y: Double, ink: Color) {
    ty_picture_write(handle, text.handle, x, y, ty_color(ink))
  }

  var image: Image {
    var stride = 0
    let pixels = ty_picture_pixels(handle, &stride)
    var samples: [Float] = []
    samples.reserveCapacity(3 * width * height)
    for row in 0..<height {
      for column in 0..<width {
        let pixel = pixels[row * stride + column]
        samples.append(Float(pixel >> 16 & 0xFF) / 255)
        samples.append(Float(pixel >> 8 & 0xFF) / 255)
        samples.append(Float(pixel & 0xFF) / 255)
      }
    }
    return Image(checkedWidth: width, height: height, format: .rgb, samples: samples)
  }
}
