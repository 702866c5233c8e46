// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How often the class is still predicted with a share of the pixels removed so that it hardly shows:
/// remove and debias.
///
/// The mean of the response over the shares. Most relevant first (MoRF), low is better; least relevant
/// first (LeRF), high is better. For one instance accuracy is 1 or 0 at each share; over instances the
/// curve is the share of them whose explained class is still predicted.
///
/// - Note: Rong et al. 2022, whose shares these are and whose imputation is the usual removal. They
///   count true labels: let the explained quantity be the label's class for that. Equal attributions
///   are removed in a random order.
public struct ROAD: Metric {
  public let order: RemovalOrder
  public let shares: [Double]
  public let removal: any Removal
  public let response: RemovalResponse
  public let features: Features?

  /// 10 % to 90 %.
  public static let usualShares = (1...9).map { Double($0) / 10 }

  /// - Parameters:
  ///   - order: Which pixels are removed first.
  ///   - shares: Of the pixels, removed at once, rounded to whole ones.
  ///   - removal: What a removed pixel becomes.
  ///   - response: What is watched.
  ///   - features: What goes as one; pixels of images, else elements, where not given.
  /// - Precondition: There are shares, and they lie in 0…1.
  public init(
    order: RemovalOrder = .mostRelevantFirst, shares: [Double] = ROAD.usualShares,
    removal: any Removal = .noisyLinearImputation(), response: RemovalResponse = .accuracy,
    features: Features? = nil
  ) {
    precondition(
      !shares.isEmpty && shares.allSatisfy((0...1).contains),
      "shares of the pixels lie in 0…1: \(shares)")
    self.order = order
    self.shares = shares
    self.removal = removal
    self.response = response
    self.features = features
  }

  public var name: String {
    "ROAD \(order.abbreviation)".with(
      settings: shares == Self.usualShares ? nil : "shares \(shares)",
      removal.name.unless(NoisyLinearImputation().name), response.name.unless("accuracy"),
      features?.rawValue)
  }

  public var family: MetricFamily { .faithfulness }
  public var direction: MetricDirection {
    order == .mostRelevantFirst ? .lowerIsBetter : .higherIsBetter
  }
  public var unit: String { response.unit }

  public func cost(features: Int) -> MetricCost {
    MetricCost(forwardRows: shares.count + removal.forwardRows)
  }

  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let quantity = try response.quantity(of: explanation, for: name)
    let run = try RemovalRun(explanation, features: features, removal: removal, seed: seed)
    let ranks = try RemovalRanks(run.scores(), order: order, of: explanation, seed: seed)
    let counts = shares.map { Int(($0 * Double(ranks.features)).rounded()) }
    let heights = try run.curve(of: quantity, removing: ranks, counts: counts)
    let known = zip(heights, ranks.isOrdered).map { heights, isOrdered in
      isOrdered ? heights : heights.map { _ in .nan }
    }
    return MetricResult(
      known.map { heights in heights.reduce(0) { $0 + $1 / Double(heights.count) } },
      curves: MetricCurves(
        position: "share of features removed", positions: shares, heights: known))
  }
}

extension Metric where Self == ROAD {
  /// How often the class is still predicted with a share of the pixels removed so that it hardly
  /// shows.
  public static func road(
    order: RemovalOrder = .mostRelevantFirst, shares: [Double] = ROAD.usualShares,
    removal: any Removal = .noisyLinearImputation(), response: RemovalResponse = .accuracy,
    features: Features? = nil
  ) -> ROAD {
    ROAD(order: order, shares: shares, removal: removal, response: response, features: features)
  }
}
