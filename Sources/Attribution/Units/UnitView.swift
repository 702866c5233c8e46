// SPDX-License-Identifier: Apache-2.0

import Torch

/// What units of a layer look at: attributions of their own activations to the input, the second half
/// of influence-directed explanations (Leino and others 2018, arXiv:1802.03788).
///
/// The slice runs from the input to the layer, so that what comes behind does not matter: the unit is
/// interpreted by itself, whatever quantity has singled it out.
public struct UnitView: Sendable {
  /// Ends at the layer; its quantity is put in for each unit.
  public var engine: InternalInfluence
  public var axis: UnitAxis
  /// How a unit's positions become the one number that is explained.
  public var reduction: ChannelActivation.Reduction

  public init(
    _ engine: InternalInfluence, axis: UnitAxis = .automatic,
    reduction: ChannelActivation.Reduction = .sum
  ) {
    self.engine = engine
    self.axis = axis
    self.reduction = reduction
  }

  /// By the straight path from a baseline.
  ///
  /// - Parameters:
  ///   - layer: Whose units.
  ///   - start: Where attributions are wanted, and the path lives.
  public init(
    _ model: any Model, of layer: any Cut, from baseline: any Baseline = ZeroBaseline(),
    at start: any Cut = InputCut(), steps: Int? = nil, rule: (any PathRule)? = nil,
    axis: UnitAxis = .automatic, reduction: ChannelActivation.Reduction = .sum
  ) {
    self.init(
      InternalInfluence(
        model,
        distribution: PathDistribution(
          from: baseline, rule: rule ?? StandardRule.rule(steps: steps), steps: steps),
        slice: NetworkSlice(from: start, to: layer)),
      axis: axis, reduction: reduction)
  }

  /// Explains units by the input.
  ///
  /// - Returns: For each unit the attributions of all instances, with the gap of each.
  /// - Throws: What the engine throws; ``UnitError`` where there is no such unit.
  /// - Complexity: One explanation, whose forward passes serve all units.
  public func attributions(of units: [Int], for inputs: Inputs) throws -> [Attributions] {
    guard !units.isEmpty else { return [] }
    let layout = try layout(for: inputs)
    return try engine.attributions(
      for: inputs, quantities: units.map { try layout.quantity(of: $0, reduction) })
  }

  /// Explains units of a model with one input.
  public func attributions(of units: [Int], for input: Tensor) throws -> [Attributions] {
    try attributions(of: units, for: Inputs(input))
  }

  /// How the units lie.
  public func layout(for inputs: Inputs) throws -> UnitLayout {
    let one = try Instances(
      of: inputs, in: engine.model, at: engine.slice.end, to: engine.slice.end, range: 0..<1)
    guard let tensor = one.activation.tensors.first, one.activation.tensors.count == 1 else {
      throw CutError.severalTensors(
        cut: engine.slice.end.name, places: one.activation.tensors.map { "\($0.shape)" })
    }
    return try UnitLayout(axis, shape: tensor.shape)
  }
}
