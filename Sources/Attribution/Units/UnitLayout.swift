// SPDX-License-Identifier: Apache-2.0

import Torch

/// How the units of a layer lie in its activation: each has a number at every position.
///
/// A channel of a convolution has the positions of its map, a feature of a transformer those of the
/// tokens, a unit of a dense layer one.
public struct UnitLayout: Sendable, Equatable {
  /// The axis of the units; `nil` where every element is one.
  public let axis: Int?
  /// Of the activation, rows first.
  public let shape: [Int]

  /// - Throws: ``UnitError`` where the shape has no such axis.
  public init(_ axis: UnitAxis, shape: [Int]) throws {
    self.axis = try axis.resolved(in: shape)
    self.shape = shape
  }

  /// Units.
  public var count: Int { axis.map { shape[$0] } ?? shape.dropFirst().reduce(1, *) }

  /// Positions of each unit.
  public var positions: Int {
    shape.enumerated().reduce(1) { $1.offset == 0 || $1.offset == axis ? $0 : $0 * $1.element }
      / (axis == nil ? count : 1)
  }

  /// An activation, or attributions of its shape, with the units on axis 1: `[rows, units, positions]`.
  public func byUnit(_ tensor: Tensor) throws -> Tensor {
    let rows = tensor.shape[0]
    guard let axis else { return try tensor.reshaped(to: [rows, count, 1]) }
    let order = [0, axis] + shape.indices.dropFirst().filter { $0 != axis }
    return try tensor.permuted(to: order).reshaped(to: [rows, count, positions])
  }

  /// A number for each unit, `[units]`, or for each row and unit, `[rows, units]`, of a shape that
  /// broadcasts to the activation.
  public func spread(_ numbers: Tensor) throws -> Tensor {
    let rows = numbers.rank == 1 ? 1 : numbers.shape[0]
    guard let axis else { return try numbers.reshaped(to: [rows] + shape.dropFirst()) }
    return try numbers.reshaped(
      to: shape.indices.map { $0 == 0 ? rows : $0 == axis ? count : 1 })
  }

  /// A unit's own activation as a quantity to explain, where the slice ends at the layer.
  ///
  /// - Throws: ``UnitError/unit(_:count:)``.
  public func quantity(
    of unit: Int, _ reduction: ChannelActivation.Reduction = .sum
  ) throws -> any QuantityOfInterest {
    try check(unit)
    guard let axis else { return UnitActivation(place(of: unit)) }
    return axis == 1
      ? ChannelActivation([unit], reduction)
      : FeatureActivation(unit, axis: axis, reduction)
  }

  /// What a unit is called: its number, or its place behind the rows where every element is one.
  public func name(of unit: Int) -> String {
    axis != nil || shape.count == 2
      ? "\(unit)" : place(of: unit).map(String.init).joined(separator: ",")
  }

  /// - Throws: ``UnitError/unit(_:count:)`` where there is no such unit.
  func check(_ unit: Int) throws {
    guard unit >= 0, unit < count else { throw UnitError.unit(unit, count: count) }
  }

  /// Where an element lies behind the rows.
  private func place(of unit: Int) -> [Int] {
    var rest = unit
    var place: [Int] = []
    for length in shape.dropFirst().reversed() {
      place.append(rest % length)
      rest /= length
    }
    return place.reversed()
  }
}

/// One feature on any axis of an activation, its positions reduced to one number.
///
/// On axis 1 it is what ``ChannelActivation`` is.
public struct FeatureActivation: QuantityOfInterest {
  public let feature: Int
  public let axis: Int
  public let reduction: ChannelActivation.Reduction

  /// - Precondition: `axis ≠ 0`.
  public init(_ feature: Int, axis: Int, _ reduction: ChannelActivation.Reduction = .sum) {
    precondition(axis != 0, "axis 0 has the rows: choose instances by what is fed")
    self.feature = feature
    self.axis = axis
    self.reduction = reduction
  }

  public var name: String { "\(reduction.name) of feature \(feature) on axis \(axis)" }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let place = axis < 0 ? axis + output.rank : axis
    guard place > 0, place < output.rank else {
      throw CutError.part("axis \(axis)", shape: output.shape)
    }
    guard feature >= 0, feature < output.shape[place] else {
      throw CutError.part("feature \(feature) on axis \(axis)", shape: output.shape)
    }
    let order = [0, place] + output.shape.indices.dropFirst().filter { $0 != place }
    return try ChannelActivation([feature], reduction)
      .values(of: output.permuted(to: order), explaining: explained)
  }
}
