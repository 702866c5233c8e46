// SPDX-License-Identifier: Apache-2.0

import Torch

/// One explanation: the batch, in groups of instances that fit the memory.
struct Run {
  private let engine: InternalInfluence
  private let quantities: [any QuantityOfInterest]
  private let cuts: ResolvedCuts
  private let given: [Place: Tensor]
  private let batch: Int

  init(
    _ engine: InternalInfluence, quantities: [any QuantityOfInterest], inputs: Inputs
  ) throws {
    self.engine = engine
    self.quantities = quantities
    cuts = try ResolvedCuts(engine)
    (given, batch) = try inputs.resolved(for: engine.model)
  }

  func attributions() throws -> [Attributions] {
    let clock = ContinuousClock()
    let began = clock.now
    var groups: [GroupRun.Tally] = []
    var parts: [[GroupRun.Result]] = []
    var evaluations = 0
    // The first instance shows how much memory a row takes.
    let before = Runtime.producedBytes
    let first = try group(0..<1)
    let limit = engine.rowLimit.rows(bytesPerRow: Int(Runtime.producedBytes - before))
    if engine.measure == .attribution { try first.0.checkReach() }
    var next = 0
    while next < batch {
      let range = next..<min(batch, next + limit)
      let (evaluator, instances) = range == 0..<1 ? first : try group(range)
      var run = GroupRun(
        engine, quantities: quantities, evaluator: evaluator, instances: instances
      ) { share, gradients in
        try Task.checkCancellation()
        evaluations += gradients
        let done = Double(range.lowerBound) + share * Double(range.count)
        try engine.onProgress?(
          Progress(fraction: done / Double(batch), evaluations: evaluations))
      }
      parts.append(try run.results(rowLimit: limit))
      groups.append(run.tally)
      next = range.upperBound
    }
    let duration = began.duration(to: clock.now).components
    let cost = Cost(
      samples: groups.map(\.samples).max() ?? 0,
      forwardRows: batch + (limit > 1 && batch > 1 ? 1 : 0)
        + groups.reduce(0) { $0 + $1.forwardRows },
      backwardRows: groups.reduce(0) { $0 + $1.backwardRows },
      rowsAtOnce: groups.map(\.rowsAtOnce).max() ?? 0,
      seconds: Double(duration.seconds) + Double(duration.attoseconds) * 1e-18)
    return try quantities.indices.map { index in
      try joined(parts.map { $0[index] }, quantity: quantities[index], cost: cost)
    }
  }

  /// The instances of a range, and the slice made ready for them.
  private func group(_ range: Range<Int>) throws -> (SliceEvaluator, Instances) {
    let model = engine.model
    let own = range.count == batch ? given : try model.rows(range, of: given)
    let evaluator = try SliceEvaluator(model, cuts: cuts, given: own, count: range.count)
    let network = InstanceNetwork(
      model: model, cut: cuts.distribution, given: own, count: range.count)
    let instances = Instances(
      activation: evaluator.activation, range: range, batch: batch, network: network)
    return (evaluator, instances)
  }

  private func joined(
    _ parts: [GroupRun.Result], quantity: any QuantityOfInterest, cost: Cost
  ) throws -> Attributions {
    func join(_ part: (GroupRun.Result) -> Tensor?) throws -> Tensor? {
      let tensors = parts.compactMap(part)
      return tensors.count == parts.count ? try .concatenated(tensors) : nil
    }
    let influences = parts.compactMap(\.influence)
    return Attributions(
      activation: try .joined(parts.map(\.values)),
      influence: influences.isEmpty ? nil : try .joined(influences),
      quantity: QuantityValues(
        instance: try .concatenated(parts.map(\.instance)), end: try join(\.end),
        start: try join(\.start)),
      completenessGap: try join(\.gap), errorEstimate: try join(\.errorEstimate), cost: cost,
      configuration: Configuration(
        from: engine.slice.start.name, to: engine.slice.end.name,
        at: (engine.distributionCut ?? engine.slice.start).name,
        distribution: engine.distribution.name, quantity: quantity.name, measure: engine.measure,
        statistic: engine.statistic, libtorch: Runtime.version))
  }
}
