// SPDX-License-Identifier: Apache-2.0

import Torch

/// Points drawn around the instance, normally distributed: SmoothGrad (Smilkov and others 2017,
/// arXiv:1706.03825).
///
/// Each draw has a seed of its own and is the same for every instance, so that an explanation does
/// not depend on the batch or on how it is cut into chunks.
public struct GaussianDistribution: DistributionOfInterest {
  /// In units of the activation at the distribution's cut.
  public let standardDeviation: Double
  public let count: Int
  public let seed: UInt64
  public let multiplier: PointDistribution.Multiplier

  /// - Precondition: `standardDeviation ≥ 0` and `count > 0`.
  public init(
    standardDeviation: Double, count: Int = 25, seed: UInt64 = 0,
    multiplier: PointDistribution.Multiplier = .instance
  ) {
    precondition(
      standardDeviation >= 0 && standardDeviation.isFinite,
      "a deviation is a number, not negative: \(standardDeviation)")
    precondition(count > 0, "at least one draw is needed, not \(count)")
    self.standardDeviation = standardDeviation
    self.count = count
    self.seed = seed
    self.multiplier = multiplier
  }

  public var name: String { "gaussian, deviation \(standardDeviation), \(count) draws" }

  public var isSampled: Bool { true }

  public func samples(around instances: Instances) throws -> Samples {
    let center = instances.activation
    return Samples(count: count) { index in
      let generator = try Generator(seed: seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
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
  public static func gaussian(
    standardDeviation: Double, count: Int = 25, seed: UInt64 = 0
  ) -> GaussianDistribution {
    GaussianDistribution(standardDeviation: standardDeviation, count: count, seed: seed)
  }
}
