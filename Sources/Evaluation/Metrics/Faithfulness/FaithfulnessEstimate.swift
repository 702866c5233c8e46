// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// The correlation of each feature's attribution with what its removal alone takes.
///
/// Pearson's, over all features i, of A_i with Q(x) − Q(x without i). NaN where all take the same; 0
/// where the attributions alone are all the same.
///
/// - Note: Alvarez-Melis and Jaakkola 2018.
public struct FaithfulnessEstimate: Metric {
  public let removal: any Removal
  public let features: Features?

  /// - Parameters:
  ///   - removal: What a removed feature becomes.
  ///   - features: What goes as one; pixels of images, else elements, where not given.
  public init(removal: any Removal = .zeros, features: Features? = nil) {
    self.removal = removal
    self.features = features
  }

  public var name: String {
    "faithfulness estimate".with(settings: removal.name.unless("zeros"), features?.rawValue)
  }

  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection { .higherIsBetter }
  public var unit: String { "correlation" }

  public func cost(features: Int) -> MetricCost {
    MetricCost(forwardRows: features + 1 + removal.forwardRows)
  }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let run = try RemovalRun(explanation, features: features, removal: removal, seed: seed)
    let own = try explanation.ownValues().numbers()
    let values = try run.valuesWithoutEach()
    let scores = try run.scores()
    return MetricResult(
      try own.indices.map { row in
        Agreement.correlation(
          of: try scores[row].numbers(), with: values[row].map { own[row] - $0 },
          quantity: own[row])
      })
  }
}

extension RemovalRun {
  /// The quantity without each single feature: `[instances][features]`.
  func valuesWithoutEach() throws -> [[Double]] {
    let features = try Tensor.range(to: layout.count, on: explanation.activation.tensors[0].device)
    return try explanation.values(
      of: explanation.explainer.quantity, samples: layout.count
    ) { samples in
      let one = try features[samples].unsqueezed(axis: 1) .== features
      return try points(removing: one.repeatingEach(explanation.count))
    }
  }
}

extension Metric where Self == FaithfulnessEstimate {
  /// The correlation of each feature's attribution with what its removal alone takes.
  public static func faithfulnessEstimate(
    removal: any Removal = .zeros, features: Features? = nil
  ) -> FaithfulnessEstimate {
    FaithfulnessEstimate(removal: removal, features: features)
  }
}
