// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How far the quantity falls, on average, while features are flipped one after another.
///
/// 1 / (L + 1) · Σ_{k = 0…L} Q(x) − Q(x without the first k steps' features): the area over the
/// perturbation curve. Flipping the most relevant first (MoRF) it should be large, flipping the least
/// relevant first (LeRF) small.
///
/// - Note: Bach et al. 2015; the area after Samek et al. 2017, whose regions are single features
///   here, and who flip a part of them. Equal attributions are flipped in a random order.
public struct PixelFlipping: Metric {
  public let order: RemovalOrder
  private let curve: RemovalCurve

  /// - Parameters:
  ///   - order: Which are flipped first.
  ///   - removal: What a flipped feature becomes.
  ///   - step: How many go at once.
  ///   - response: What is watched.
  ///   - features: What goes as one; pixels of images, else elements, where not given.
  public init(
    order: RemovalOrder = .mostRelevantFirst, removal: any Removal = .zeros,
    step: RemovalStep = .features(1), response: RemovalResponse = .quantity,
    features: Features? = nil
  ) {
    self.order = order
    curve = RemovalCurve(removal: removal, step: step, response: response, features: features)
  }

  public var name: String {
    "pixel flipping \(order.abbreviation)".with(
      settings: curve.removal.name.unless("zeros"), curve.step.name.unless("1 a step"),
      curve.response.name.unless(RemovalResponse.quantity.name), curve.features?.rawValue)
  }

  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection {
    order == .mostRelevantFirst ? .higherIsBetter : .lowerIsBetter
  }
  public var unit: String { curve.response.unit }
  public func cost(features: Int) -> MetricCost { curve.cost(features: features) }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let curves = try curve.heights(of: explanation, order: order, seed: seed, metric: name)
    let falls = curves.heights.map { heights in
      heights.reduce(0) { $0 + (heights[0] - $1) / Double(heights.count) }
    }
    return MetricResult(falls, curves: curves)
  }
}

extension Metric where Self == PixelFlipping {
  /// How far the quantity falls, on average, while features are flipped one after another.
  public static func pixelFlipping(
    order: RemovalOrder = .mostRelevantFirst, removal: any Removal = .zeros,
    step: RemovalStep = .features(1), response: RemovalResponse = .quantity,
    features: Features? = nil
  ) -> PixelFlipping {
    PixelFlipping(
      order: order, removal: removal, step: step, response: response, features: features)
  }
}
