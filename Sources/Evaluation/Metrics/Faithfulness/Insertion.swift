// SPDX-License-Identifier: Apache-2.0

import Attribution

/// The area under the class's probability while the most important features are put in.
///
/// ∫₀¹ p(s) ds by trapezoids, p(s) being the response where all features are removed but the share s
/// of greatest attribution. High where few features make the network sure.
///
/// - Note: Petsiuk, Das and Saenko 2018 (RISE), who insert into a blurred picture, of deviation 5 at
///   224 × 224 pixels, in 224 steps. Their blur sees zeros beyond the border, ours goes on with the
///   nearest pixel. What is no picture cannot be blurred: give another removal. Equal attributions
///   come in a random order.
public struct Insertion: Metric {
  private let curve: RemovalCurve

  /// - Parameters:
  ///   - removal: What a feature is before it is inserted.
  ///   - step: How many come at once.
  ///   - response: What is watched.
  ///   - features: What comes as one; pixels of images, else elements, where not given.
  public init(
    removal: any Removal = .blurred(standardDeviation: 5), step: RemovalStep = .parts(224),
    response: RemovalResponse = .probability, features: Features? = nil
  ) {
    curve = RemovalCurve(removal: removal, step: step, response: response, features: features)
  }

  public var name: String {
    "insertion".with(
      settings: curve.removal.name.unless("blurred 5.0"), curve.step.name.unless("224 steps"),
      curve.response.name.unless("probability"), curve.features?.rawValue)
  }

  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { curve.response.unit }
  public func cost(features: Int) -> MetricCost { curve.cost(features: features) }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let curves = try curve.heights(of: explanation, inserting: true, seed: seed, metric: name)
    return MetricResult(curves.areas(), curves: curves)
  }
}

extension Metric where Self == Insertion {
  /// The area under the class's probability while the most important features are put in.
  public static func insertion(
    removal: any Removal = .blurred(standardDeviation: 5), step: RemovalStep = .parts(224),
    response: RemovalResponse = .probability, features: Features? = nil
  ) -> Insertion {
    Insertion(removal: removal, step: step, response: response, features: features)
  }
}
