// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How far attributions are from those of another method of the experiment, Σ |A − A*| / Σ |A*|: of a
/// path's rules from the path integral, where the other is the same path to a tight tolerance.
public struct ErrorAgainstMethod: Metric {
  public let method: ExperimentMethod

  public init(_ method: ExperimentMethod) { self.method = method }

  public var name: String { "error against \(method.name)" }
  public var family: MetricFamily { .axiomatic }
  public var direction: MetricDirection { .lowerIsBetter }
  public var unit: String { "" }
  public func cost(features: Int) -> MetricCost { MetricCost(explanations: 1) }

  /// Sees of the other method what is settled by the explained slice and quantity.
  public func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let (method, inputs) = (method, explanation.inputs)
    let reference = Explainer(
      method.name, slice: explanation.explainer.slice, quantity: explanation.explainer.quantity
    ) { model, slice, quantity in
      try method.method(
        in: ExperimentMethod.Setting(
          model: model, slice: slice, quantity: quantity, inputs: inputs, seed: seed,
          rows: Self.rowsAtOnce))
    }
    return try AttributionError(against: reference).scores(of: explanation, seed: seed)
  }

  private static let rowsAtOnce = 256
}
