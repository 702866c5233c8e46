// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let sum = Operator("aten::sum", "dim_IntList")
  static let mean = Operator("aten::mean", "dim")
  static let product = Operator("aten::prod", "dim_int")
  static let maximum = Operator("aten::amax")
  static let minimum = Operator("aten::amin")
  static let variance = Operator("aten::var", "correction")
  static let logSumExp = Operator("aten::logsumexp")
  static let norm = Operator("aten::linalg_vector_norm")
  static let any = Operator("aten::any", "dim")
  static let all = Operator("aten::all", "dim")
  static let indexOfMaximum = Operator("aten::argmax")
  static let indexOfMinimum = Operator("aten::argmin")
  static let cumulativeSum = Operator("aten::cumsum")
  static let cumulativeProduct = Operator("aten::cumprod")
}

/// Reductions. `axes` may count from the end with negative numbers; without them all axes are
/// reduced, and with an empty list none: each element stands alone. `keepingAxes` leaves reduced axes
/// in place with length 1.
extension Tensor {
  public func sum(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try reduced(axes, keepingAxes) { try Operators.sum($0, $1, $2, .none) }
  }

  public func mean(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try reduced(axes, keepingAxes) { try Operators.mean($0, $1, $2, .none) }
  }

  public func product(axis: Int, keepingAxis: Bool = false) throws -> Tensor {
    try Operators.product(.tensor(self), .integer(axis), .boolean(keepingAxis), .none)
  }

  /// The greatest element; its gradient is shared evenly among equals.
  public func max(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try reduced(axes, keepingAxes) { try Operators.maximum($0, $1, $2) }
  }

  /// The least element; its gradient is shared evenly among equals.
  public func min(axes: [Int]? = nil, keepingAxes: Bool = false) throws -> Tensor {
    try reduced(axes, keepingAxes) { try Operators.minimum($0, $1, $2) }
  }

  /// The mean squared deviation from the mean, divided by the count less `correction`.
  public func variance(
    axes: [Int]? = nil, correction: Int = 0, keepingAxes: Bool = false
  ) throws -> Tensor {
    try reduced(axes, keepingAxes) { try Operators.variance($0, $1, .integer(correction), $2) }
  }

  /// log Σ exp(x), without overflow.
  public func logSumExp(axes: [Int], keepingAxes: Bool = false) throws -> Tensor {
    try reduced(axes, keepingAxes) { try Operators.logSumExp($0, $1, $2) }
  }

  /// (Σ |x|^order)^(1/order).
  public func norm(
    _ order: Double = 2, axes: [Int]? = nil, keepingAxes: Bool = false
  ) throws -> Tensor {
    try reduced(axes, keepingAxes) { try Operators.norm($0, .number(order), $1, $2, .none) }
  }

  public func any(axis: Int, keepingAxis: Bool = false) throws -> Tensor {
    try Operators.any(.tensor(self), .integer(axis), .boolean(keepingAxis))
  }

  public func all(axis: Int, keepingAxis: Bool = false) throws -> Tensor {
    try Operators.all(.tensor(self), .integer(axis), .boolean(keepingAxis))
  }

  /// The place of the greatest element along an axis, int64; the first among equals.
  public func indexOfMaximum(axis: Int, keepingAxis: Bool = false) throws -> Tensor {
    try Operators.indexOfMaximum(.tensor(self), .integer(axis), .boolean(keepingAxis))
  }

  /// The place of the least element along an axis, int64; the first among equals.
  public func indexOfMinimum(axis: Int, keepingAxis: Bool = false) throws -> Tensor {
    try Operators.indexOfMinimum(.tensor(self), .integer(axis), .boolean(keepingAxis))
  }

  public func cumulativeSum(axis: Int) throws -> Tensor {
    try Operators.cumulativeSum(.tensor(self), .integer(axis), .none)
  }

  public func cumulativeProduct(axis: Int) throws -> Tensor {
    try Operators.cumulativeProduct(.tensor(self), .integer(axis), .none)
  }

  /// Runs `reduction` with tensor, axes and whether they stay.
  private func reduced(
    _ axes: [Int]?, _ keepingAxes: Bool,
    by reduction: (Operator.Argument, Operator.Argument, Operator.Argument) throws -> Tensor
  ) throws -> Tensor {
    let axes = axes ?? Array(0..<rank)
    if axes.isEmpty && rank > 0 {
      // libtorch takes an empty list to mean all axes: reduce one of length 1 instead.
      return try reduction(.tensor(unsqueezed(axis: 0)), .integers([0]), .boolean(false))
    }
    return try reduction(.tensor(self), .integers(axes), .boolean(keepingAxes))
  }
}
