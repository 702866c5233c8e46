// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Torch

func mean(_ numbers: [Double]) -> Double {
  numbers.reduce(0, +) / Double(max(1, numbers.count))
}

func median(_ numbers: [Double]) -> Double {
  let sorted = numbers.sorted()
  guard !sorted.isEmpty else { return .nan }
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// Spearman's correlation of two attributions, the mean over the instances.
func agreement(_ a: Tensor, _ b: Tensor) throws -> Double {
  mean(
    try (0..<a.shape[0]).map { row in
      Correlation.spearman(try a[row].numbers(), try b[row].numbers())
    })
}
