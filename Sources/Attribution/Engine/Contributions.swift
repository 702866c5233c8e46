// SPDX-License-Identifier: Apache-2.0

import Torch

/// Adds up what samples contribute, in float64: c = ∂Q/∂y, or ∂Q/∂y ⊙ m.
struct Contributions {
  /// Σ w c and, where kept, Σ w c², `[instances, …]` for each tensor of the cut.
  private var sums: [Tensor] = []
  private var squares: [Tensor] = []
  private var pairs = PairedDifferences()
  private var types: [ElementType] = []
  private let count: Int
  /// What is kept of how contributions spread.
  let spread: Spread?
  /// Whether all that was added is finite.
  private(set) var isFinite = true

  init(instances: Int, keeping spread: Spread? = nil) {
    count = instances
    self.spread = spread
  }

  /// Adds the samples of a chunk.
  ///
  /// - Parameters:
  ///   - gradients: `[samples · instances, …]`.
  ///   - weights: `[samples · instances]`; `nil` where the gradients are weighted already.
  ///   - displacement: The gradients' rows, or one for each instance; `nil` adds the gradients.
  mutating func add(
    _ gradients: [Tensor], weights: Tensor? = nil, displacement: Activation? = nil
  ) throws {
    types = gradients.map(\.elementType)
    var parts: [Tensor] = []
    var squareParts: [Tensor] = []
    var products: [Tensor] = []
    for (index, gradient) in gradients.enumerated() {
      let weight = try weights?.converted(like: gradient).alignedToRows(rank: gradient.rank)
      let weighted = try weight.map { try gradient * $0 } ?? gradient
      let factor = displacement?.tensors[index]
      parts.append(try total(weighted, times: factor))
      if spread == .pairs { products.append(try perSample(gradient, times: factor)) }
      if spread == .squares {
        squareParts.append(
          try total(weighted * gradient, times: factor.map { try $0.squared() }))
      }
    }
    sums = try Self.added(sums, parts)
    isFinite = try isFinite && parts.allSatisfy { try $0.sum().number().isFinite }
    squares = try Self.added(squares, squareParts)
    if spread == .pairs { try pairs.add(products) }
  }

  /// Σ over samples of rows ⊙ factor, `[instances, …]`, float64.
  private func total(_ rows: Tensor, times factor: Tensor?) throws -> Tensor {
    let isShared = factor.map { $0.shape[0] == count } ?? false
    let products = try factor.map { isShared ? rows : try rows * $0 } ?? rows
    var sum = try overSamples(products).converted(to: .float64)
    if let factor, isShared { sum = try sum * factor }
    return sum
  }

  /// Σ over samples of `rows`, `[instances, …]`.
  private func overSamples(_ rows: Tensor) throws -> Tensor {
    let samples = rows.shape[0] / count
    // Where a sample is large, libtorch's sum along the first axis is slower than sums of two.
    if (2...64).contains(samples), rows.count / samples >= 1 << 16 {
      var sum = try rows[0..<count]
      for sample in 1..<samples {
        sum = try sum + rows[sample * count..<(sample + 1) * count]
      }
      return sum
    }
    return try rows.reshaped(to: [samples, count] + rows.shape.dropFirst()).sum(axes: [0])
  }

  /// rows ⊙ factor, `[samples, instances, …]`.
  private func perSample(_ rows: Tensor, times factor: Tensor?) throws -> Tensor {
    let shape = rows.shape
    let rows = try rows.reshaped(to: [shape[0] / count, count] + shape.dropFirst())
    guard let factor else { return rows }
    let isShared = factor.shape[0] == count
    return try rows * (isShared ? factor : factor.reshaped(to: rows.shape))
  }

  private static func added(_ sums: [Tensor], _ parts: [Tensor]) throws -> [Tensor] {
    sums.isEmpty ? parts : try zip(sums, parts).map { try $0 + $1 }
  }

  /// The statistic of each element, in the gradients' type.
  func result(_ statistic: Statistic) throws -> Activation {
    let values =
      switch statistic {
      case .mean: sums
      case .meanSquare: squares
      case .variance: try zip(sums, squares).map { try ($1 - $0 * $0).clamped(from: 0) }
      }
    return Activation(try zip(values, types).map { try $0.converted(to: $1) })
  }

  /// Σ of each instance over all tensors, `[instances]`, float64.
  func rowSums() throws -> Tensor { try Activation(sums).rowSums() }

  /// The variance of the mean of `draws` with equal weights, of each element, float64; `nil` where
  /// nothing tells it.
  func varianceOfMean(draws: Int) throws -> Activation? {
    guard draws > 1 else { return nil }
    switch spread {
    case nil: return nil
    case .squares:
      return Activation(
        try zip(sums, squares).map { sum, square in
          try (square - sum * sum).clamped(from: 0) / Double(draws - 1)
        })
    case .pairs: return Activation(try pairs.sums.map { try $0 / Double(draws * draws) })
    }
  }
}
