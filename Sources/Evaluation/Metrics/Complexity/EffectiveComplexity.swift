// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How many features have an attribution that is more than nothing.
///
/// A count over a threshold, as Quantus takes the idea of Nguyen and Martínez 2020; theirs asks
/// besides how well the features kept tell the answer, which faithfulness metrics do here. An absolute
/// threshold, as Quantus has with 10⁻⁵, says something else for attributions in other units, and calls
/// almost every element of a float32 gradient something: the standard is a share of the greatest.
public struct EffectiveComplexity: Metric {
  /// What a size must exceed to count.
  public enum Threshold: Sendable, Equatable {
    /// This share of the instance's greatest size.
    case share(Double)
    /// This size, in units of the attributions.
    case size(Double)
  }

  public let threshold: Threshold
  /// What counts as one; `nil` for pixels of images and else elements.
  public let features: Features?

  public init(threshold: Threshold = .share(0.01), features: Features? = nil) {
    self.threshold = threshold
    self.features = features
  }

  public var name: String {
    let over =
      switch threshold {
      case .share(0.01): ""
      case .share(let share): " over \(share) of the greatest"
      case .size(let size): " over \(size)"
      }
    return "effective complexity" + over + features.suffix
  }
  public var family: MetricFamily { .complexity }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "features" }
  public func cost(features: Int) -> MetricCost { MetricCost() }

  /// NaN where an attribution is not a number; 0 where all are 0.
  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let rows = try explanation.attributions.activation.featureScores(by: features).numbersByRow()
    return MetricResult(
      rows.map { row in
        let sizes = row.map { abs($0) }
        guard sizes.allSatisfy(\.isFinite) else { return .nan }
        let least =
          switch threshold {
          case .share(let share): share * (sizes.max() ?? 0)
          case .size(let size): size
          }
        return Double(sizes.count { $0 > least })
      })
  }
}

extension Metric where Self == EffectiveComplexity {
  /// How many features have an attribution over a threshold.
  public static func effectiveComplexity(
    threshold: EffectiveComplexity.Threshold = .share(0.01)
  ) -> EffectiveComplexity {
    EffectiveComplexity(threshold: threshold)
  }
}
