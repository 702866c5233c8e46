// SPDX-License-Identifier: Apache-2.0

import Torch

/// Random times on straight paths from random baselines: expected gradients (Erion and others 2021,
/// arXiv:1906.10670).
///
/// Each sample draws a baseline and a time evenly in 0…1. Σ of the attributions approaches
/// F(x) − mean F(baseline) as samples grow, with an error that falls like count^−½. A draw is the
/// same for every instance.
public struct ExpectedGradientsDistribution: DistributionOfInterest {
  public let baseline: any Baseline
  public let count: Int
  public let seed: UInt64

  /// - Parameters:
  ///   - baseline: What is drawn from, by its weights.
  ///   - count: Draws for each instance.
  /// - Precondition: `count > 0`.
  public init(from baseline: any Baseline, count: Int = 50, seed: UInt64 = 0) {
    precondition(count > 0, "at least one draw is needed, not \(count)")
    self.baseline = baseline
    self.count = count
    self.seed = seed
  }

  public var name: String { "expected gradients from \(baseline.name), \(count) draws" }

  public var isSampled: Bool { true }

  public func samples(around instances: Instances) throws -> Samples {
    let starts = try baseline.starts(for: instances)
    guard !starts.isEmpty else { throw BaselineError.none(baseline.name) }
    let share = starts.reduce(0) { $0 + $1.weight }
    guard share > 0 else { throw BaselineError.weights(baseline.name) }
    let broadcast = try starts.map {
      try instances.broadcast($0.activation, as: "the baseline '\(baseline.name)'")
    }
    let draws = try draws(weights: starts.map { $0.weight / share })
    let ends = zip(broadcast, starts).map { PathEnds(start: $0, weight: $1.weight / share) }
    return Samples(count: count, ends: ends) { index in
      let start = broadcast[draws[index].start]
      let way = try instances.activation - start
      return Sample(at: try start + way * draws[index].time, displacement: .tangent(way))
    }
  }

  private func draws(weights: [Double]) throws -> [(start: Int, time: Double)] {
    let generator = try Generator(seed: seed)
    let numbers = try Tensor.uniform([count, 2], type: .float64, from: generator).numbers()
    return (0..<count).map { index in
      var rest = numbers[2 * index]
      var start = 0
      while start < weights.count - 1, rest >= weights[start] {
        rest -= weights[start]
        start += 1
      }
      return (start, numbers[2 * index + 1])
    }
  }
}

extension DistributionOfInterest where Self == ExpectedGradientsDistribution {
  /// Random times on straight paths from random baselines.
  public static func expectedGradients(
    from baseline: any Baseline, count: Int = 50, seed: UInt64 = 0
  ) -> ExpectedGradientsDistribution {
    ExpectedGradientsDistribution(from: baseline, count: count, seed: seed)
  }
}
