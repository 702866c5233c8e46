// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let reshape = Operator("aten::reshape")
  static let flatten = Operator("aten::flatten", "using_ints")
  static let transpose = Operator("aten::transpose", "int")
  static let permute = Operator("aten::permute")
  static let squeeze = Operator("aten::squeeze", "dim")
  static let unsqueeze = Operator("aten::unsqueeze")
  static let expand = Operator("aten::expand")
  static let repeated = Operator("aten::repeat")
  static let repeatInterleave = Operator("aten::repeat_interleave", "self_int")
  static let concatenate = Operator("aten::cat")
  static let stack = Operator("aten::stack")
  static let split = Operator("aten::split_with_sizes")
  static let flip = Operator("aten::flip")
  static let roll = Operator("aten::roll")
  static let contiguous = Operator("aten::contiguous")
  static let clone = Operator("aten::clone")
  static let pad = Operator("aten::constant_pad_nd")
  static let lower = Operator("aten::tril")
  static let upper = Operator("aten::triu")
}

/// Shape operations. Axes may count from the end with negative numbers. Results are views where the
/// memory allows it.
extension Tensor {
  /// The same elements in row-major order under another shape; one length may be −1.
  public func reshaped(to shape: [Int]) throws -> Tensor {
    try Operators.reshape(.tensor(self), .integers(shape))
  }

  /// Joins the axes `first…last` into one.
  public func flattened(from first: Int = 0, to last: Int = -1) throws -> Tensor {
    try Operators.flatten(.tensor(self), .integer(first), .integer(last))
  }

  public func transposed(_ a: Int = -2, _ b: Int = -1) throws -> Tensor {
    try Operators.transpose(.tensor(self), .integer(a), .integer(b))
  }

  /// Axis `i` of the result is axis `order[i]` of this tensor.
  public func permuted(to order: [Int]) throws -> Tensor {
    try Operators.permute(.tensor(self), .integers(order))
  }

  /// Removes an axis of length 1; another length stays as it is.
  public func squeezed(axis: Int) throws -> Tensor {
    try Operators.squeeze(.tensor(self), .integer(axis))
  }

  /// Puts a new axis of length 1 at `axis`.
  public func unsqueezed(axis: Int) throws -> Tensor {
    try Operators.unsqueeze(.tensor(self), .integer(axis))
  }

  /// Stretches axes of length 1 (and new leading ones) to `shape`, without copying; −1 keeps an axis.
  public func broadcast(to shape: [Int]) throws -> Tensor {
    try Operators.expand(.tensor(self), .integers(shape))
  }

  /// The tensor laid `counts[i]` times along each axis.
  public func tiled(_ counts: [Int]) throws -> Tensor {
    try Operators.repeated(.tensor(self), .integers(counts))
  }

  /// Each slice along `axis` `count` times in a row, as in a, a, b, b.
  public func repeatingEach(_ count: Int, axis: Int = 0) throws -> Tensor {
    try Operators.repeatInterleave(.tensor(self), .integer(count), .integer(axis))
  }

  public static func concatenated(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    if tensors.count == 1 { return tensors[0] }
    return try Operators.concatenate(.tensors(tensors), .integer(axis))
  }

  /// Puts tensors of one shape side by side along a new axis.
  public static func stacked(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    try Operators.stack(.tensors(tensors), .integer(axis))
  }

  /// Cuts an axis into parts of the given lengths, which add up to its length.
  public func split(lengths: [Int], axis: Int = 0) throws -> [Tensor] {
    try Operators.split.all(
      .tensor(self), .integers(lengths), .integer(axis), atMost: lengths.count)
  }

  public func flipped(axes: [Int]) throws -> Tensor {
    try Operators.flip(.tensor(self), .integers(axes))
  }

  /// Moves elements along axes; what leaves at one end comes back at the other.
  public func rolled(by shifts: [Int], axes: [Int]) throws -> Tensor {
    try Operators.roll(.tensor(self), .integers(shifts), .integers(axes))
  }

  /// The same elements in row-major memory of their own where they are not in that order already.
  public func contiguous() throws -> Tensor { try Operators.contiguous(.tensor(self)) }

  /// The same elements, with the channels (axis 1) next to each other in memory.
  ///
  /// Convolutions of images, `[rows, channels, height, width]`, run faster so on most processors, and
  /// give results in that layout. Other ranks stay as they are.
  public func channelsLast() throws -> Tensor {
    // libtorch's number for the layout.
    rank == 4 ? try Operators.contiguous(.tensor(self), .integer(2)) : self
  }

  /// The same elements in memory of their own.
  public func copied() throws -> Tensor { try Operators.clone(.tensor(self)) }

  /// Adds `before` and `after` elements of `value` at each axis; negative numbers take away.
  ///
  /// - Precondition: Both lists have an entry for each axis.
  public func padded(before: [Int], after: [Int], with value: Double = 0) throws -> Tensor {
    precondition(
      before.count == rank && after.count == rank, "padding needs a number for each axis")
    let pairs = zip(before, after).reversed().flatMap { [$0.0, $0.1] }
    return try Operators.pad(
      .tensor(self), .integers(pairs), elementType.exactly(value, for: "padded"))
  }

  /// Zeros above the given diagonal of each matrix.
  public func lowerTriangle(diagonal: Int = 0) throws -> Tensor {
    try Operators.lower(.tensor(self), .integer(diagonal))
  }

  /// Zeros below the given diagonal of each matrix.
  public func upperTriangle(diagonal: Int = 0) throws -> Tensor {
    try Operators.upper(.tensor(self), .integer(diagonal))
  }
}
