// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let convolution = Operator("attribution::convolution")
  static let fold = Operator("aten::im2col")
}

extension Tensor {
  /// Convolution over 1, 2 or 3 spatial axes (cross-correlation, as the field calls it so).
  ///
  /// - Parameters:
  ///   - weight: `[outputs, channels / groups, kernel…]`.
  ///   - bias: `[outputs]`.
  ///   - stride: One number for each spatial axis, or one for all; so the others.
  ///   - padding: Zeros added at both ends.
  ///   - dilation: The distance of the kernel's taps.
  ///   - groups: Parts of the channels that do not see each other.
  /// - Returns: `[rows, outputs, size…]`, size = ⌊(n + 2·padding − dilation·(kernel − 1) − 1) /
  ///   stride⌋ + 1.
  public func convolved(
    weight: Tensor, bias: Tensor? = nil, stride: [Int] = [1], padding: [Int] = [0],
    dilation: [Int] = [1], groups: Int = 1
  ) throws -> Tensor {
    try convolution(
      weight, bias, stride, padding, dilation, transposed: false, outputPadding: [0], groups)
  }

  /// The transpose of ``convolved(weight:bias:stride:padding:dilation:groups:)``.
  ///
  /// - Parameters:
  ///   - weight: `[channels, outputs / groups, kernel…]`.
  ///   - outputPadding: Places added at one end of the result.
  public func convolvedTransposed(
    weight: Tensor, bias: Tensor? = nil, stride: [Int] = [1], padding: [Int] = [0],
    outputPadding: [Int] = [0], dilation: [Int] = [1], groups: Int = 1
  ) throws -> Tensor {
    try convolution(
      weight, bias, stride, padding, dilation, transposed: true, outputPadding: outputPadding,
      groups)
  }

  private func convolution(
    _ weight: Tensor, _ bias: Tensor?, _ stride: [Int], _ padding: [Int], _ dilation: [Int],
    transposed: Bool, outputPadding: [Int], _ groups: Int
  ) throws -> Tensor {
    try Operators.convolution(
      .tensor(self), .tensor(weight), .optional(bias), .integers(stride), .integers(padding),
      .integers(dilation), .boolean(transposed), .integers(outputPadding), .integer(groups))
  }
}
