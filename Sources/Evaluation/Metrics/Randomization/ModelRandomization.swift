// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How alike an explanation is to what the same method says of networks that have forgotten their
/// weights, layer after layer: what stays does not tell of what was learned.
///
/// After Adebayo et al. 2018 (arXiv:1810.03292). A score is the mean rank correlation (Spearman) over
/// the steps, which the curve shows; steps at which a map is constant have none. The class that the
/// learned network predicted is explained throughout. The order matters: from the top, the lower
/// layers keep their activations, so that maps stay alike by construction (Binder et al. 2023), and
/// ``Order/cascadingFromBottom`` asks more. With sign, a correlation of −1 counts as unlike; without,
/// maps of sizes have a structure that any network has. Compare several, on the attributions and on
/// the influence.
public struct ModelRandomization: Metric {
  /// Which layers are forgotten at each step.
  public enum Order: String, Sendable, Codable, CaseIterable {
    /// The last ones, then those ahead of them as well, until all are.
    case cascadingFromTop
    /// The first ones, then those behind them as well, until all are.
    case cascadingFromBottom
    /// Each by itself, all others as they were learned.
    case independent
  }

  public let order: Order
  /// What is compared.
  public let map: ComparedMap
  /// Whether ranks are by the numbers with their sign, or by their sizes.
  public let isSigned: Bool
  public let reinitialization: Reinitialization
  /// The most steps: neighbouring layers are joined until there are no more.
  public let stepLimit: Int
  /// What counts as one; `nil` for pixels of images and else elements.
  public let features: Features?

  public init(
    _ order: Order = .cascadingFromBottom, of map: ComparedMap = .attributions,
    isSigned: Bool = true, by reinitialization: Reinitialization = .permuted, stepLimit: Int = 10,
    features: Features? = nil
  ) {
    precondition(stepLimit > 0, "\(stepLimit) steps forget nothing")
    self.order = order
    self.map = map
    self.isSigned = isSigned
    self.reinitialization = reinitialization
    self.stepLimit = stepLimit
    self.features = features
  }

  public var name: String {
    let way =
      switch order {
      case .cascadingFromTop: "cascading from the top"
      case .cascadingFromBottom: "cascading from the bottom"
      case .independent: "independent"
      }
    return "randomization, \(way), \(map.name), \(isSigned ? "signed" : "sizes")"
      + (reinitialization == .permuted ? "" : ", \(reinitialization.rawValue)")
      + (stepLimit == 10 ? "" : ", \(stepLimit) steps") + features.suffix
  }
  public var family: MetricFamily { .randomization }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "rank correlation" }

  /// The most that it takes: an explanation for each step.
  public func cost(features: Int) -> MetricCost { MetricCost(explanations: stepLimit) }

  /// The layers that each step forgets besides those of the steps before, or instead of them.
  public func steps(in model: any ParameterizedModel) -> [[String]] {
    let groups = ForgettingModel.groups(of: model, limit: stepLimit)
    return order == .cascadingFromTop ? groups.reversed() : groups
  }

  /// - Throws: ``MetricError/unsuitable(metric:reason:)`` where the network has no weights that can be
  ///   replaced; `ParameterError` and its kin from the network.
  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    guard let model = explanation.model as? any ParameterizedModel, !model.parameters.isEmpty else {
      throw MetricError.unsuitable(
        metric: name,
        reason: "replaces weights, and the model has none that can be: it must be a "
          + "`ParameterizedModel` with parameters, as `ONNXModel` is")
    }
    let forgetting = try ForgettingModel(
      model, by: reinitialization, limit: stepLimit, seed: seed)
    let own = try rows(of: explanation.attributions, explanation)
    let held = try explanation.heldQuantity()
    let count = forgetting.groups.count
    let likeness = try (0..<count).map { step in
      let network = try forgetting.forgetting(groups(at: step, of: count))
      let attributions = try explanation.explainer.method(for: network, quantity: held)
        .attributions(for: explanation.inputs)
      return zip(own, try rows(of: attributions, explanation)).map { Correlation.spearman($0, $1) }
    }
    let curves = (0..<explanation.count).map { row in likeness.map { $0[row] } }
    return MetricResult(
      curves.map { $0.filter(\.isFinite).mean },
      curves: MetricCurves(
        position: order == .independent
          ? "group of layers forgotten, from the input" : "groups of layers forgotten",
        positions: (1...count).map(Double.init), heights: curves))
  }

  private func groups(at step: Int, of count: Int) -> Range<Int> {
    switch order {
    case .cascadingFromTop: count - 1 - step..<count
    case .cascadingFromBottom: 0..<step + 1
    case .independent: step..<step + 1
    }
  }

  private func rows(of attributions: Attributions, _ explanation: Explanation) throws -> [[Double]]
  {
    try map.rows(of: attributions, explaining: explanation, by: features, for: name)
      .map { isSigned ? $0 : $0.map { abs($0) } }
  }
}

extension Metric where Self == ModelRandomization {
  /// How alike an explanation is to those of networks that have forgotten their weights.
  public static func randomization(
    _ order: ModelRandomization.Order = .cascadingFromBottom, of map: ComparedMap = .attributions,
    isSigned: Bool = true, by reinitialization: Reinitialization = .permuted, stepLimit: Int = 10
  ) -> ModelRandomization {
    ModelRandomization(
      order, of: map, isSigned: isSigned, by: reinitialization, stepLimit: stepLimit)
  }
}
