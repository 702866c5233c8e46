// SPDX-License-Identifier: Apache-2.0

import Torch

/// Numbers that belong to rows.
extension Activation {
  /// The sum of each row's squares over all tensors, `[rows]`, float64.
  func squaredNorms() throws -> Tensor {
    try map { try $0.converted(to: .float64).squared() }.rowSums()
  }

  /// Each row times its own factor, `[rows]`.
  func scaled(rows factors: Tensor) throws -> Activation {
    try map { try $0 * factors.converted(like: $0).alignedToRows(rank: $0.rank) }
  }

  /// These rows where the condition, `[rows]`, holds, and those of another activation elsewhere.
  func chosen(rows condition: Tensor, else other: Activation) throws -> Activation {
    try combined(with: other) { own, other in
      try own.chosen(where: condition.alignedToRows(rank: own.rank), else: other)
    }
  }

}
