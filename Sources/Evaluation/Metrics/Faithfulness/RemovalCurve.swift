// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// What deletion, insertion and pixel flipping have in common: a number of the network's answer while
/// features go in the order of their attributions.
struct RemovalCurve: Sendable {
  let removal: any Removal
  let step: RemovalStep
  let response: RemovalResponse
  let features: Features?

  func cost(features: Int) -> MetricCost {
    MetricCost(forwardRows: step.counts(of: features).count + removal.forwardRows)
  }

  /// - Parameters:
  ///   - inserting: Whether the features come back in that order, after all were removed.
  ///   - metric: Who asks, for messages.
  func heights(
    of explanation: Explanation, order: RemovalOrder = .mostRelevantFirst, inserting: Bool = false,
    seed: UInt64, metric: String
  ) throws -> MetricCurves {
    let quantity = try response.quantity(of: explanation, for: metric)
    let run = try RemovalRun(explanation, features: features, removal: removal, seed: seed)
    let ranks = try RemovalRanks(run.scores(), order: order, of: explanation, seed: seed)
    let counts = step.counts(of: ranks.features)
    let heights = try explanation.values(of: quantity, samples: counts.count) { samples in
      let first = try ranks.first(counts[samples])
      return try run.points(removing: inserting ? .!first : first)
    }
    return MetricCurves(
      position: "share of features \(inserting ? "inserted" : "removed")",
      positions: counts.map { Double($0) / Double(ranks.features) },
      heights: zip(heights, ranks.isOrdered).map { heights, isOrdered in
        isOrdered ? heights : heights.map { _ in .nan }
      })
  }
}

extension MetricCurves {
  /// The area under each curve, by the trapezoidal rule.
  func areas() -> [Double] {
    heights.map { heights in
      positions.indices.dropFirst().reduce(0) { area, place in
        let width = positions[place] - positions[place - 1]
        return area + width * (heights[place] + heights[place - 1]) / 2
      }
    }
  }
}

extension String {
  /// A metric's name with those of its settings that are not the usual ones.
  func with(settings: String?...) -> String {
    let unusual = settings.compactMap(\.self)
    return unusual.isEmpty ? self : "\(self) (\(unusual.joined(separator: ", ")))"
  }

  /// Nothing where it is the usual one.
  func unless(_ usual: String) -> String? { self == usual ? nil : self }
}
