// SPDX-License-Identifier: Apache-2.0

import Torch

/// How the numbers of a tensor become samples from 0 to 1.
public enum SampleScaling: Sendable, Equatable {
  /// They are samples already. Beyond 0...1 by more than half a step of eight bits is an error:
  /// a standardized input would otherwise lose its dark half unnoticed.
  case unit
  /// `low` becomes 0 and `high` becomes 1; beyond them is clamped.
  case range(low: Double, high: Double)
  /// The least number becomes 0, the greatest 1; a constant tensor becomes 0.
  case extrema
  /// Undoes `(sample - mean) / deviation`, one of each per channel or one for all; then as `unit`.
  case standardized(mean: [Double], deviation: [Double])
}

extension Image {
  /// The samples as a model takes them: `[1, channels, height, width]`, float32, from 0 to 1.
  public func tensor() throws -> Tensor {
    var planes: [Float] = []
    planes.reserveCapacity(samples.count)
    for channel in 0..<channels {
      for place in stride(from: channel, to: samples.count, by: channels) {
        planes.append(samples[place])
      }
    }
    return try Tensor(planes, shape: [1, channels, height, width])
  }

  /// The picture of a tensor.
  ///
  /// - Parameters:
  ///   - tensor: `[channels, height, width]` or `[1, channels, height, width]` of 1 to 4 channels
  ///     (gray, gray and alpha, color, color and alpha), or `[height, width]`.
  ///   - scaling: What becomes black and what white.
  /// - Throws: ``VisualizationError`` for other shapes, numbers that are not finite, and numbers
  ///   outside of what `scaling` allows.
  public init(_ tensor: Tensor, scaling: SampleScaling = .unit) throws {
    let planes = try Planes(tensor)
    guard let format = PixelFormat(rawValue: planes.channels) else {
      throw VisualizationError(
        .shape,
        message: "a picture has 1 to 4 channels, the tensor of shape \(tensor.shape) has "
          + "\(planes.channels): reduce or choose channels first")
    }
    let pixels = planes.width * planes.height
    let map = try scaling.map(planes)
    var samples = [Float](repeating: 0, count: planes.values.count)
    for channel in 0..<planes.channels {
      for pixel in 0..<pixels {
        let value = map(planes.values[channel * pixels + pixel], channel)
        guard (-1.0 / 510)...(1 + 1.0 / 510) ~= value else {
          throw VisualizationError(
            .value,
            message: "channel \(channel), row \(pixel / planes.width), column "
              + "\(pixel % planes.width) gives the sample \(value), not one from 0 to 1: say with "
              + "`scaling:` how the numbers were scaled")
        }
        samples[pixel * planes.channels + channel] = Float(min(max(value, 0), 1))
      }
    }
    self.init(checkedWidth: planes.width, height: planes.height, format: format, samples: samples)
  }

  /// The pictures of a batch, `[rows, channels, height, width]`, each scaled for itself.
  public static func images(of batch: Tensor, scaling: SampleScaling = .unit) throws -> [Image] {
    try rows(of: batch).map { try Image($0, scaling: scaling) }
  }
}

extension SampleScaling {
  /// The sample that a value of a channel becomes.
  fileprivate func map(_ planes: Planes) throws -> (Double, Int) -> Double {
    switch self {
    case .unit: return { value, _ in value }
    case .range(let low, let high):
      guard low < high, (high - low).isFinite else {
        throw VisualizationError(
          .value, message: "a range from \(low) to \(high) is empty: give the lower end first")
      }
      return { value, _ in min(max((value - low) / (high - low), 0), 1) }
    case .extrema:
      let low = planes.values.min() ?? 0
      let span = (planes.values.max() ?? 0) - low
      return { value, _ in span > 0 ? (value - low) / span : 0 }
    case .standardized(let mean, let deviation):
      let counts = [1, planes.channels]
      guard counts.contains(mean.count), counts.contains(deviation.count) else {
        throw VisualizationError(
          .shape,
          message: "\(mean.count) means and \(deviation.count) deviations for "
            + "\(planes.channels) channels: give one for all or one for each")
      }
      return { value, channel in
        value * deviation[deviation.count == 1 ? 0 : channel] + mean[mean.count == 1 ? 0 : channel]
      }
    }
  }
}
