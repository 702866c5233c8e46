// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Removes random sets of features, and compares how far the quantity falls with what the set's
/// attributions add up to.
struct SubsetFalls {
  private let run: RemovalRun
  private let scores: Tensor
  private let own: [Double]
  private let generators: [Generator]

  var features: Int { run.layout.count }

  init(
    _ explanation: Explanation, features: Features?, removal: any Removal, seed: UInt64
  ) throws {
    run = try RemovalRun(explanation, features: features, removal: removal, seed: seed)
    scores = try run.scores()
    own = try explanation.ownValues().numbers()
    generators = try (0..<explanation.count).map { try explanation.generator(for: $0, seed: seed) }
  }

  /// Pearson's correlation of Σ A over the set with Q(x) − Q(x without the set), for each instance.
  ///
  /// - Parameters:
  ///   - size: Features of each set.
  ///   - sets: How many sets are drawn, each evenly from all of that size.
  ///   - metric: Who asks, for messages.
  func correlations(size: Int, sets: Int, metric: String) throws -> [Double] {
    guard size <= features else {
      throw MetricError.unsuitable(
        metric: metric,
        reason: "removes \(size) features at once, and there are \(features): ask for smaller sets")
    }
    let count = generators.count
    let removed = try generators.map { generator in
      let draws = try Tensor.uniform([sets, features], type: .float64, from: generator)
      let chosen = try draws.sorted(axis: 1).indices.sliced(axis: 1, from: 0, to: size)
      let ones = try Tensor.ones(chosen.shape, type: .float64)
      return try (draws.filled(with: 0).scattered(ones, at: chosen, axis: 1) .> 0)
        .moved(to: scores.device)
    }
    let sums = try (0..<count).map { row in
      try removed[row].converted(to: .float64)
        .matrixProduct(scores[row].unsqueezed(axis: 1)).numbers()
    }
    let masks = try Tensor.stacked(removed, axis: 1)
    let values = try run.explanation.values(
      of: run.explanation.explainer.quantity, samples: sets
    ) { samples in
      try run.points(removing: masks[samples].flattened(from: 0, to: 1))
    }
    return (0..<count).map { row in
      Agreement.correlation(
        of: sums[row], with: values[row].map { own[row] - $0 }, quantity: own[row])
    }
  }
}

/// How attributions and falls of the quantity go together.
enum Agreement {
  /// Pearson's correlation.
  ///
  /// NaN where the quantity falls by the same whatever is removed: there is nothing to foretell. Zero
  /// where only the sums are all the same: the attributions foretell nothing of what happens. What
  /// differs by no more than rounding is the same.
  ///
  /// - Parameter quantity: At the instance: what falls are small against.
  static func correlation(
    of sums: [Double], with falls: [Double], quantity: Double
  ) -> Double {
    guard (sums + falls).allSatisfy(\.isFinite) else { return .nan }
    let size = max(abs(quantity), falls.lazy.map { abs($0) }.max() ?? 0)
    guard spread(falls) > 1e-7 * size else { return .nan }
    guard spread(sums) > 1e-12 * (sums.lazy.map { abs($0) }.max() ?? 0) else { return 0 }
    return Correlation.pearson(sums, falls)
  }

  private static func spread(_ numbers: [Double]) -> Double {
    (numbers.max() ?? 0) - (numbers.min() ?? 0)
  }
}
