// SPDX-License-Identifier: Apache-2.0

import Torch

/// What is kept of how contributions spread, besides their sum.
enum Spread: Sendable {
  /// Σ w c².
  case squares
  /// Σ (c₂ₕ − c₂ₕ₊₁)² over pairs of samples.
  case pairs

  /// What a statistic, or the standard error of a mean, is made from; `nil` for nothing.
  init?(of statistic: Statistic, design: SamplingDesign?) {
    switch (statistic, design) {
    case (.mean, nil): return nil
    case (.mean, .pairs): self = .pairs
    case (.mean, .independent), (.meanSquare, _), (.variance, _): self = .squares
    }
  }
}

/// Adds up the squared differences of samples 2h and 2h + 1, in float64.
///
/// Both have the variance σₕ² of their stratum, so that their squared difference is 2 σₕ² on average:
/// w² times the sum is, without bias, the variance of the mean of samples with equal weight w.
struct PairedDifferences {
  /// Σ (c₂ₕ − c₂ₕ₊₁)², `[instances, …]` for each tensor of the cut.
  private(set) var sums: [Tensor] = []
  /// The first of a pair whose second is in the next chunk, `[1, instances, …]`.
  private var waiting: [Tensor] = []

  /// - Parameter contributions: Of the samples of a chunk, `[samples, instances, …]`.
  mutating func add(_ contributions: [Tensor]) throws {
    let all =
      waiting.isEmpty
      ? contributions : try zip(waiting, contributions).map { try .concatenated([$0, $1]) }
    let samples = all.first?.shape[0] ?? 0
    let paired = samples - samples % 2
    waiting = paired < samples ? try all.map { try $0.sliced(axis: 0, from: paired) } : []
    guard paired > 0 else { return }
    let parts = try all.map { rows in
      let first = try rows.sliced(axis: 0, from: 0, to: paired, by: 2)
      let second = try rows.sliced(axis: 0, from: 1, to: paired, by: 2)
      return try (first - second).converted(to: .float64).squared().sum(axes: [0])
    }
    sums = sums.isEmpty ? parts : try zip(sums, parts).map { try $0 + $1 }
  }
}

extension Activation {
  /// These being variances: Σ standard error / Σ |value| for each instance, `[instances]`, float64.
  func relativeStandardError(of values: Activation) throws -> Tensor {
    let errors = try map { try $0.squareRoot() }
    return try errors.rowSums() / values.map { try $0.absolute() }.rowSums()
  }
}
