// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension Activation {
  /// One number a feature, `[rows, features]`, float64, those of all tensors one after another.
  ///
  /// - Parameter features: `nil` for what is standard for each tensor's shape.
  func featureScores(by features: Features?) throws -> Tensor {
    try .concatenated(
      tensors.map { try (features ?? .standard(for: $0.shape)).scores(of: $0) }, axis: 1)
  }

  /// All elements of each row, `[rows, elements]`, float64.
  func elementsByRow() throws -> Tensor { try featureScores(by: .elements) }
}

extension Tensor {
  /// Of `[rows, …]`: the numbers of each row.
  func numbersByRow() throws -> [[Double]] {
    let numbers = try numbers()
    let perRow = numbers.count / Swift.max(1, shape[0])
    return (0..<shape[0]).map { Array(numbers[$0 * perRow..<($0 + 1) * perRow]) }
  }
}

extension [Double] {
  /// Σ |x|.
  var absoluteSum: Double { reduce(0) { $0 + abs($1) } }

  /// Σ |x − y| over `scale`: 0 where both are 0, NaN where `scale` alone is.
  func distance(to other: [Double], over scale: Double) -> Double {
    let distance = zip(self, other).reduce(0) { $0 + abs($1.0 - $1.1) }
    return distance == 0 ? 0 : scale == 0 ? .nan : distance / scale
  }
}
