// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let nearest = [
    Operator("aten::upsample_nearest1d"), Operator("aten::upsample_nearest2d"),
    Operator("aten::upsample_nearest3d"),
  ]
  static let linear = [
    Operator("aten::upsample_linear1d"), Operator("aten::upsample_bilinear2d"),
    Operator("aten::upsample_trilinear3d"),
  ]
  static let cubic = Operator("aten::upsample_bicubic2d")
  static let sample = Operator("aten::grid_sampler")
}

extension Tensor {
  public enum Interpolation: Sendable {
    case nearest
    /// Along each spatial axis; `aligningCorners` maps first to first and last to last element.
    case linear(aligningCorners: Bool)
    /// Two spatial axes only.
    case cubic(aligningCorners: Bool)
  }

  /// Changes the lengths of the spatial axes of `[rows, channels, size…]` to `size`.
  public func resized(to size: [Int], _ interpolation: Interpolation) throws -> Tensor {
    let axes = size.count
    guard (1...3).contains(axes), rank == axes + 2 else {
      throw TorchError(
        operation: "resized", shapes: [shape, size],
        message: "needs [rows, channels, size…] and a length for each of 1 to 3 spatial axes")
    }
    let none = [Operator.Argument](repeating: .none, count: axes)
    switch interpolation {
    case .nearest:
      return try Operators.nearest[axes - 1](
        arguments: [.tensor(self), .integers(size)] + none)
    case .linear(let aligning):
      return try Operators.linear[axes - 1](
        arguments: [.tensor(self), .integers(size), .boolean(aligning)] + none)
    case .cubic(let aligning):
      guard axes == 2 else {
        throw TorchError(
          operation: "resized", shapes: [shape, size], message: "cubic needs two spatial axes")
      }
      return try Operators.cubic(
        arguments: [.tensor(self), .integers(size), .boolean(aligning)] + none)
    }
  }

  /// Reads at the places that `grid` (`[rows, height, width, 2]`, −1…1) names, with zeros outside.
  public func sampled(at grid: Tensor, aligningCorners: Bool = false) throws -> Tensor {
    try Operators.sample(
      .tensor(self), .tensor(grid), .integer(0), .integer(0), .boolean(aligningCorners))
  }
}
