// SPDX-License-Identifier: Apache-2.0

import Attribution
import Visualization

/// Whether the feature with the greatest attribution is one that matters: 1 or 0.
///
/// After Zhang et al. 2016 (arXiv:1608.00507), who let the point lie up to 15 pixels of a large photo
/// beside the object. Where several features share the greatest attribution, it is the share of them
/// that matter, so that a map without any contrast scores what a blind guess would.
public struct PointingGame: Metric {
  /// How many pixels the point may lie beside, in a straight line.
  public let tolerance: Double
  /// What counts as one; `nil` for pixels of images and else elements.
  public let features: Features?

  /// - Parameter tolerance: Only for pixels.
  public init(tolerance: Double = 0, features: Features? = nil) {
    precondition(tolerance >= 0, "a tolerance is not negative: \(tolerance)")
    self.tolerance = tolerance
    self.features = features
  }

  public var name: String {
    "pointing game" + (tolerance == 0 ? "" : " within \(labelText(tolerance)) pixels")
      + features.suffix
  }
  public var family: MetricFamily { .localization }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost { MetricCost() }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let masked = try MaskedScores(explanation, by: features, for: name)
    if tolerance > 0, masked.size == nil {
      throw MetricError.unsuitable(
        metric: name, reason: "allows a distance in pixels, and elements have none: leave it 0")
    }
    return masked.map { scores, isInside in
      let greatest = scores.max() ?? 0
      let points = scores.indices.filter { scores[$0] == greatest }
      let hits = points.filter {
        isInside[$0] || isNear($0, isInside, width: masked.size?.width)
      }
      return Double(hits.count) / Double(points.count)
    }
  }

  private func isNear(_ point: Int, _ isInside: [Bool], width: Int?) -> Bool {
    guard tolerance > 0, let width else { return false }
    let height = isInside.count / width
    let (row, column) = (point / width, point % width)
    let reach = Int(min(tolerance, Double(isInside.count)))
    for y in max(0, row - reach)...min(height - 1, row + reach) {
      for x in max(0, column - reach)...min(width - 1, column + reach)
      where isInside[y * width + x] {
        let (down, right) = (Double(y - row), Double(x - column))
        if down * down + right * right <= tolerance * tolerance { return true }
      }
    }
    return false
  }
}

extension Metric where Self == PointingGame {
  /// Whether the feature with the greatest attribution is one that matters.
  public static func pointingGame(tolerance: Double = 0) -> PointingGame {
    PointingGame(tolerance: tolerance)
  }
}
