// SPDX-License-Identifier: Apache-2.0

import Torch

/// The instance itself: the gradient (saliency), or gradient × input.
public struct PointDistribution: DistributionOfInterest {
  /// What the influence of a distribution around a point is multiplied with.
  public enum Multiplier: String, Sendable, CaseIterable {
    /// Nothing: there is influence, and no attribution.
    case none
    /// The activation of the instance.
    case instance
  }

  public let multiplier: Multiplier

  public init(multiplier: Multiplier = .instance) { self.multiplier = multiplier }

  public var name: String { "point" }

  public func samples(around instances: Instances) throws -> Samples {
    let point = instances.activation
    return Samples(count: 1) { _ in
      Sample(at: point, displacement: multiplier == .instance ? .tangent(point) : .none)
    }
  }
}

extension DistributionOfInterest where Self == PointDistribution {
  /// The instance itself.
  public static var point: PointDistribution { PointDistribution() }
}
