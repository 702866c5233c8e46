// SPDX-License-Identifier: Apache-2.0

import Torch

/// A part of a map of classes, `[rows, classes, positions…]`: some of its pixels, steps or positions.
public enum OutputRegion: Sendable {
  /// What is predicted as a class for the instance, and held along a path; `nil` for the class that is
  /// asked about.
  ///
  /// Of several classes the greatest is predicted; of one, or where each ends in a sigmoid, what has a
  /// probability above ½.
  case predicted(as: Int?)
  /// Places from one to another on each axis of the positions, both included.
  case box([ClosedRange<Int>])
  /// What is not 0 in a tensor, `[positions…]` for all instances, or `[instances, positions…]`.
  case mask(Tensor)

  /// One pixel, step or position.
  public static func place(_ place: Int...) -> OutputRegion { .box(place.map { $0...$0 }) }

  var name: String {
    switch self {
    case .predicted(nil): "what is predicted as it"
    case .predicted(as: let index?): "what is predicted as \(index)"
    case .mask: "a mask"
    case .box(let ranges) where ranges.allSatisfy({ $0.count == 1 }):
      "place " + ranges.map { "\($0.lowerBound)" }.joined(separator: ", ")
    case .box(let ranges):
      "box " + ranges.map { "\($0.lowerBound)–\($0.upperBound)" }.joined(separator: ", ")
    }
  }

  /// 1 inside and 0 outside, `[rows, 1, positions…]` or what broadcasts to it, of the output's type.
  ///
  /// - Parameter choice: The class that is asked about.
  func weights(
    _ explained: ExplainedOutput, asking choice: ClassChoice
  ) throws -> Tensor {
    let output = explained.output
    let positions = Array(output.shape.dropFirst(2))
    switch self {
    case .predicted(let index):
      let isInside = try Self.predictions(
        explained, asking: index.map { .index($0) } ?? choice)
      return try isInside.converted(like: output)
    case .box(let ranges):
      guard ranges.count == positions.count,
        zip(ranges, positions).allSatisfy({ $0.lowerBound >= 0 && $0.upperBound < $1 })
      else { throw RegionError.box(name, positions: positions) }
      return try zip(ranges, positions).enumerated().reduce(Tensor.ones([1, 1])) { weights, next in
        let (axis, (range, length)) = next
        let row = try Tensor((0..<length).map { range.contains($0) ? Float(1) : 0 })
        var shape = [Int](repeating: 1, count: positions.count + 2)
        shape[axis + 2] = length
        return try weights.reshaped(
          to: weights.shape + (weights.rank < shape.count ? [1] : [])) * row.reshaped(to: shape)
      }.converted(like: output)
    case .mask(let mask):
      var inside = try (mask .!= 0).converted(like: output)
      if inside.shape == positions { return try inside.reshaped(to: [1, 1] + positions) }
      guard inside.rank == positions.count + 1, Array(inside.shape.dropFirst()) == positions else {
        throw RegionError.mask(mask.shape, positions: positions)
      }
      if inside.shape[0] > 1 {
        let instances = Int(try explained.instance.max().number()) + 1
        guard instances <= inside.shape[0] else {
          throw QuantityError.labelCount(inside.shape[0], instances: instances)
        }
        inside = try inside.selecting(explained.instance)
      }
      return try inside.unsqueezed(axis: 1)
    }
  }

  /// Where a class is predicted, `[rows, 1, positions…]`, boolean.
  private static func predictions(
    _ explained: ExplainedOutput, asking choice: ClassChoice
  ) throws -> Tensor {
    if choice == .predicted { throw RegionError.noClass }
    let output = explained.output
    let classes = try choice.indices(of: output, explaining: explained)
      .reshaped(to: [output.shape[0]] + [Int](repeating: 1, count: output.rank - 1))
    let isByItself =
      switch explained.scale {
      case .logits(.sigmoid), .normalized(.sigmoid): true
      default: output.shape[1] == 1
      }
    guard isByItself else {
      return try output.indexOfMaximum(axis: 1, keepingAxis: true) .== classes
    }
    let threshold = if case .normalized = explained.scale { 0.5 } else { 0.0 }
    let places = try classes.broadcast(to: [output.shape[0], 1] + output.shape.dropFirst(2))
    return try output.gathered(places, axis: 1) .> threshold
  }
}

/// What is wrong with a region, or with what it is asked of.
public enum RegionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The output is no map of classes.
  case noMap(shape: [Int], quantity: String)
  case box(String, positions: [Int])
  case mask([Int], positions: [Int])
  /// What is predicted as the class that is predicted in it.
  case noClass
  /// A mean over no place.
  case empty(quantity: String, instance: Int)

  public var description: String {
    switch self {
    case .noMap(let shape, let quantity):
      return
        "'\(quantity)' reads a map of classes, [rows, classes, positions…], and the slice ends "
        + "in \(shape): choose another end, or a quantity without a region"
    case .box(let name, let positions):
      return
        "the region '\(name)' does not lie in a map of \(positions) places: give a range, or a "
        + "place, for each of its \(positions.count) axes, counted from 0"
    case .mask(let shape, let positions):
      return "the region's mask has shape \(shape), and the map has \(positions): give one of that "
        + "shape, or [instances] of them"
    case .noClass:
      return
        "what is predicted as a class needs a class: name it, or take a box, a place or a mask "
        + "for the region"
    case .empty(let quantity, let instance):
      return
        "'\(quantity)' is the mean over no place of instance \(instance): take the sum, which is "
        + "0 there, or another region"
    }
  }
}
