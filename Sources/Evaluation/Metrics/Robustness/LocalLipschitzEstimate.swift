// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// The greatest change of the attributions for each unit that the input moves:
/// max ‖A(x + ε) − A(x)‖ / ‖ε‖ over draws of ε from a normal distribution, norms Euclidean.
///
/// After Alvarez-Melis and Jaakkola 2018 (arXiv:1806.08049), who search for the maximum; it is
/// estimated here from draws, as Quantus does (200 of them), and so is a lower bound. The class of the
/// unmoved instance is explained. It is in the attributions' unit: it does not compare gradients with
/// attributions, nor networks whose outputs have another scale, as ``MaxSensitivity`` does.
public struct LocalLipschitzEstimate: Metric {
  /// Of the noise, in units of the input.
  public let standardDeviation: Double
  public let samples: Int

  public init(standardDeviation: Double = 0.1, samples: Int = 50) {
    precondition(
      standardDeviation > 0 && standardDeviation.isFinite,
      "a deviation is above 0: \(standardDeviation)")
    precondition(samples > 0, "\(samples) samples have no maximum")
    self.standardDeviation = standardDeviation
    self.samples = samples
  }

  public var name: String {
    "local Lipschitz estimate"
      + (self == LocalLipschitzEstimate()
        ? "" : "(deviation \(standardDeviation), \(samples) samples)")
  }
  public var family: MetricFamily { .robustness }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "attribution per unit of the input" }
  public func cost(features: Int) -> MetricCost { MetricCost(explanations: samples) }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let neighbors = try Neighbors(of: explanation, seed: seed, for: name)
    var greatest = [Double](repeating: 0, count: explanation.count)
    for _ in 0..<samples {
      let response = try neighbors.next { shape, generator in
        try .normal(
          shape, standardDeviation: standardDeviation, type: .float64, from: generator)
      }
      // A move that rounding has swallowed tells nothing.
      let slopes = zip(response.changes, response.distances).map { $1 > 0 ? $0 / $1 : 0 }
      greatest = zip(greatest, slopes).map { $0.orGreater($1) }
    }
    return MetricResult(greatest)
  }
}

extension LocalLipschitzEstimate: Equatable {}

extension Metric where Self == LocalLipschitzEstimate {
  /// The greatest change of the attributions for each unit that the input moves.
  public static func localLipschitz(
    standardDeviation: Double = 0.1, samples: Int = 50
  ) -> LocalLipschitzEstimate {
    LocalLipschitzEstimate(standardDeviation: standardDeviation, samples: samples)
  }
}
