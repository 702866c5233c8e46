// SPDX-License-Identifier: Apache-2.0

import Torch

/// The tensors at a cut, rows first: `[rows, …]` each.
///
/// Most cuts have one tensor. Arithmetic goes through all of them, so that a distribution written
/// for one works for several.
public struct Activation: Sendable {
  public let tensors: [Tensor]

  public init(_ tensors: [Tensor]) { self.tensors = tensors }
  public init(_ tensor: Tensor) { tensors = [tensor] }

  /// Rows: the length of the first axis.
  public var rows: Int { tensors.first.map { $0.shape.first ?? 1 } ?? 0 }

  public func map(_ transform: (Tensor) throws -> Tensor) rethrows -> Activation {
    Activation(try tensors.map(transform))
  }

  /// Joins two activations of one cut, tensor by tensor.
  ///
  /// - Throws: ``ActivationError`` where they have different numbers of tensors.
  public func combined(
    with other: Activation, _ combine: (Tensor, Tensor) throws -> Tensor
  ) throws -> Activation {
    guard tensors.count == other.tensors.count else {
      throw ActivationError.tensorCounts(tensors.count, other.tensors.count)
    }
    return Activation(try zip(tensors, other.tensors).map(combine))
  }

  public static func + (a: Activation, b: Activation) throws -> Activation {
    try a.combined(with: b) { try $0 + $1 }
  }
  public static func - (a: Activation, b: Activation) throws -> Activation {
    try a.combined(with: b) { try $0 - $1 }
  }
  public static func * (a: Activation, b: Activation) throws -> Activation {
    try a.combined(with: b) { try $0 * $1 }
  }
  public static func * (a: Activation, b: Double) throws -> Activation {
    try a.map { try $0 * b }
  }

  /// Every row `count` times, the whole batch after itself: row r of the result is row r mod rows.
  func repeated(_ count: Int) throws -> Activation {
    try map { try $0.repeatingRows(count) }
  }

  /// Some rows, in the given order.
  func selecting(_ rows: [Int]) throws -> Activation {
    try map { try $0.selecting(rows) }
  }

  /// Puts the rows of activations of one cut after one another.
  static func joined(_ parts: [Activation]) throws -> Activation {
    guard let first = parts.first, parts.count > 1 else { return parts.first ?? Activation([]) }
    return Activation(
      try first.tensors.indices.map { index in
        try .concatenated(parts.map { $0.tensors[index] })
      })
  }

  /// Whether both are the very same tensors, not just equal ones.
  func isSame(as other: Activation) -> Bool {
    tensors.count == other.tensors.count
      && zip(tensors, other.tensors).allSatisfy { $0.isSame(as: $1) }
  }

  /// The sum of each row's elements over all tensors, `[rows]`, float64.
  func rowSums() throws -> Tensor {
    let sums = try tensors.map { tensor in
      try tensor.converted(to: .float64).reshaped(to: [tensor.shape[0], -1]).sum(axes: [1])
    }
    return try sums.dropFirst().reduce(sums[0]) { try $0 + $1 }
  }
}

extension Tensor {
  /// Some rows, in the given order.
  func selecting(_ rows: [Int]) throws -> Tensor {
    try selecting(Tensor(rows.map(Int64.init)).moved(to: device))
  }

  /// The batch `count` times after itself along the first axis; a view where there is one row.
  func repeatingRows(_ count: Int) throws -> Tensor {
    guard count > 1 else { return self }
    let shape = shape
    if shape[0] == 1 { return try broadcast(to: [count] + shape.dropFirst()) }
    return try unsqueezed(axis: 0).broadcast(to: [count] + shape)
      .reshaped(to: [count * shape[0]] + shape.dropFirst())
  }

  /// `[rows]` as `[rows, 1, …]`, to broadcast against a tensor of `rank` axes.
  func alignedToRows(rank: Int) throws -> Tensor {
    try reshaped(to: shape + [Int](repeating: 1, count: Swift.max(0, rank - 1)))
  }
}

/// What does not fit between activations.
public enum ActivationError: Error, Sendable, Equatable, CustomStringConvertible {
  case tensorCounts(Int, Int)
  /// A baseline, or another activation, does not broadcast to the instances' shape.
  case shape([Int], expected: [Int], what: String)

  public var description: String {
    switch self {
    case .tensorCounts(let a, let b):
      return "one activation has \(a) tensors and the other \(b): the cuts differ"
    case .shape(let shape, let expected, let what):
      return "\(what) has shape \(shape); it must be \(expected), or broadcast to it "
        + "(an axis of length 1, or fewer leading axes)"
    }
  }
}
