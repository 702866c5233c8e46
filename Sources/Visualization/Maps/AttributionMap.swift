// SPDX-License-Identifier: Apache-2.0

import Torch

/// How the channels of a pixel become one number; every picture takes its map through this.
public enum ChannelReduction: Sendable, Equatable {
  /// The sum. It keeps completeness: the map sums to what the attributions sum to. Channels of
  /// opposite sign cancel.
  case sum
  /// The sum of absolute values: how much a pixel matters, whichever way. Never negative.
  case absoluteSum
  /// One channel alone, counted from 0.
  case channel(Int)
}

/// One attribution per pixel, `[height, width]`: what is left once channels are reduced.
///
/// Every value is finite.
public struct AttributionMap: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// Rows from the top, pixels from the left, in units of the quantity.
  public let values: [Double]

  /// Makes a map of values, `[height, width]`.
  ///
  /// - Throws: ``VisualizationError`` where the count does not fit, an axis is empty, or a value is
  ///   not finite.
  public init(width: Int, height: Int, values: [Double]) throws {
    guard width > 0, height > 0, values.count.isMultiple(of: width), values.count / width == height
    else {
      throw VisualizationError(
        .shape, message: "\(values.count) values are no map of \(width) × \(height) pixels")
    }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw VisualizationError(
        .value,
        message: "the value at row \(place / width), column \(place % width) is \(values[place]): "
          + "a picture of it would be made up, look for the cause in the model or its input")
    }
    self.init(checkedWidth: width, height: height, values: values)
  }

  /// For callers in this module that keep the promises of the type.
  init(checkedWidth width: Int, height: Int, values: [Double]) {
    self.width = width
    self.height = height
    self.values = values
  }

  /// Reduces attributions to one number per pixel.
  ///
  /// - Parameters:
  ///   - attributions: `[channels, height, width]`, the same behind axes of length 1, or
  ///     `[height, width]`.
  ///   - reduction: How channels become one number.
  /// - Throws: ``VisualizationError`` for other shapes, a channel that is not there, and values
  ///   that are not finite, naming the first.
  public init(_ attributions: Tensor, reducing reduction: ChannelReduction = .sum) throws {
    let planes = try Planes(attributions)
    let pixels = planes.width * planes.height
    var values = [Double](repeating: 0, count: pixels)
    switch reduction {
    case .sum:
      for channel in 0..<planes.channels {
        for pixel in 0..<pixels { values[pixel] += planes.values[channel * pixels + pixel] }
      }
    case .absoluteSum:
      for channel in 0..<planes.channels {
        for pixel in 0..<pixels { values[pixel] += abs(planes.values[channel * pixels + pixel]) }
      }
    case .channel(let channel):
      guard 0..<planes.channels ~= channel else {
        throw VisualizationError(
          .shape,
          message: "channel \(channel) of attributions with \(planes.channels): they are counted "
            + "from 0")
      }
      values = Array(planes.values[channel * pixels..<(channel + 1) * pixels])
    }
    // Finite channels may still have an infinite sum.
    try self.init(width: planes.width, height: planes.height, values: values)
  }

  /// The maps of a batch, `[rows, channels, height, width]`.
  public static func maps(
    of batch: Tensor, reducing reduction: ChannelReduction = .sum
  ) throws -> [AttributionMap] {
    try rows(of: batch).map { try AttributionMap($0, reducing: reduction) }
  }

  /// The value of one pixel.
  ///
  /// - Precondition: The pixel lies in the map.
  public subscript(row: Int, column: Int) -> Double {
    precondition(
      0..<height ~= row && 0..<width ~= column,
      "row \(row), column \(column) of a map of \(height) rows and \(width) columns")
    return values[row * width + column]
  }

  /// The map with every value replaced; the result must stay finite.
  func mapValues(_ transform: (Double) -> Double) -> AttributionMap {
    AttributionMap(checkedWidth: width, height: height, values: values.map(transform))
  }
}
