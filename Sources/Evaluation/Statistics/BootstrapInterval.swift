// SPDX-License-Identifier: Apache-2.0

/// How the bootstrap's draws are read as an interval.
public enum BootstrapMethod: String, Sendable, Codable, CaseIterable {
  /// Bias-corrected and accelerated: the percentiles moved for bias and skew (Efron 1987).
  case biasCorrectedAccelerated
  /// The percentiles of the resampled means as they are.
  case percentile
}

/// Confidence intervals of means by the bootstrap: the instances are drawn anew, with replacement, and
/// the spread of the means of such draws stands for the spread over other instances.
///
/// BCa is the standard because scores are skewed and bounded (correlations near 1, errors near 0): it
/// moves with the skew, and never leaves the range of the scores. Of few instances the bootstrap is too
/// sure, as a normal interval is where Student's is right, so that its shares are moved outwards by as
/// much (Hesterberg 2015). An interval called 95 % then holds the mean in 94 % of cases for 10 numbers of
/// a normal distribution and 92 % for 10 of an exponential one, where plain percentiles do in 89 % and
/// 86 %.
public enum BootstrapInterval {
  /// The interval of the mean of `numbers`, which are finite; `nil` for fewer than two.
  ///
  /// - Parameters:
  ///   - confidence: Above 0 and below 1.
  ///   - resamples: Means that are drawn.
  ///   - isExpanded: Whether shares are moved outwards where numbers are few.
  /// - Complexity: `resamples` times the numbers.
  public static func ofMean(
    _ numbers: [Double], confidence: Double = 0.95, resamples: Int = 2000,
    method: BootstrapMethod = .biasCorrectedAccelerated, isExpanded: Bool = true,
    seed: UInt64 = 0
  ) -> ClosedRange<Double>? {
    precondition(confidence > 0 && confidence < 1, "a confidence of \(confidence) is not in 0..<1")
    precondition(resamples > 0, "\(resamples) resamples give no interval")
    guard numbers.count > 1 else { return nil }
    let mean = numbers.mean
    let deviations = numbers.map { $0 - mean }
    guard deviations.contains(where: { $0 != 0 }) else { return mean...mean }
    var random = SeededNumbers(seed: seed)
    // Of deviations, which keeps the digits of numbers that differ little.
    let draws = (0..<resamples).map { _ in
      var sum = 0.0
      for _ in deviations { sum += deviations[random.place(below: deviations.count)] }
      return sum / Double(deviations.count)
    }.sorted()
    let width = halfWidth(confidence, count: numbers.count, isExpanded: isExpanded)
    let shares = [-width, width].map { z in
      method == .percentile
        ? NormalDistribution.share(below: z)
        : corrected(z, draws: draws, deviations: deviations)
    }
    let (least, greatest) = (numbers.min() ?? mean, numbers.max() ?? mean)
    let ends = shares.map { min(max(mean + draws.quantile($0), least), greatest) }
    return min(ends[0], ends[1])...max(ends[0], ends[1])
  }

  /// In deviations of the mean.
  private static func halfWidth(_ confidence: Double, count: Int, isExpanded: Bool) -> Double {
    let share = (1 + confidence) / 2
    guard isExpanded else { return NormalDistribution.number(above: share) }
    let factor = (Double(count) / Double(count - 1)).squareRoot()
    return factor * StudentDistribution.number(above: share, degrees: count - 1)
  }

  /// Which share of the draws lies below the end that is `z` deviations off, after Efron 1987.
  private static func corrected(_ z: Double, draws: [Double], deviations: [Double]) -> Double {
    let below = draws.reduce(0) { $0 + ($1 < 0 ? 1 : $1 == 0 ? 0.5 : 0) }
    let count = Double(draws.count)
    let bias = NormalDistribution.number(above: min(max(below, 0.5), count - 0.5) / count)
    // The jackknife's means are the mean less a share of each deviation.
    let scale = deviations.reduce(0) { max($0, abs($1)) }
    let scaled = deviations.map { $0 / scale }
    let squares = scaled.reduce(0) { $0 + $1 * $1 }
    let acceleration =
      scaled.reduce(0) { $0 + $1 * $1 * $1 } / (6 * squares * squares.squareRoot())
    let moved = bias + z
    // Beyond its pole the correction would come back from the other side.
    let slope = 1 - acceleration * moved
    guard slope > 0 else { return moved > 0 ? 1 : 0 }
    return NormalDistribution.share(below: bias + moved / slope)
  }
}

extension [Double] {
  /// NaN for none.
  var mean: Double { isEmpty ? .nan : reduce(0) { $0 + $1 / Double(count) } }

  /// The square root of Σ (x − mean)² / (count − 1); NaN for fewer than two.
  var standardDeviation: Double {
    guard count > 1 else { return .nan }
    let mean = mean
    let scale = map { abs($0 - mean) }.max() ?? 0
    guard scale > 0 else { return 0 }
    let squares = reduce(0) { $0 + ($1 - mean) / scale * (($1 - mean) / scale) }
    return scale * (squares / Double(count - 1)).squareRoot()
  }

  /// Of sorted numbers, interpolated linearly between neighbours.
  func quantile(_ share: Double) -> Double {
    let place = Swift.min(Swift.max(share, 0), 1) * Double(count - 1)
    let lower = Int(place)
    guard lower + 1 < count else { return self[count - 1] }
    return self[lower] + (self[lower + 1] - self[lower]) * (place - Double(lower))
  }
}
