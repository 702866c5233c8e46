// SPDX-License-Identifier: Apache-2.0

import Torch

/// What of the input acts on a quantity through the few units of a layer that do most for it: an
/// influence-directed explanation (Leino and others 2018, arXiv:1802.03788) as one map.
///
/// For each instance the units of the greatest scores for the quantity are chosen. The quantity is
/// then replaced by their first-order share of it, Σ χ · activation with the influence χ held
/// (``UnitView/passages(through:influence:for:)``), and that is explained by the input. With all units
/// and a network that is straight along the path it is the explanation at the input itself.
///
/// - Complexity: Two explanations: one at the layer, one from the input to the layer.
public struct InfluenceDirected: AttributionMethod {
  /// Ranks the units.
  public var influence: UnitInfluence
  /// Explains what is chosen.
  public var view: UnitView
  /// Units of each instance.
  public let count: Int

  /// - Parameters:
  ///   - count: Units that are chosen for each instance.
  ///   - layer: Whose units.
  ///   - end: Where the quantity reads.
  ///   - baseline: Where the path starts, among inputs.
  /// - Precondition: `count > 0`.
  public init(
    _ model: any Model, through count: Int, unitsOf layer: any Cut,
    quantity: any QuantityOfInterest = ClassScore(.predicted), to end: any Cut = LogitCut(),
    from baseline: any Baseline = ZeroBaseline(), steps: Int? = nil, rule: (any PathRule)? = nil,
    axis: UnitAxis = .automatic
  ) {
    precondition(count > 0, "an explanation through \(count) units")
    self.count = count
    influence = UnitInfluence(
      model, of: layer, quantity: quantity, to: end, from: baseline, steps: steps, rule: rule,
      axis: axis)
    view = UnitView(model, of: layer, from: baseline, steps: steps, rule: rule, axis: axis)
  }

  /// - Throws: ``UnitError`` where the layer has fewer units.
  public func attributions(for inputs: Inputs) throws -> Attributions {
    // Attributions are no weights for activations, whatever the engine was set to.
    var influence = influence
    influence.engine.keepsInfluence = true
    let scores = try influence.scores(for: inputs)
    let layout = scores.layout
    guard count <= layout.count else { throw UnitError.unit(count - 1, count: layout.count) }
    let places = try scores.values.top(count, axis: 1).indices
    let chosen = try scores.values.filled(with: 0).scattered(
      places.filled(with: 1).converted(to: .float64), at: places, axis: 1)
    let whole = scores.attributions
    let rates = whole.influence?.tensors[0] ?? whole.values
    let weights = try rates * layout.spread(chosen).converted(like: rates)
    var engine = view.engine
    engine.quantity = WeightedActivation(
      weights,
      name: "\(whole.configuration.quantity) through \(count) units of "
        + whole.configuration.from)
    return try engine.attributions(for: inputs)
  }
}
