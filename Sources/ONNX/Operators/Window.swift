// SPDX-License-Identifier: Apache-2.0

import Torch

/// How a window moves over the spatial axes of `[rows, channels, spatial…]`: the attributes that
/// convolutions and poolings share.
struct Window: Sendable {
  /// What `auto_pad` says.
  enum Padding: String, Sendable {
    case explicit = "NOTSET"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
    case valid = "VALID"
  }

  /// Above this no attribute makes sense, and below it no product of two overflows.
  static let longest = 1 << 24

  /// Lengths along the spatial axes; empty for a convolution that leaves them to its weight.
  let lengths: [Int]
  let strides: [Int]?
  let dilations: [Int]?
  let pads: [Int]?
  let padding: Padding
  let roundsUp: Bool

  init(_ node: NodeReader, isPooling: Bool) throws {
    let lengths = try node.integers("kernel_shape") ?? []
    guard !isPooling || !lengths.isEmpty else {
      throw NodeFault("the attribute 'kernel_shape' is missing")
    }
    guard lengths.allSatisfy({ $0 > 0 && $0 <= Self.longest }) else {
      throw NodeFault("the kernel shape is \(lengths); lengths must be positive")
    }
    self.lengths = lengths
    strides = try Self.positive(node, "strides")
    dilations = try Self.positive(node, "dilations")
    pads = try node.integers("pads")
    if let pads, pads.contains(where: { $0 < 0 || $0 > Self.longest }) {
      throw NodeFault("the attribute 'pads' is \(pads); it must not be negative")
    }
    padding = try node.choice("auto_pad", .explicit)
    roundsUp = try node.flag("ceil_mode")
    if isPooling { _ = try spatial(rank: lengths.count) }
  }

  private static func positive(_ node: NodeReader, _ name: String) throws -> [Int]? {
    let values = try node.integers(name)
    if let values, values.contains(where: { $0 <= 0 || $0 > longest }) {
      throw NodeFault("the attribute '\(name)' is \(values); it must be positive")
    }
    return values
  }

  /// Strides, dilations and explicit padding for a number of spatial axes.
  func spatial(
    rank: Int
  ) throws -> (strides: [Int], dilations: [Int], before: [Int], after: [Int]) {
    func checked(_ values: [Int]?, _ standard: Int, _ count: Int, _ name: String) throws -> [Int] {
      guard let values, !values.isEmpty else { return [Int](repeating: standard, count: count) }
      guard values.count == count else {
        throw NodeFault("the attribute '\(name)' has \(values.count) numbers, not \(count)")
      }
      return values
    }
    let pads = try checked(padding == .explicit ? pads : nil, 0, 2 * rank, "pads")
    return (
      try checked(strides, 1, rank, "strides"), try checked(dilations, 1, rank, "dilations"),
      Array(pads[..<rank]), Array(pads[rank...])
    )
  }

  /// What to do along one axis.
  struct Axis {
    let length: Int
    let stride: Int
    let dilation: Int
    /// Padding ahead and behind, as the attributes say.
    let before: Int
    let after: Int
    /// How many windows there are.
    let count: Int

    /// The length of a window with its gaps.
    var extent: Int { (length - 1) * dilation + 1 }
  }

  /// The windows over spatial axes of given lengths.
  ///
  /// Rounding up never adds a window that begins behind the input and its padding ahead, as the
  /// operators' texts say since operator set 22, and as runtimes have it for all.
  func axes(over input: [Int], window: [Int]) throws -> [Axis] {
    let (strides, dilations, before, after) = try spatial(rank: window.count)
    guard input.count == window.count else {
      throw NodeFault("a window of \(window.count) axes over an input of \(input.count)")
    }
    return try input.indices.map { axis in
      let extent = (window[axis] - 1) * dilations[axis] + 1
      var (ahead, behind) = (before[axis], after[axis])
      if padding == .sameUpper || padding == .sameLower {
        let count = (input[axis] + strides[axis] - 1) / strides[axis]
        let total = max(0, (count - 1) * strides[axis] + extent - input[axis])
        ahead = padding == .sameUpper ? total / 2 : total - total / 2
        behind = total - ahead
      }
      let room = input[axis] + ahead + behind - extent
      guard room >= 0 else {
        throw NodeFault(
          "a window of \(extent) does not fit an axis of \(input[axis] + ahead + behind)")
      }
      var count = room / strides[axis] + 1
      if roundsUp && room % strides[axis] != 0 {
        count += 1
        if (count - 1) * strides[axis] >= input[axis] + ahead { count -= 1 }
      }
      return Axis(
        length: window[axis], stride: strides[axis], dilation: dilations[axis], before: ahead,
        after: behind, count: count)
    }
  }
}

extension Tensor {
  /// Pads (or, where negative, cuts) the spatial axes of `[rows, channels, spatial…]`.
  func spatiallyPadded(before: [Int], after: [Int], with value: Double = 0) throws -> Tensor {
    guard before.contains(where: { $0 != 0 }) || after.contains(where: { $0 != 0 }) else {
      return self
    }
    guard rank == before.count + 2 else {
      throw NodeFault("an input of shape \(shape) where \(before.count) spatial axes are wanted")
    }
    return try padded(before: [0, 0] + before, after: [0, 0] + after, with: value)
  }
}
