// SPDX-License-Identifier: Apache-2.0

import Torch

/// What is taken away as one: which feature each element at a cut belongs to.
public enum FeatureGroups: Sendable {
  /// Each element by itself.
  case elements
  /// All channels (axis 1) at a place of `[rows, channels, …]` together.
  case pixels
  /// Blocks of the last axes with these sides, smaller ones at the far edge; all that lies ahead of
  /// those axes, as channels, together.
  case patches([Int])
  /// For each tensor of the cut the feature of every element, whole numbers from 0, of the
  /// activation's shape without rows or what broadcasts to it. Equal labels are one feature, in
  /// different tensors as well.
  case labels([Tensor])

  /// In results.
  public var name: String {
    switch self {
    case .elements: "elements"
    case .pixels: "pixels"
    case .patches(let sides): "patches of \(sides.map(String.init).joined(separator: " × "))"
    case .labels: "labelled features"
    }
  }
}

/// Features of an activation, counted through.
struct FeatureMap: Sendable {
  /// For each tensor the feature of every element, flat, int64, `[elements]`.
  let labels: [Tensor]
  /// Elements of each feature, float64, `[features]`.
  let sizes: Tensor
  /// Features.
  var count: Int { sizes.count }

  init(_ groups: FeatureGroups, of activation: Activation) throws {
    let shapes = activation.tensors.map { Array($0.shape.dropFirst()) }
    var next = 0
    labels = try shapes.enumerated().map { index, shape in
      let own: [Int]
      switch groups {
      case .elements: own = Array(0..<shape.reduce(1, *))
      case .pixels:
        guard shape.count > 1 else {
          throw ComparatorError.shape(
            method: "a grouping by pixels", [activation.rows] + shape,
            needs: "[rows, channels, …]")
        }
        own = Self.blocks([Int](repeating: 1, count: shape.count - 1), of: shape)
      case .patches(let sides):
        guard sides.count <= shape.count, sides.allSatisfy({ $0 > 0 }) else {
          throw ComparatorError.shape(
            method: "a grouping by patches of \(sides)", [activation.rows] + shape,
            needs: "an axis behind the rows for each side, and sides of 1 or more")
        }
        own = Self.blocks(sides, of: shape)
      case .labels(let given):
        guard given.count == shapes.count else {
          throw ComparatorError.labelCount(given.count, tensors: shapes.count)
        }
        return try given[index].converted(to: .int64).moved(to: .cpu).broadcast(to: shape)
          .flattened()
      }
      let offset = next
      next += (own.max() ?? -1) + 1
      return try Tensor(own.map { Int64($0 + offset) })
    }
    let all = try labels.flatMap { try $0.integers() }
    if let stranger = all.first(where: { $0 < 0 || $0 > all.count }) {
      throw ComparatorError.label(stranger)
    }
    var sizes = [Double](repeating: 0, count: (all.max() ?? -1) + 1)
    for label in all { sizes[label] += 1 }
    self.sizes = try Tensor(sizes)
  }

  /// In row-major order, the block of every element.
  private static func blocks(_ sides: [Int], of shape: [Int]) -> [Int] {
    let lengths = shape.suffix(sides.count)
    var blocks = [0]
    for (length, side) in zip(lengths, sides) {
      let count = (length + side - 1) / side
      blocks = blocks.flatMap { block in (0..<length).map { block * count + $0 / side } }
    }
    let ahead = shape.dropLast(sides.count).reduce(1, *)
    return (0..<ahead).flatMap { _ in blocks }
  }

  /// Which elements are kept where features are: of each tensor, bool, `[samples, …]`.
  ///
  /// - Parameter kept: bool, `[samples, features]`.
  func masks(_ kept: Tensor, like activation: Activation) throws -> [Tensor] {
    try zip(labels, activation.tensors).map { labels, tensor in
      try kept.selecting(labels, axis: 1).reshaped(to: [-1] + tensor.shape.dropFirst())
    }
  }

  /// What features are worth, `[instances, features]`, shared out evenly among their elements, so
  /// that sums stay what they are.
  func shared(_ worths: Tensor, like activation: Activation) throws -> Activation {
    let shares = try worths / sizes.maximum(sizes.filled(with: 1))
    return Activation(
      try zip(labels, activation.tensors).map { labels, tensor in
        try shares.selecting(labels, axis: 1).reshaped(to: tensor.shape).converted(like: tensor)
      })
  }
}
