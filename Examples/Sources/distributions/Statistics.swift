// SPDX-License-Identifier: Apache-2.0

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
  let rows = try (0..<a.shape[0]).map { row in
    correlation(ranks(try a[row].numbers()), ranks(try b[row].numbers()))
  }
  return mean(rows)
}

/// Ranks from 0; numbers that are equal share the mean of theirs.
private func ranks(_ numbers: [Double]) -> [Double] {
  let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
  var ranks = [Double](repeating: 0, count: numbers.count)
  var first = 0
  while first < order.count {
    let tied = order[first...].prefix { numbers[$0] == numbers[order[first]] }
    for index in tied { ranks[index] = Double(first) + Double(tied.count - 1) / 2 }
    first += tied.count
  }
  return ranks
}

private func correlation(_ a: [Double], _ b: [Double]) -> Double {
  let (meanA, meanB) = (mean(a), mean(b))
  let products = zip(a, b).map { ($0 - meanA) * ($1 - meanB) }
  let squares = (
    a.map { ($0 - meanA) * ($0 - meanA) }.reduce(0, +),
    b.map { ($0 - meanB) * ($0 - meanB) }.reduce(0, +)
  )
  return products.reduce(0, +) / (squares.0 * squares.1).squareRoot()
}
