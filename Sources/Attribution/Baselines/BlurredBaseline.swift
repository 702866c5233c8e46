// SPDX-License-Identifier: Apache-2.0

import Glibc
import Torch

/// The instance, blurred by a Gaussian over its spatial axes (all behind rows and channels).
///
/// The kernel reaches four deviations to each side; at the border the nearest element goes on, so
/// that a constant image stays constant.
public struct BlurredBaseline: Baseline {
  /// In elements of the spatial axes.
  public let standardDeviation: Double

  /// - Precondition: `standardDeviation > 0`.
  public init(standardDeviation: Double) {
    precondition(standardDeviation > 0, "a blur has a positive deviation, not \(standardDeviation)")
    self.standardDeviation = standardDeviation
  }

  public var name: String { "blurred \(standardDeviation)" }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    let start = try instances.activation.map { tensor in
      guard tensor.rank >= 3 else {
        throw BaselineError.rank(name, shape: tensor.shape, least: 3)
      }
      return try (2..<tensor.rank).reduce(tensor) { try blurred($0, axis: $1) }
    }
    return [WeightedStart(start)]
  }

  /// One axis at a time, as the product of a banded matrix with that axis.
  private func blurred(_ tensor: Tensor, axis: Int) throws -> Tensor {
    let matrix = try Tensor(weights(length: tensor.shape[axis]), shape: nil)
      .reshaped(to: [tensor.shape[axis], tensor.shape[axis]]).converted(like: tensor)
    return try tensor.transposed(axis, -1).matrixProduct(matrix).transposed(axis, -1)
  }

  /// `[from, to]`: what each element gives to each, columns summing to 1.
  private func weights(length: Int) -> [Double] {
    let reach = max(1, Int((4 * standardDeviation).rounded(.up)))
    let kernel = (-reach...reach).map {
      exp(-0.5 * Double($0 * $0) / (standardDeviation * standardDeviation))
    }
    let sum = kernel.reduce(0, +)
    var matrix = [Double](repeating: 0, count: length * length)
    for target in 0..<length {
      for (index, weight) in kernel.enumerated() {
        let source = min(max(target + index - reach, 0), length - 1)
        matrix[source * length + target] += weight / sum
      }
    }
    return matrix
  }
}

extension Baseline where Self == BlurredBaseline {
  /// The instance, blurred over its spatial axes.
  public static func blurred(standardDeviation: Double) -> BlurredBaseline {
    BlurredBaseline(standardDeviation: standardDeviation)
  }
}
