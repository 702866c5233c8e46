// SPDX-License-Identifier: Apache-2.0

import Torch

/// Channels of an activation of any rank, `[rows, channels, …]`, reduced to one number.
public struct ChannelActivation: QuantityOfInterest {
  /// How the positions of a channel become one number.
  public enum Reduction: Sendable {
    case sum
    case mean
    case max
    /// A function of `[rows, positions]` that gives `[rows]`.
    case custom(@Sendable (Tensor) throws -> Tensor)

    var name: String {
      switch self {
      case .sum: "sum"
      case .mean: "mean"
      case .max: "max"
      case .custom: "custom reduction"
      }
    }
  }

  /// Channels, whose reduced numbers are added.
  public let channels: [Int]
  public let reduction: Reduction

  public init(_ channels: [Int], _ reduction: Reduction = .sum) {
    self.channels = channels
    self.reduction = reduction
  }

  public var name: String {
    "\(reduction.name) of channel \(channels.map(String.init).joined(separator: ", "))"
  }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let shape = output.shape
    guard shape.count >= 2 else {
      throw QuantityError.noClasses(shape: shape, quantity: name)
    }
    let parts = try channels.map { channel in
      guard channel >= 0, channel < shape[1] else {
        throw QuantityError.channel(channel, shape: shape)
      }
      return try reduced(output.selected(channel, axis: 1).reshaped(to: [shape[0], -1]))
    }
    guard let first = parts.first else { throw QuantityError.channel(0, shape: shape) }
    return try parts.dropFirst().reduce(first) { try $0 + $1 }
  }

  private func reduced(_ positions: Tensor) throws -> Tensor {
    switch reduction {
    case .sum: try positions.sum(axes: [1])
    case .mean: try positions.mean(axes: [1])
    case .max: try positions.max(axes: [1])
    case .custom(let reduce): try reduce(positions)
    }
  }
}

/// One unit of an activation, by its place behind the rows.
public struct UnitActivation: QuantityOfInterest {
  public let place: [Int]

  public init(_ place: [Int]) { self.place = place }

  public var name: String { "unit \(place)" }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    guard output.rank == place.count + 1 else {
      throw CutError.part("unit \(place)", shape: output.shape)
    }
    return try place.enumerated().reduce(output) { value, entry in
      guard entry.element >= 0, entry.element < value.shape[1] else {
        throw CutError.part("unit \(place)", shape: output.shape)
      }
      return try value.selected(entry.element, axis: 1)
    }
  }
}

/// Σ sign(a − threshold) · a over an activation: what lies above counts for, what lies below
/// against.
///
/// The sign is held in the gradient; an element equal to the threshold counts nothing.
public struct ThresholdSum: QuantityOfInterest {
  public let threshold: Double

  public init(_ threshold: Double) { self.threshold = threshold }

  public var name: String { "threshold \(threshold)" }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let sign = try (output.detached() - threshold).sign()
    return try (sign * output).reshaped(to: [output.shape[0], -1]).sum(axes: [1])
  }
}

/// Any function of the output.
public struct CustomQuantity: QuantityOfInterest {
  public let name: String
  private let function: @Sendable (Tensor, ExplainedOutput) throws -> Tensor

  /// - Parameter function: Takes the output, `[rows, …]`, to a number for each row, `[rows]`.
  public init(_ name: String = "custom", _ function: @escaping @Sendable (Tensor) throws -> Tensor)
  {
    self.name = name
    self.function = { output, _ in try function(output) }
  }

  /// - Parameter function: Sees the instance's own output too.
  public init(
    _ name: String = "custom",
    explaining function: @escaping @Sendable (Tensor, ExplainedOutput) throws -> Tensor
  ) {
    self.name = name
    self.function = function
  }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    try function(output, explained)
  }
}

extension QuantityOfInterest where Self == ChannelActivation {
  /// A channel of any activation with at least two axes.
  public static func channel(
    _ index: Int, _ reduction: ChannelActivation.Reduction = .sum
  ) -> ChannelActivation { ChannelActivation([index], reduction) }
}

extension QuantityOfInterest where Self == UnitActivation {
  /// One unit of an activation, by its place behind the rows.
  public static func unit(_ place: Int...) -> UnitActivation { UnitActivation(place) }
}

extension QuantityOfInterest where Self == ThresholdSum {
  public static func threshold(_ threshold: Double) -> ThresholdSum { ThresholdSum(threshold) }
}

extension QuantityOfInterest where Self == CustomQuantity {
  /// Any function of the output, `[rows, …]` to `[rows]`.
  public static func custom(
    _ function: @escaping @Sendable (Tensor) throws -> Tensor
  ) -> CustomQuantity { CustomQuantity("custom", function) }
}
