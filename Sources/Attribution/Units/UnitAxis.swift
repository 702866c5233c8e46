// SPDX-License-Identifier: Apache-2.0

import Torch

/// Along which axis of a layer's activation its units lie.
public enum UnitAxis: Sendable, Hashable, CustomStringConvertible {
  /// Axis 1 of `[rows, units]`, of `[rows, channels, height, width]` and of what has more axes; the
  /// last axis of `[rows, positions, features]`, as tokens have it.
  ///
  /// A convolution over time gives `[rows, channels, length]`, which looks the same: take `axis(1)`.
  case automatic
  /// This one, from 1; negative numbers count from the end.
  case axis(Int)
  /// Every element is a unit by itself.
  case elements

  public var description: String {
    switch self {
    case .automatic: "automatic"
    case .axis(let axis): "axis \(axis)"
    case .elements: "elements"
    }
  }

  /// The axis in an activation of a shape; `nil` where every element is a unit.
  ///
  /// - Throws: ``UnitError`` where the shape has no such axis.
  func resolved(in shape: [Int]) throws -> Int? {
    guard shape.count > 1 else { throw UnitError.noUnits(shape: shape) }
    switch self {
    case .automatic: return shape.count == 3 ? 2 : 1
    case .elements: return nil
    case .axis(let axis):
      let place = axis < 0 ? axis + shape.count : axis
      guard place > 0, place < shape.count else { throw UnitError.axis(axis, shape: shape) }
      return place
    }
  }
}

/// What is wrong with units that are asked for.
public enum UnitError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An activation with rows alone.
  case noUnits(shape: [Int])
  case axis(Int, shape: [Int])
  case unit(Int, count: Int)
  /// Instances whose layer has another number of units than that of those before.
  case counts(Int, expected: Int)
  case labels(Int, instances: Int)
  case noInstances

  public var description: String {
    switch self {
    case .noUnits(let shape):
      return "an activation of shape \(shape) has no units: a layer gives [rows, units], "
        + "[rows, channels, …] or [rows, positions, features]"
    case .axis(let axis, let shape):
      return "an activation of shape \(shape) has no axis \(axis) with units: axis 0 has the rows, "
        + "and the last is \(shape.count - 1)"
    case .unit(let unit, let count):
      return "there is no unit \(unit): the layer has \(count), counted from 0"
    case .counts(let count, let expected):
      return "the layer has \(count) units here and had \(expected) before: units that come and go "
        + "with the input cannot be ranked over a data set, take another axis"
    case .labels(let labels, let instances):
      return "\(labels) labels for \(instances) instances: give one for each"
    case .noInstances:
      return "there are no instances to rank units by: give one at least"
    }
  }
}
