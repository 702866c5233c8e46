// SPDX-License-Identifier: Apache-2.0

import Torch

/// How the numbers of a unit at its positions become one.
public enum PositionReduction: String, Sendable, Codable, CaseIterable {
  /// Keeps completeness: all units together have the sum of all attributions.
  case sum
  /// Does not grow with the map: for influences, which are rates.
  case mean
  /// The one of the greatest size, with its sign.
  case strongest = "max-abs"

  /// - Parameter values: `[rows, units, positions]`.
  /// - Returns: `[rows, units]`, float64.
  func reduced(_ values: Tensor) throws -> Tensor {
    let values = try values.converted(to: .float64)
    switch self {
    case .sum: return try values.sum(axes: [2])
    case .mean: return try values.mean(axes: [2])
    case .strongest:
      let places = try values.absolute().indexOfMaximum(axis: 2, keepingAxis: true)
      return try values.gathered(places, axis: 2).squeezed(axis: 2)
    }
  }
}
