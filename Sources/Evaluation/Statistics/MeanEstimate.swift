// SPDX-License-Identifier: Apache-2.0

/// A mean over instances with what is not known of it.
public struct MeanEstimate: Sendable, Equatable {
  /// NaN where no score is a number.
  public let mean: Double
  /// Where the mean over other instances of the kind may lie, by the bootstrap
  /// (``BootstrapInterval``); `nil` for fewer than two scores.
  public let interval: ClosedRange<Double>?
  /// Of the scores, with count − 1; NaN for fewer than two.
  public let standardDeviation: Double
  /// Scores that count.
  public let count: Int
  /// Scores that are left out, because they are NaN or infinite: a mean over the rest alone is one
  /// over other instances, so tell both.
  public let leftOut: Int

  /// - Parameters:
  ///   - scores: Of instances.
  ///   - confidence: Of the interval.
  ///   - resamples: Of the bootstrap.
  public init(
    _ scores: [Double], confidence: Double = 0.95, resamples: Int = 2000,
    method: BootstrapMethod = .biasCorrectedAccelerated, seed: UInt64 = 0
  ) {
    let finite = scores.filter(\.isFinite)
    mean = finite.mean
    interval = BootstrapInterval.ofMean(
      finite, confidence: confidence, resamples: resamples, method: method, seed: seed)
    standardDeviation = finite.standardDeviation
    count = finite.count
    leftOut = scores.count - finite.count
  }
}
