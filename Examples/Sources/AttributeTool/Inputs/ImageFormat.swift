// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch
import Visualization

/// How a model's input holds pictures, where it can.
public struct ImageFormat: Sendable, Equatable {
  /// The input's name.
  public let input: String
  /// `[rows, height, width, channels]` rather than `[rows, channels, height, width]`.
  public let isChannelsLast: Bool
  /// `nil` where the model takes any.
  public let pixels: PixelFormat?
  public let height: Int?
  public let width: Int?

  /// - Returns: `nil` where the input has another number of axes than four, is not floating-point,
  ///   or has no axis of 1, 3 or 4 channels.
  public init?(_ input: ModelInput) {
    guard let shape = input.shape, shape.count == 4, input.hasRows,
      input.elementType.isFloatingPoint
    else { return nil }
    let counts: Set<Int?> = [1, 3, 4]
    // A picture of 3 × 3 pixels, or of unknown channels, is taken for channels first.
    isChannelsLast = !counts.contains(shape[1]) && shape[1] != nil && counts.contains(shape[3])
    let channels = isChannelsLast ? shape[3] : shape[1]
    guard counts.contains(channels) || channels == nil else { return nil }
    pixels = channels.flatMap { PixelFormat(rawValue: $0) }
    height = isChannelsLast ? shape[1] : shape[2]
    width = isChannelsLast ? shape[2] : shape[3]
    self.input = input.name
  }

  /// The picture as one instance of the input, samples from 0 to 1 unless scaled.
  ///
  /// Gray becomes color by repetition, color becomes gray as its luma, transparency shows white
  /// unless the model has a channel for it.
  ///
  /// - Throws: ``ToolError/data(_:)`` where the size is another: nothing is resized unseen.
  func tensor(of image: Image, file: String, scaling: ImageScaling) throws -> Tensor {
    guard image.height == height ?? image.height, image.width == width ?? image.width else {
      throw ToolError.data(
        "\(file) has \(image.width) × \(image.height) pixels, and the input '\(input)' wants "
          + "\(width.map(String.init) ?? "any") × \(height.map(String.init) ?? "any"): crop or "
          + "scale it first")
    }
    let wanted = pixels ?? (image.format.colorChannels == 1 ? .gray : .rgb)
    let tensor = try scaling.apply(to: image.converted(to: wanted).tensor(), file: file)
    return isChannelsLast ? try tensor.permuted(to: [0, 2, 3, 1]) : tensor
  }

  /// A tensor of the input's layout as `[rows, channels, height, width]`.
  func channelsFirst(_ tensor: Tensor) throws -> Tensor {
    isChannelsLast ? try tensor.permuted(to: [0, 3, 1, 2]) : tensor
  }
}

/// What is done to samples from 0 to 1 before the model sees them: (sample − mean) / deviation, one
/// of each for all channels or one for each.
public struct ImageScaling: Sendable, Equatable {
  public var mean: [Double] = [0]
  public var deviation: [Double] = [1]

  public init(mean: [Double] = [0], deviation: [Double] = [1]) {
    self.mean = mean
    self.deviation = deviation
  }

  var isIdentity: Bool { mean == [0] && deviation == [1] }

  /// What samples from 0 to 1 become, over all channels.
  var range: ClosedRange<Double> {
    let channels = max(mean.count, deviation.count)
    var ends: [Double] = []
    for channel in 0..<channels {
      let mean = mean[channel % mean.count]
      let deviation = deviation[channel % deviation.count]
      ends += [-mean / deviation, (1 - mean) / deviation]
    }
    return (ends.min() ?? 0)...(ends.max() ?? 1)
  }

  /// How Visualization undoes it.
  var undone: SampleScaling {
    isIdentity ? .unit : .standardized(mean: mean, deviation: deviation)
  }

  func apply(to tensor: Tensor, file: String) throws -> Tensor {
    if isIdentity { return tensor }
    let channels = tensor.shape[1]
    guard [1, channels].contains(mean.count), [1, channels].contains(deviation.count) else {
      throw ToolError.usage(
        "--image-mean has \(mean.count) and --image-deviation \(deviation.count) numbers, and "
          + "\(file) has \(channels) channels: give one for all or one for each")
    }
    let means = try Tensor(mean.map(Float.init)).reshaped(to: [1, -1, 1, 1])
    let deviations = try Tensor(deviation.map(Float.init)).reshaped(to: [1, -1, 1, 1])
    return try (tensor - means) / deviations
  }
}
