// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// The share of the attributions' sizes that lies on features which the quantity does not depend on:
/// Σ |A| over such features / Σ |A| over all.
///
/// The axiom is that of Friedman 2004 and Sundararajan et al. 2017 (arXiv:1703.01365): a dummy gets 0.
/// A feature is taken for a dummy where the quantity stays when noise is added to it alone, at the
/// instance and at points around it, at which all features have noise. At the instance alone, as in the
/// non-sensitivity of Quantus, what is saturated there would be taken for a dummy; more points and a
/// larger spread make it surer. An instance without dummies has no score.
public struct DummyAttribution: Metric {
  /// Points at which each feature is replaced, the instance first.
  public let points: Int
  /// Of the noise that is added, in standard deviations of the instance's own elements.
  public let spread: Double
  /// A change below this share of the greatest quantity seen, and of 1, is rounding.
  public let tolerance: Double
  /// What counts as one; `nil` for pixels of images and else elements.
  public let features: Features?

  public init(
    points: Int = 4, spread: Double = 2, tolerance: Double = 1e-6, features: Features? = nil
  ) {
    precondition(points > 0, "\(points) points show no change")
    precondition(spread > 0 && tolerance >= 0, "a spread is above 0, a tolerance not below")
    self.points = points
    self.spread = spread
    self.tolerance = tolerance
    self.features = features
  }

  public var name: String {
    "dummy attribution" + (points == 4 ? "" : "(\(points) points)")
      + (spread == 2 ? "" : "(spread \(spread))") + features.suffix
  }
  public var family: MetricFamily { .axiomatic }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "share" }
  public func cost(features: Int) -> MetricCost {
    MetricCost(forwardRows: points * (features + 1))
  }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let isDummy = try dummies(of: explanation, seed: seed)
    let sizes = try explanation.attributions.activation.map { try $0.absolute() }
      .featureScores(by: features).numbersByRow()
    return MetricResult(
      zip(sizes, isDummy).map { sizes, isDummy in
        guard isDummy.contains(true) else { return .nan }
        let lost = zip(sizes, isDummy).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
        return lost == 0 ? 0 : lost / sizes.reduce(0, +)
      })
  }

  /// `[instances][features]`: whether a feature was never seen to change the quantity.
  func dummies(of explanation: Explanation, seed: UInt64) throws -> [[Bool]] {
    let generators = try (0..<explanation.count).map {
      try explanation.generator(for: $0, seed: seed)
    }
    let activation = explanation.activation
    var greatest = [Double](repeating: 1, count: explanation.count)
    var changes: [[Double]] = []
    for point in 0..<points {
      let base = point == 0 ? activation : try noisy(activation, like: activation, generators)
      let replaced = try noisy(base, like: activation, generators)
      let values = try explanation.values(at: base).numbers()
      greatest = zip(greatest, values).map { max($0, abs($1)) }
      let moved = try replacing(base, by: replaced, in: explanation).map { row in
        zip(row, values).map { abs($0 - $1) }
      }
      changes = changes.isEmpty ? moved : zip(changes, moved).map { zip($0, $1).map(max) }
    }
    return (0..<explanation.count).map { instance in
      changes.map { $0[instance] <= tolerance * greatest[instance] }
    }
  }

  /// Points with noise of each instance's own generator, on the scale of its own elements.
  private func noisy(
    _ points: Activation, like instances: Activation, _ generators: [Generator]
  ) throws -> Activation {
    try points.combined(with: instances) { points, own in
      let noise = try Tensor.concatenated(
        generators.map {
          try .normal(
            [1] + own.shape.dropFirst(), standardDeviation: spread, type: .float64, from: $0)
        })
      let deviation = try own.converted(to: .float64).flattened(from: 1).variance(axes: [1])
        .squareRoot()
      // Equal elements have no deviation of their own.
      let unit = try deviation.filled(with: 1, where: deviation .== 0)
        .reshaped(to: [-1] + [Int](repeating: 1, count: own.rank - 1))
      return try points + (noise.moved(to: own.device) * unit).converted(like: points)
    }
  }

  /// The quantity where one feature after the other has another value, `[features][instances]`.
  private func replacing(
    _ base: Activation, by other: Activation, in explanation: Explanation
  ) throws -> [[Double]] {
    var values: [[Double]] = []
    for place in base.tensors.indices {
      let (own, other) = (base.tensors[place], other.tensors[place])
      let features = features ?? .standard(for: own.shape)
      let count = features.count(in: own.shape)
      let atOnce = max(1, Self.elementsAtOnce / max(1, own.count))
      for first in stride(from: 0, to: count, by: atOnce) {
        let end = min(count, first + atOnce)
        let one = try Tensor((first..<end).map(Int64.init)).oneHot(classes: count)
        let mask = try features.spread(one, over: own.shape).unsqueezed(axis: 1) .!= 0
        let points = try base.tensors.indices.map { index in
          index == place
            ? try other.chosen(where: mask.moved(to: own.device), else: own)
              .reshaped(to: [-1] + own.shape.dropFirst())
            : try base.tensors[index].tiled(
              [end - first] + [Int](repeating: 1, count: base.tensors[index].rank - 1))
        }
        values += try explanation.values(at: Activation(points))
          .reshaped(to: [end - first, explanation.count]).numbersByRow()
      }
    }
    return values
  }

  /// Elements of points that are made at once.
  private static let elementsAtOnce = 1 << 22
}

extension Metric where Self == DummyAttribution {
  /// The share of the attributions on features that the quantity does not depend on.
  public static func dummyAttribution(points: Int = 4, spread: Double = 2) -> DummyAttribution {
    DummyAttribution(points: points, spread: spread)
  }
}
