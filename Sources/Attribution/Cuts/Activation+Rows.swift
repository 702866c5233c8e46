// SPDX-License-Identifier: Apache-2.0

import Torch

/// Work on the rows of an activation, all its tensors together.
extension Activation {
  /// Each row times its own number of `factors`, `[rows]`.
  func scalingRows(by factors: Tensor) throws -> Activation {
    try map { try $0 * factors.converted(like: $0).alignedToRows(rank: $0.rank) }
  }

  /// The row of `self` where `mask`, bool `[rows]`, is true, and that of `other` elsewhere.
  func choosingRows(where mask: Tensor, else other: Activation) throws -> Activation {
    try combined(with: other) { own, other in
      try own.chosen(where: mask.alignedToRows(rank: own.rank), else: other)
    }
  }

  /// The Euclidean length of each row, `[rows]`, float64.
  func rowLengths() throws -> Tensor {
    try map { try $0.converted(to: .float64).squared() }.rowSums().squareRoot()
  }

  /// Every number in float64.
  func doubled() throws -> Activation { try map { try $0.converted(to: .float64) } }

  /// Every tensor in the type of its counterpart, on its device.
  func converted(like other: Activation) throws -> Activation {
    try combined(with: other) { try $0.converted(like: $1) }
  }

  /// Every number moved into a range.
  func clamped(to range: ClosedRange<Double>?) throws -> Activation {
    guard let range else { return self }
    return try map { try $0.clamped(from: range.lowerBound, to: range.upperBound) }
  }

  /// For gradients: how far to go along each row's to change the quantity by `changes`, `[rows]`, to
  /// first order; nowhere where the gradient is 0.
  func reaching(_ changes: Tensor) throws -> Activation {
    let lengths = try rowLengths()
    // Divided twice, because the square of a short length may be no number.
    let safe = try lengths.filled(with: 1, where: lengths .== 0)
    let unit = try doubled().scalingRows(by: safe.reciprocal())
    return try unit.scalingRows(by: changes / safe).converted(like: self)
  }
}
