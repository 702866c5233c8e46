// SPDX-License-Identifier: Apache-2.0

import Attribution

/// The area under the insertion curve less that under the deletion curve.
///
/// One number for two questions, which do not always agree: is what is named enough, and is it
/// needed?
///
/// - Note: Yang et al. 2023, with local path integration, as "DiffID".
public struct InsertionLessDeletion: Metric {
  public let insertion: Insertion
  public let deletion: Deletion

  public init(insertion: Insertion = Insertion(), deletion: Deletion = Deletion()) {
    self.insertion = insertion
    self.deletion = deletion
  }

  public var name: String { "\(insertion.name) − \(deletion.name)" }
  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { insertion.unit }

  public func cost(features: Int) -> MetricCost {
    MetricCost(
      forwardRows: insertion.cost(features: features).forwardRows
        + deletion.cost(features: features).forwardRows)
  }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    guard insertion.unit == deletion.unit else {
      throw MetricError.unsuitable(
        metric: name,
        reason: "subtracts \(deletion.unit) from \(insertion.unit): let both watch the same")
    }
    let inserted = try insertion.scores(of: explanation, seed: seed)
    let deleted = try deletion.scores(of: explanation, seed: seed)
    return MetricResult(zip(inserted.scores, deleted.scores).map { $0 - $1 })
  }
}

extension Metric where Self == InsertionLessDeletion {
  /// The area under the insertion curve less that under the deletion curve.
  public static func insertionLessDeletion(
    insertion: Insertion = Insertion(), deletion: Deletion = Deletion()
  ) -> InsertionLessDeletion {
    InsertionLessDeletion(insertion: insertion, deletion: deletion)
  }
}
