// SPDX-License-Identifier: Apache-2.0

import Torch

/// A distribution that is known by random draws from it.
///
/// Without a tolerance it is drawn from `count` times. With one, the engine asks for rounds of draws,
/// each as large as all before, until the error estimate of an instance, Σ standard error /
/// Σ |attribution|, is no more than the tolerance, or `count` is reached. Instances stop each for
/// itself, so that none depends on its batch.
///
/// Laws: draws depend on the seed, the range and the instance alone; those of ranges that do not
/// overlap are independent; the mean over each range is unbiased.
public protocol SampledDistribution: DistributionOfInterest {
  /// Draws for each instance; with a tolerance, the most.
  var count: Int { get }

  /// The error estimate at which sampling stops; `nil` draws `count` times.
  var tolerance: Double? { get }

  /// Draws that are made together, with a ``Samples/design``.
  ///
  /// - Parameter range: Which of the draws, counted from 0; an even number unless it ends at `count`.
  func draws(_ range: Range<Int>, around instances: Instances) throws -> Samples
}

extension SampledDistribution {
  public func samples(around instances: Instances) throws -> Samples {
    try draws(0..<count, around: instances)
  }
}

/// How random samples were drawn, which says what their spread tells of their mean's error.
public enum SamplingDesign: Sendable {
  /// All from one distribution, none seeing another.
  case independent
  /// In strata of equal weight: samples 2h and 2h + 1 both from stratum h, none seeing another.
  case pairs
}

/// The settings of draws.
enum DrawChecks {
  static func check(count: Int, tolerance: Double?) {
    precondition(count > 0, "at least one draw is needed, not \(count)")
    precondition(
      tolerance.map { $0 > 0 && $0.isFinite } ?? true,
      "a tolerance is a share of the attributions and positive, not \(tolerance ?? 0)")
  }

  /// A seed for a draw or a round of them, far from those of its neighbours.
  static func seed(_ seed: UInt64, _ index: Int) -> UInt64 {
    seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
  }
}
