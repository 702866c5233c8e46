// SPDX-License-Identifier: Apache-2.0

import Torch

/// The coalitions that ``KernelSHAP`` looks at, and how each counts.
struct CoalitionDesign {
  /// bool, `[coalitions, features]`.
  let members: Tensor
  /// `[coalitions]`, float64, summing to 1.
  let weights: Tensor

  /// - Parameter features: 2 or more.
  init(features: Int, count: Int, from generator: Generator) throws {
    // Sizes from the outside in; each stands for its complement's as well.
    let sizes = Array(1...max(1, features / 2))
    let kernel = sizes.map { size -> Double in
      let own = Double(features - 1) / Double(size * (features - size))
      return 2 * size == features ? own : 2 * own
    }
    let whole = kernel.reduce(0, +)
    var rows: [[Bool]] = []
    var weights: [Double] = []
    var next = 0
    while next < sizes.count {
      let left = kernel[next...].reduce(0, +)
      let size = sizes[next]
      let subsets = Self.choices(size, of: features) * (2 * size == features ? 1 : 2)
      guard Double(count - rows.count) * kernel[next] / left >= subsets - 1e-9 else { break }
      let before = rows.count
      Self.eachSubset(size, of: features) { subset in
        var row = [Bool](repeating: false, count: features)
        for feature in subset { row[feature] = true }
        rows.append(row)
        if 2 * size != features { rows.append(row.map { !$0 }) }
      }
      let each = kernel[next] / whole / Double(rows.count - before)
      weights += [Double](repeating: each, count: rows.count - before)
      next += 1
    }
    let pairs = (count - rows.count) / 2
    if next < sizes.count, pairs > 0 {
      let left = kernel[next...].reduce(0, +)
      let draws = try Tensor.uniform([pairs], type: .float64, from: generator).numbers()
      for draw in draws {
        var rest = draw * left
        let size = sizes[next...].first { size in
          rest -= kernel[size - 1]
          return rest < 0
        }
        let order = try Tensor.permutation(features, from: generator).integers()
        let row = order.map { $0 < size ?? sizes[sizes.count - 1] }
        rows.append(row)
        rows.append(row.map { !$0 })
      }
      let each = left / whole / Double(2 * pairs)
      weights += [Double](repeating: each, count: 2 * pairs)
    }
    guard !rows.isEmpty else {
      throw ComparatorError.tooFewCoalitions(count, features: features)
    }
    members = try Tensor(rows.flatMap { $0 }, shape: [rows.count, features])
    self.weights = try Tensor(weights)
  }

  /// C(n, k); a float, so that large ones do not overflow.
  private static func choices(_ size: Int, of features: Int) -> Double {
    (0..<size).reduce(1) { $0 * Double(features - $1) / Double($1 + 1) }
  }

  /// Calls with every subset of a size, in lexicographic order.
  private static func eachSubset(_ size: Int, of features: Int, _ body: ([Int]) -> Void) {
    var subset = Array(0..<size)
    while true {
      body(subset)
      guard let moving = subset.indices.last(where: { subset[$0] < features - size + $0 }) else {
        return
      }
      subset[moving] += 1
      for later in subset.indices.dropFirst(moving + 1) { subset[later] = subset[later - 1] + 1 }
    }
  }
}
