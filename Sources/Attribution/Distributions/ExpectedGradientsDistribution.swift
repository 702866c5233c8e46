// SPDX-License-Identifier: Apache-2.0

import Torch

/// Random times on straight paths from random baselines: expected gradients (Erion and others 2021,
/// arXiv:1906.10670).
///
/// Each sample draws a baseline and a time evenly in 0…1, and Σ of the attributions approaches
/// F(x) − mean F(baseline). A draw is the same for every instance.
public struct ExpectedGradientsDistribution: SampledDistribution {
  /// How baselines and times are drawn; all are unbiased.
  public enum Drawing: String, Sendable, CaseIterable {
    /// Two draws from each of count/2 strata of equal weight.
    ///
    /// Paths laid end to end, each as long as its baseline's weight, make one line; a place on it is
    /// a baseline and a time. The strata are equal parts of that line. Where a stratum would hold more
    /// than two baselines, strata are equal parts of 0…1 for the time, and the baseline is drawn
    /// freely.
    /// From one baseline the error falls like count^−1 through ReLU networks and count^−1.5 through
    /// smooth ones; what remains of the baselines' spread falls like count^−½.
    case stratified
    /// Each by itself, as in the paper: the error falls like count^−½.
    case independent
  }

  public let baseline: any Baseline
  /// Even where draws are stratified.
  public let count: Int
  public let tolerance: Double?
  public let drawing: Drawing
  public let seed: UInt64

  /// - Parameters:
  ///   - baseline: What is drawn from, by its weights.
  ///   - count: Draws for each instance, an odd number raised by one where they are stratified; with
  ///     a tolerance, the most.
  ///   - tolerance: Σ standard error / Σ |attribution| at which drawing stops; `nil` draws `count`
  ///     times.
  /// - Precondition: `count > 0`, `tolerance > 0`.
  public init(
    from baseline: any Baseline, count: Int = 50, tolerance: Double? = nil,
    drawing: Drawing = .stratified, seed: UInt64 = 0
  ) {
    DrawChecks.check(count: count, tolerance: tolerance)
    self.baseline = baseline
    self.count = drawing == .stratified ? count + count % 2 : count
    self.tolerance = tolerance
    self.drawing = drawing
    self.seed = seed
  }

  public var name: String {
    "expected gradients from \(baseline.name), "
      + (tolerance.map { "to \($0) in at most \(count)" } ?? "\(count)") + " \(drawing) draws"
  }

  public func draws(_ range: Range<Int>, around instances: Instances) throws -> Samples {
    let starts = try baseline.starts(for: instances)
    guard !starts.isEmpty else { throw BaselineError.none(baseline.name) }
    let share = starts.reduce(0) { $0 + $1.weight }
    guard share > 0 else { throw BaselineError.weights(baseline.name) }
    let broadcast = try starts.map {
      try instances.broadcast($0.activation, as: "the baseline '\(baseline.name)'")
    }
    let draws = try draws(range, weights: starts.map { $0.weight / share })
    let ends = zip(broadcast, starts).map { PathEnds(start: $0, weight: $1.weight / share) }
    let design: SamplingDesign = drawing == .stratified ? .pairs : .independent
    return Samples(count: draws.count, ends: ends, design: design) { index in
      let start = broadcast[draws[index].start]
      let way = try instances.activation - start
      return Sample(at: try start + way * draws[index].time, displacement: .tangent(way))
    }
  }

  private func draws(
    _ range: Range<Int>, weights: [Double]
  ) throws -> [(start: Int, time: Double)] {
    let generator = try Generator(seed: DrawChecks.seed(seed, range.lowerBound))
    let numbers = try Tensor.uniform([range.count, 2], type: .float64, from: generator).numbers()
    let strata = range.count / 2
    return range.indices.map { index in
      let index = index - range.lowerBound
      let (first, second) = (numbers[2 * index], numbers[2 * index + 1])
      guard drawing == .stratified else { return (Self.place(first, in: weights).start, second) }
      let inStratum = (Double(index / 2) + second) / Double(strata)
      return 2 * strata < weights.count
        ? (Self.place(first, in: weights).start, inStratum) : Self.place(inStratum, in: weights)
    }
  }

  /// The path and the time there of a place on all of them laid end to end, 0…1.
  private static func place(
    _ place: Double, in weights: [Double]
  ) -> (start: Int, time: Double) {
    var rest = place
    for (start, weight) in weights.enumerated() where weight > 0 {
      if rest < weight { return (start, rest / weight) }
      rest -= weight
    }
    // Rounding may have left a little behind the last path.
    return (weights.lastIndex { $0 > 0 } ?? 0, 1)
  }
}

extension DistributionOfInterest where Self == ExpectedGradientsDistribution {
  /// Random times on straight paths from random baselines.
  ///
  /// - Parameters:
  ///   - count: Draws for each instance; with a tolerance, the most.
  ///   - tolerance: Σ standard error / Σ |attribution| at which drawing stops.
  public static func expectedGradients(
    from baseline: any Baseline, count: Int = 50, tolerance: Double? = nil,
    drawing: ExpectedGradientsDistribution.Drawing = .stratified, seed: UInt64 = 0
  ) -> ExpectedGradientsDistribution {
    ExpectedGradientsDistribution(
      from: baseline, count: count, tolerance: tolerance, drawing: drawing, seed: seed)
  }
}
