// SPDX-License-Identifier: Apache-2.0

import Torch

/// Which axis of an input is time; all others behind the instances' are channels.
public struct SeriesLayout: Sendable, Equatable {
  public let timeAxis: Int
  public let channels: Int
  public let steps: Int
  /// Whether the axis was named, rather than taken for the longer one.
  public let isGiven: Bool

  /// - Parameter shape: Of the input, `[instances, …]`.
  /// - Returns: `nil` where there is no sign of a series: no axis is named, and there are not two
  ///   behind the instances'.
  /// - Throws: ``ToolError/usage(_:)`` for an axis that is not there.
  public init?(shape: [Int], timeAxis given: Int?) throws {
    if let given, given >= shape.count {
      throw ToolError.usage(
        "--time-axis \(given): the input has shape \(shape), whose last axis is \(shape.count - 1)")
    }
    guard given != nil || shape.count == 3 else { return nil }
    // Series are longer than they are wide, as a rule; ONNX's convolutions have steps last.
    let time = given ?? (shape[1] > shape[2] ? 1 : 2)
    timeAxis = time
    isGiven = given != nil
    steps = shape[time]
    channels = shape.enumerated().reduce(1) { count, axis in
      axis.offset == 0 || axis.offset == time ? count : count * axis.element
    }
    guard steps > 0, channels > 0 else { return nil }
  }

  /// A tensor of the input's shape as `[instances, channels, steps]`.
  public func channelsFirst(_ tensor: Tensor) throws -> Tensor {
    let others = tensor.shape.indices.filter { $0 != timeAxis }
    return try tensor.permuted(to: others + [timeAxis])
      .reshaped(to: [tensor.shape[0], channels, steps])
  }

  /// What was taken for what.
  var text: String {
    "time runs along axis \(timeAxis): \(steps) step\(steps == 1 ? "" : "s") of \(channels) "
      + "channel\(channels == 1 ? "" : "s")"
      + (isGiven ? "" : " (--time-axis names another)")
  }
}
