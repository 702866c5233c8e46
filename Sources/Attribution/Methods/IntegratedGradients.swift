// SPDX-License-Identifier: Apache-2.0

/// A method that only configures the engine.
public protocol EngineConfiguration: AttributionMethod {
  /// The engine that it configures; change it to go on from there.
  var engine: InternalInfluence { get }
}

extension EngineConfiguration {
  public func attributions(for inputs: Inputs) throws -> Attributions {
    try engine.attributions(for: inputs)
  }
}

/// Integrated gradients (Sundararajan and others 2017, arXiv:1703.01365): the gradient's integral
/// along the straight path from a baseline, times the way.
///
/// By default as many steps are taken as bring the estimated error below 1 %, by the rule that the
/// network's operations ask for: ``AutomaticRule``. Where only `steps` are given they are
/// Gauss–Legendre's; ``paper(_:quantity:slice:from:steps:)`` is the
/// sum of the paper's equation 3.
public struct IntegratedGradients: EngineConfiguration {
  public var engine: InternalInfluence

  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice(), from baseline: any Baseline = ZeroBaseline(),
    steps: Int? = nil, rule: (any PathRule)? = nil
  ) {
    engine = InternalInfluence(
      model,
      distribution: PathDistribution(
        from: baseline, rule: rule ?? StandardRule.rule(steps: steps), steps: steps),
      quantity: quantity, slice: slice)
  }

  /// The paper's `steps`-step sum: (x − x′) · (1/m) Σ ∂F(x′ + k/m (x − x′))/∂x, k = 1 … m.
  public static func paper(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice(), from baseline: any Baseline = ZeroBaseline(),
    steps: Int = 50
  ) -> IntegratedGradients {
    IntegratedGradients(
      model, quantity: quantity, slice: slice, from: baseline, steps: steps, rule: .right)
  }
}

/// Integrated gradients on the straight path between a layer's own values at baseline and instance.
///
/// Branches that pass the layer by keep the instance's values.
public struct LayerIntegratedGradients: EngineConfiguration {
  public var engine: InternalInfluence

  /// - Parameters:
  ///   - layer: Where path and attributions are.
  ///   - inputs: The model's inputs whose activation at the layer is the path's start.
  public init(
    _ model: any Model, at layer: any Cut, from inputs: Inputs,
    quantity: any QuantityOfInterest = ClassScore(.predicted), to end: any Cut = OutputCut(),
    steps: Int? = nil, rule: (any PathRule)? = nil
  ) {
    self.init(
      model, at: layer, from: ActivationBaseline(of: inputs), quantity: quantity, to: end,
      steps: steps, rule: rule)
  }

  /// - Parameter baseline: Where the path starts, in the layer's own space.
  public init(
    _ model: any Model, at layer: any Cut, from baseline: any Baseline = ZeroBaseline(),
    quantity: any QuantityOfInterest = ClassScore(.predicted), to end: any Cut = OutputCut(),
    steps: Int? = nil, rule: (any PathRule)? = nil
  ) {
    engine = InternalInfluence(
      model,
      distribution: PathDistribution(
        from: baseline, rule: rule ?? StandardRule.rule(steps: steps), steps: steps),
      quantity: quantity, slice: NetworkSlice(from: layer, to: end))
  }
}

/// Expected gradients (Erion and others 2021, arXiv:1906.10670): integrated gradients over random
/// baselines, one random point of a random path a draw.
public struct ExpectedGradients: EngineConfiguration {
  public var engine: InternalInfluence

  /// - Parameters:
  ///   - baseline: What is drawn from, by its weights.
  ///   - count: Draws for each instance; with a tolerance, the most.
  ///   - tolerance: Σ standard error / Σ |attribution| at which drawing stops.
  ///   - drawing: Stratified, or each draw by itself as in the paper.
  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice(), from baseline: any Baseline, count: Int = 50,
    tolerance: Double? = nil, drawing: ExpectedGradientsDistribution.Drawing = .stratified,
    seed: UInt64 = 0
  ) {
    engine = InternalInfluence(
      model,
      distribution: ExpectedGradientsDistribution(
        from: baseline, count: count, tolerance: tolerance, drawing: drawing, seed: seed),
      quantity: quantity, slice: slice)
  }
}
