// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let batch = Operator("aten::batch_norm")
  static let layer = Operator("aten::layer_norm")
  static let group = Operator("aten::group_norm")
  static let instance = Operator("aten::instance_norm")
}

/// Normalizations, as they are at inference.
extension Tensor {
  /// (x − mean) / √(variance + epsilon) · scale + shift, of each channel (axis 1).
  ///
  /// - Parameters: `scale`, `shift`, `mean` and `variance` are `[channels]`.
  public func batchNormalized(
    mean: Tensor, variance: Tensor, scale: Tensor? = nil, shift: Tensor? = nil,
    epsilon: Double = 1e-5
  ) throws -> Tensor {
    try Operators.batch(
      .tensor(self), .optional(scale), .optional(shift), .tensor(mean), .tensor(variance),
      .boolean(false), .number(0), .number(epsilon), .boolean(false))
  }

  /// Normalizes over the last axes, whose lengths `shape` gives.
  public func layerNormalized(
    shape: [Int], scale: Tensor? = nil, shift: Tensor? = nil, epsilon: Double = 1e-5
  ) throws -> Tensor {
    try Operators.layer(
      .tensor(self), .integers(shape), .optional(scale), .optional(shift), .number(epsilon),
      .boolean(false))
  }

  /// Normalizes over each of `groups` parts of the channels (axis 1).
  public func groupNormalized(
    groups: Int, scale: Tensor? = nil, shift: Tensor? = nil, epsilon: Double = 1e-5
  ) throws -> Tensor {
    try Operators.group(
      .tensor(self), .integer(groups), .optional(scale), .optional(shift), .number(epsilon),
      .boolean(false))
  }

  /// Normalizes each channel (axis 1) of each row by its own mean and variance.
  public func instanceNormalized(
    scale: Tensor? = nil, shift: Tensor? = nil, epsilon: Double = 1e-5
  ) throws -> Tensor {
    try Operators.instance(
      .tensor(self), .optional(scale), .optional(shift), .none, .none, .boolean(true), .number(0),
      .number(epsilon), .boolean(false))
  }
}
