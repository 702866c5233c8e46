// SPDX-License-Identifier: Apache-2.0

/// The mean gradient with respect to a layer along a path in the input's space (Leino and others
/// 2018, arXiv:1802.03788, with the path's points as distribution): influence, not multiplied.
public struct LayerInfluence: EngineConfiguration {
  public var engine: InternalInfluence

  public init(
    _ model: any Model, of layer: any Cut,
    quantity: any QuantityOfInterest = ClassScore(.predicted),
    to end: any Cut = OutputCut(), from baseline: any Baseline = ZeroBaseline(), steps: Int? = nil,
    rule: any PathRule = GaussLegendreRule()
  ) {
    engine = InternalInfluence(
      model, distribution: PathDistribution(from: baseline, rule: rule, steps: steps),
      quantity: quantity, slice: NetworkSlice(from: layer, to: end), at: InputCut(),
      measure: .influence)
  }
}

/// Conductance (Dhamdhere and others 2018, arXiv:1805.12233): what flows through each unit of a
/// layer along a path in the input's space, ∫ ∂Q/∂y · dy/dt dt.
///
/// Its sum is the quantity's change at every layer through which all of it flows.
public struct Conductance: EngineConfiguration {
  public var engine: InternalInfluence

  /// - Parameter progression: Whether dy/dt is the exact derivative at the rule's nodes, or the
  ///   difference between neighbouring nodes.
  public init(
    _ model: any Model, of layer: any Cut,
    quantity: any QuantityOfInterest = ClassScore(.predicted),
    to end: any Cut = OutputCut(), from baseline: any Baseline = ZeroBaseline(), steps: Int? = nil,
    rule: any PathRule = GaussLegendreRule(),
    progression: PathDistribution.Progression = .tangents
  ) {
    engine = InternalInfluence(
      model,
      distribution: PathDistribution(
        from: baseline, rule: rule, steps: steps, progression: progression),
      quantity: quantity, slice: NetworkSlice(from: layer, to: end), at: InputCut())
  }
}

/// Integrated gradients of one unit inside the network: what the input does to it.
public struct NeuronIntegratedGradients: EngineConfiguration {
  public var engine: InternalInfluence

  /// - Parameters:
  ///   - layer: Where the unit is.
  ///   - quantity: The unit or channel, such as `.unit(3, 0, 0)` or `.channel(5)`.
  public init(
    _ model: any Model, at layer: any Cut, of quantity: any QuantityOfInterest,
    from baseline: any Baseline = ZeroBaseline(), steps: Int? = nil,
    rule: any PathRule = GaussLegendreRule()
  ) {
    engine = InternalInfluence(
      model, distribution: PathDistribution(from: baseline, rule: rule, steps: steps),
      quantity: quantity, slice: NetworkSlice(from: InputCut(), to: layer))
  }
}
