// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How far the attributions move, relative to themselves, when the input moves a little:
/// max ‖A(x + ε) − A(x)‖ / ‖A(x)‖ over draws of ε from the cube |ε| ≤ radius, ‖·‖ Euclidean.
///
/// After Yeh et al. 2019 (arXiv:1901.09392), whose radius is 0.1 for attributions and 0.2 for
/// gradients of inputs in 0…1, with 50 draws. The class of the unmoved instance is explained. More
/// draws can only raise it, and so does a larger radius: numbers are comparable where both are the
/// same, and not with Captum's standard (radius 0.02, 10 draws) nor that of Quantus (0.2, 200 draws).
/// An instance whose attributions are all 0 has no score; Captum then gives the absolute change.
public struct MaxSensitivity: Metric {
  /// How far an element moves at most, in units of the input.
  public let radius: Double
  public let samples: Int

  public init(radius: Double = 0.1, samples: Int = 50) {
    precondition(radius > 0 && radius.isFinite, "a radius is above 0: \(radius)")
    precondition(samples > 0, "\(samples) samples have no maximum")
    self.radius = radius
    self.samples = samples
  }

  public var name: String {
    "max-sensitivity" + (self == MaxSensitivity() ? "" : "(radius \(radius), \(samples) samples)")
  }
  public var family: MetricFamily { .robustness }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost { MetricCost(explanations: samples) }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let neighbors = try Neighbors(of: explanation, seed: seed, for: name)
    var greatest = [Double](repeating: 0, count: explanation.count)
    for _ in 0..<samples {
      let response = try neighbors.next { shape, generator in
        try .uniform(shape, in: -radius..<radius, type: .float64, from: generator)
      }
      greatest = zip(greatest, response.changes).map { $0.orGreater($1) }
    }
    return MetricResult(zip(greatest, try neighbors.sizes).map { $1 > 0 ? $0 / $1 : .nan })
  }
}

extension MaxSensitivity: Equatable {}

extension Metric where Self == MaxSensitivity {
  /// How far the attributions move, relative to themselves, when the input moves a little.
  public static func maxSensitivity(radius: Double = 0.1, samples: Int = 50) -> MaxSensitivity {
    MaxSensitivity(radius: radius, samples: samples)
  }
}
