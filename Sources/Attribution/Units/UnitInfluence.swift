// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Torch

/// What each unit of a layer does to a quantity: the first half of influence-directed explanations
/// (Leino, Sen, Datta, Fredrikson and Li 2018, arXiv:1802.03788).
///
/// The engine's influence or attribution at the layer, a mean over the distribution of interest, is
/// reduced over each unit's positions, and then averaged over instances: the units in the order of
/// that mean are those that the network decides by. What they look at is for ``UnitView``.
///
/// The paper ranks by influence, ∂Q/∂y averaged over the distribution. Attribution is influence times
/// the way that the unit goes: conductance, where the distribution lives at the input. Its sum over all
/// units is the quantity's change, at every layer through which all of it flows.
public struct UnitInfluence: Sendable {
  /// Starts at the layer.
  public var engine: InternalInfluence
  public var axis: UnitAxis
  public var reduction: PositionReduction

  /// - Parameters:
  ///   - engine: Its slice starts at the layer.
  ///   - axis: Where the units lie.
  ///   - reduction: How a unit's positions become one number.
  public init(
    _ engine: InternalInfluence, axis: UnitAxis = .automatic, reduction: PositionReduction = .sum
  ) {
    self.engine = engine
    self.axis = axis
    self.reduction = reduction
  }

  /// By the straight path among inputs, from a baseline to the instance.
  ///
  /// - Parameters:
  ///   - layer: Whose units.
  ///   - end: Where the quantity reads.
  ///   - baseline: Where the path starts, among inputs.
  ///   - rule: By default as many steps as an estimated error below 1 % takes.
  ///   - measure: Attribution is conductance; influence is the paper's.
  public init(
    _ model: any Model, of layer: any Cut,
    quantity: any QuantityOfInterest = ClassScore(.predicted), to end: any Cut = LogitCut(),
    from baseline: any Baseline = ZeroBaseline(), steps: Int? = nil, rule: (any PathRule)? = nil,
    measure: Measure = .attribution, axis: UnitAxis = .automatic,
    reduction: PositionReduction = .sum
  ) {
    self.init(
      InternalInfluence(
        model,
        distribution: PathDistribution(
          from: baseline, rule: rule ?? StandardRule.rule(steps: steps), steps: steps),
        quantity: quantity, slice: NetworkSlice(from: layer, to: end), at: InputCut(),
        measure: measure),
      axis: axis, reduction: reduction)
  }

  /// The units' scores for each instance.
  ///
  /// - Returns: One result for each quantity, from the same forward passes.
  /// - Throws: What the engine throws; ``UnitError`` where the layer has no such axis.
  public func scores(
    for inputs: Inputs, quantities: [any QuantityOfInterest]
  ) throws -> [UnitScores] {
    try engine.attributions(for: inputs, quantities: quantities).map {
      try UnitScores($0, axis: axis, reduction: reduction)
    }
  }

  /// The units' scores for each instance, of the engine's own quantity.
  public func scores(for inputs: Inputs) throws -> UnitScores {
    try scores(for: inputs, quantities: [engine.quantity])[0]
  }

  /// Goes through a data set, some instances after others, none of which are kept.
  ///
  /// What a quantity holds of each instance, as labels, is that of the whole data set. The engine's
  /// progress is that of all instances.
  ///
  /// - Parameters:
  ///   - count: Instances.
  ///   - rowsAtOnce: How many are read at a time.
  ///   - strongest: How many instances of each unit are remembered, those in which it does most.
  ///   - read: Gives some of the instances.
  /// - Returns: One result for each quantity.
  /// - Complexity: Memory for `rowsAtOnce` instances, and for `strongest` numbers of each unit.
  /// - Precondition: `rowsAtOnce > 0`.
  public func statistics(
    of count: Int, rowsAtOnce: Int = 64, quantities: [any QuantityOfInterest], strongest: Int = 8,
    reading read: (Range<Int>) throws -> Inputs
  ) throws -> [UnitStatistics] {
    precondition(rowsAtOnce > 0, "instances are read \(rowsAtOnce) at a time")
    guard count > 0 else { throw UnitError.noInstances }
    var found = quantities.map { _ in UnitStatistics(strongest: strongest) }
    let evaluations = Mutex(0)
    for first in stride(from: 0, to: count, by: rowsAtOnce) {
      let range = first..<min(count, first + rowsAtOnce)
      var part = self
      if let report = engine.onProgress {
        let before = evaluations.withLock { $0 }
        part.engine.onProgress = { own in
          let done = Double(range.lowerBound) + own.fraction * Double(range.count)
          evaluations.withLock { $0 = before + own.evaluations }
          try report(
            Progress(fraction: done / Double(count), evaluations: before + own.evaluations))
        }
      }
      let all = try part.scores(
        for: read(range),
        quantities: quantities.map { try $0.choosing(instances: Array(range)) })
      for (index, scores) in all.enumerated() { try found[index].add(scores) }
    }
    return found
  }

  /// Units in the order of their mean over the instances.
  public func ranking(for inputs: Inputs, by order: UnitOrder = .magnitude) throws -> UnitRanking {
    var statistics = UnitStatistics()
    try statistics.add(scores(for: inputs))
    return statistics.ranking(by: order)
  }

  /// Units in the order of their mean over the rows of a model's only input.
  public func ranking(for input: Tensor, by order: UnitOrder = .magnitude) throws -> UnitRanking {
    try ranking(for: Inputs(input), by: order)
  }
}

/// What each unit of a layer did to a quantity in each of some instances.
public struct UnitScores: Sendable {
  /// `[instances, units]`, float64, in units of the quantity (of influences, per unit of the
  /// activation).
  public let values: Tensor
  public let layout: UnitLayout
  /// What the scores were reduced from, with the gap and what made them.
  public let attributions: Attributions

  /// - Throws: ``UnitError`` where the layer has no such axis; ``CutError`` for several tensors.
  public init(_ attributions: Attributions, axis: UnitAxis, reduction: PositionReduction) throws {
    let tensors = attributions.activation.tensors
    guard tensors.count == 1 else {
      throw CutError.severalTensors(
        cut: attributions.configuration.from, places: tensors.map { "\($0.shape)" })
    }
    layout = try UnitLayout(axis, shape: tensors[0].shape)
    values = try reduction.reduced(layout.byUnit(tensors[0]))
    self.attributions = attributions
  }
}
