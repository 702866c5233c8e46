// SPDX-License-Identifier: Apache-2.0

import Attribution

/// The area under the class's probability while the most important features are deleted.
///
/// ∫₀¹ p(s) ds by trapezoids, p(s) being the response with the share s of features removed, greatest
/// attribution first. Low where the explanation names what the network cannot do without.
///
/// - Note: Petsiuk, Das and Saenko 2018 (RISE), who delete to zeros in 224 steps and watch the
///   predicted class's probability. Here it is the explained class's. Equal attributions are removed in
///   a random order.
public struct Deletion: Metric {
  private let curve: RemovalCurve

  /// - Parameters:
  ///   - removal: What a deleted feature becomes.
  ///   - step: How many go at once.
  ///   - response: What is watched.
  ///   - features: What goes as one; pixels of images, else elements, where not given.
  public init(
    removal: any Removal = .zeros, step: RemovalStep = .parts(224),
    response: RemovalResponse = .probability, features: Features? = nil
  ) {
    curve = RemovalCurve(removal: removal, step: step, response: response, features: features)
  }

  public var name: String {
    "deletion".with(
      settings: curve.removal.name.unless("zeros"), curve.step.name.unless("224 steps"),
      curve.response.name.unless("probability"), curve.features?.rawValue)
  }

  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { curve.response.unit }
  public func cost(features: Int) -> MetricCost { curve.cost(features: features) }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let curves = try curve.heights(of: explanation, seed: seed, metric: name)
    return MetricResult(curves.areas(), curves: curves)
  }
}

extension Metric where Self == Deletion {
  /// The area under the class's probability while the most important features are deleted.
  public static func deletion(
    removal: any Removal = .zeros, step: RemovalStep = .parts(224),
    response: RemovalResponse = .probability, features: Features? = nil
  ) -> Deletion {
    Deletion(removal: removal, step: step, response: response, features: features)
  }
}
