// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let maximum = [
    Operator("aten::max_pool1d_with_indices"), Operator("aten::max_pool2d_with_indices"),
    Operator("aten::max_pool3d_with_indices"),
  ]
  static let average = [
    Operator("aten::avg_pool1d"), Operator("aten::avg_pool2d"), Operator("aten::avg_pool3d"),
  ]
  static let adaptiveAverage = [
    Operator("aten::adaptive_avg_pool1d"), Operator("aten::adaptive_avg_pool2d"),
    Operator("aten::adaptive_avg_pool3d"),
  ]
}

/// Pooling over the last 1, 2 or 3 axes of `[rows, channels, size…]`; how many, the length of
/// `window` tells.
extension Tensor {
  /// The greatest element of each window.
  public func maxPooled(
    window: [Int], stride: [Int]? = nil, padding: [Int]? = nil, dilation: [Int]? = nil,
    roundingUp: Bool = false
  ) throws -> Tensor {
    try maxPooledWithIndices(
      window: window, stride: stride, padding: padding, dilation: dilation, roundingUp: roundingUp
    ).values
  }

  /// The greatest element of each window, and its place in the flattened spatial axes (int64).
  public func maxPooledWithIndices(
    window: [Int], stride: [Int]? = nil, padding: [Int]? = nil, dilation: [Int]? = nil,
    roundingUp: Bool = false
  ) throws -> (values: Tensor, indices: Tensor) {
    let axes = window.count
    let parts = try Self.variant(Operators.maximum, of: window).all(
      .tensor(self), .integers(window), .integers(stride ?? window),
      .integers(padding ?? [Int](repeating: 0, count: axes)),
      .integers(dilation ?? [Int](repeating: 1, count: axes)), .boolean(roundingUp))
    return (parts[0], parts[1])
  }

  /// The mean of each window.
  ///
  /// - Parameter countingPadding: Whether padded zeros count in the divisor.
  public func averagePooled(
    window: [Int], stride: [Int]? = nil, padding: [Int]? = nil, roundingUp: Bool = false,
    countingPadding: Bool = true
  ) throws -> Tensor {
    try Self.variant(Operators.average, of: window)(
      .tensor(self), .integers(window), .integers(stride ?? window),
      .integers(padding ?? [Int](repeating: 0, count: window.count)), .boolean(roundingUp),
      .boolean(countingPadding))
  }

  /// The mean of as many even parts as `size` says, along each spatial axis.
  public func averagePooled(toSize size: [Int]) throws -> Tensor {
    try Self.variant(Operators.adaptiveAverage, of: size)(.tensor(self), .integers(size))
  }

  private static func variant(_ operators: [Operator], of window: [Int]) throws -> Operator {
    guard (1...operators.count).contains(window.count) else {
      throw TorchError(
        operation: "pooling", shapes: [window], message: "pools over 1, 2 or 3 axes")
    }
    return operators[window.count - 1]
  }
}
