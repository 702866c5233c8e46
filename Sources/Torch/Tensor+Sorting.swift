// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let sort = Operator("aten::sort", "stable")
  static let top = Operator("aten::topk")
  static let median = Operator("aten::median", "dim")
  static let mode = Operator("aten::mode")
  static let quantile = Operator("aten::quantile", "scalar")
  static let unique = Operator("aten::_unique2")
}

extension Tensor {
  /// The elements along an axis in order, and the places (int64) that they came from; equals keep
  /// their order.
  public func sorted(
    axis: Int = -1, descending: Bool = false
  ) throws -> (values: Tensor, indices: Tensor) {
    let parts = try Operators.sort.all(
      .tensor(self), .boolean(true), .integer(axis), .boolean(descending))
    return (parts[0], parts[1])
  }

  /// The `count` greatest (or least) elements along an axis, in order, and their places (int64).
  public func top(
    _ count: Int, axis: Int = -1, least: Bool = false
  ) throws -> (values: Tensor, indices: Tensor) {
    let parts = try Operators.top.all(
      .tensor(self), .integer(count), .integer(axis), .boolean(!least), .boolean(true))
    return (parts[0], parts[1])
  }

  /// The middle element along an axis; the lower of two.
  public func median(axis: Int) throws -> Tensor {
    try Operators.median.all(.tensor(self), .integer(axis), .boolean(false))[0]
  }

  /// The most frequent element along an axis; the least of several.
  public func mode(axis: Int) throws -> Tensor {
    try Operators.mode.all(.tensor(self), .integer(axis), .boolean(false))[0]
  }

  /// The `fraction` quantile along an axis, interpolated linearly.
  ///
  /// - Precondition: `0 ≤ fraction ≤ 1`.
  public func quantile(_ fraction: Double, axis: Int) throws -> Tensor {
    precondition((0...1).contains(fraction), "a fraction lies in 0…1: \(fraction)")
    return try Operators.quantile(
      .tensor(self), .number(fraction), .integer(axis), .boolean(false), .text("linear"))
  }

  /// The different elements in rising order.
  public func unique() throws -> Tensor {
    try Operators.unique.all(.tensor(self), .boolean(true), .boolean(false), .boolean(false))[0]
  }
}
