// SPDX-License-Identifier: Apache-2.0

import Torch

/// Points drawn around the instance, normally distributed: SmoothGrad (Smilkov and others 2017,
/// arXiv:1706.03825).
///
/// Each draw has a seed of its own and is the same for every instance, so that an explanation does
/// not depend on the batch or on how it is cut into chunks.
public struct GaussianDistribution: SampledDistribution {
  /// In units of the activation at the distribution's cut.
  public let standardDeviation: Double
  public let count: Int
  public let tolerance: Double?
  public let seed: UInt64
  public let multiplier: PointDistribution.Multiplier

  /// - Parameters:
  ///   - count: Draws for each instance; with a tolerance, the most.
  ///   - tolerance: Σ standard error / Σ |attribution| at which drawing stops; `nil` draws `count`
  ///     times.
  /// - Precondition: `standardDeviation ≥ 0`, `count > 0`, `tolerance > 0`.
  public init(
    standardDeviation: Double, count: Int = 25, tolerance: Double? = nil, seed: UInt64 = 0,
    multiplier: PointDistribution.Multiplier = .instance
  ) {
    precondition(
      standardDeviation >= 0 && standardDeviation.isFinite,
      "a deviation is a number, not negative: \(standardDeviation)")
    DrawChecks.check(count: count, tolerance: tolerance)
    self.standardDeviation = standardDeviation
    self.count = count
    self.tolerance = tolerance
    self.seed = seed
    self.multiplier = multiplier
  }

  public var name: String {
    "gaussian, deviation \(standardDeviation), "
      + (tolerance.map { "to \($0) in at most \(count) draws" } ?? "\(count) draws")
  }

  public func draws(_ range: Range<Int>, around instances: Instances) throws -> Samples {
    let center = instances.activation
    return Samples(count: range.count, design: .independent) { index in
      let generator = try Generator(seed: DrawChecks.seed(seed, range.lowerBound + index))
      let point = try center.map { tensor in
        let noise = try Tensor.normal(
          [1] + tensor.shape.dropFirst(), standardDeviation: standardDeviation, from: generator)
        return try tensor + noise.converted(like: tensor)
      }
      return Sample(at: point, displacement: multiplier == .instance ? .tangent(center) : .none)
    }
  }
}

extension DistributionOfInterest where Self == GaussianDistribution {
  /// Points around the instance, normally distributed.
  ///
  /// - Parameters:
  ///   - count: Draws for each instance; with a tolerance, the most.
  ///   - tolerance: Σ standard error / Σ |attribution| at which drawing stops.
  public static func gaussian(
    standardDeviation: Double, count: Int = 25, tolerance: Double? = nil, seed: UInt64 = 0
  ) -> GaussianDistribution {
    GaussianDistribution(
      standardDeviation: standardDeviation, count: count, tolerance: tolerance, seed: seed)
  }
}
