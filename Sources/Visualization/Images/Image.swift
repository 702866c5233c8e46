// SPDX-License-Identifier: Apache-2.0

/// What the samples of a pixel mean; the raw value is how many there are.
public enum PixelFormat: Int, Sendable, CaseIterable {
  case gray = 1
  case grayAlpha = 2
  case rgb = 3
  case rgba = 4

  public var hasAlpha: Bool { self == .grayAlpha || self == .rgba }
  /// The channels without alpha: 1 or 3.
  public var colorChannels: Int { self == .gray || self == .grayAlpha ? 1 : 3 }
}

/// A picture: rows of pixels from the top, samples from 0 to 1.
///
/// Samples are what the file holds, divided by its largest sample: sRGB values in nearly every
/// file. Alpha is not premultiplied. Every sample of every image is finite and within 0...1.
public struct Image: Sendable, Equatable {
  public let width: Int
  public let height: Int
  public let format: PixelFormat
  /// Rows from the top, pixels from the left, a pixel's samples side by side:
  /// `[height, width, channels]`.
  public let samples: [Float]

  /// Samples in a pixel, alpha included.
  public var channels: Int { format.rawValue }

  /// Makes an image of samples, `[height, width, channels]`.
  ///
  /// - Throws: ``VisualizationError`` where the count does not fit, an axis is empty, or a sample
  ///   is not within 0...1.
  public init(width: Int, height: Int, format: PixelFormat, samples: [Float]) throws {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow,
      samples.count.isMultiple(of: format.rawValue), samples.count / format.rawValue == pixels
    else {
      throw VisualizationError(
        .shape,
        message: "\(samples.count) samples are no \(width) × \(height) pixels of "
          + "\(format.rawValue) channels")
    }
    if let place = samples.firstIndex(where: { !(0...1 ~= $0) }) {
      let pixel = place / format.rawValue
      throw VisualizationError(
        .value,
        message: "the sample at row \(pixel / width), column \(pixel % width) is "
          + "\(samples[place]): samples lie from 0 to 1")
    }
    self.init(checkedWidth: width, height: height, format: format, samples: samples)
  }

  /// For callers in this module that keep the promises of the type.
  init(checkedWidth width: Int, height: Int, format: PixelFormat, samples: [Float]) {
    self.width = width
    self.height = height
    self.format = format
    self.samples = samples
  }

  /// The samples of one pixel.
  ///
  /// - Precondition: The pixel lies in the image.
  public subscript(row: Int, column: Int) -> [Float] {
    precondition(
      0..<height ~= row && 0..<width ~= column,
      "row \(row), column \(column) of an image of \(height) rows and \(width) columns")
    let start = (row * width + column) * channels
    return Array(samples[start..<start + channels])
  }

  /// The color of one pixel, whatever its alpha.
  ///
  /// - Precondition: The pixel lies in the image.
  public func color(row: Int, column: Int) -> Color {
    let pixel = self[row, column]
    return format.colorChannels == 1
      ? Color(red: pixel[0], green: pixel[0], blue: pixel[0])
      : Color(red: pixel[0], green: pixel[1], blue: pixel[2])
  }
}
