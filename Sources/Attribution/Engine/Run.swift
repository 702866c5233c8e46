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
    var parts: [[GroupResult]] = []
    var evaluations = 0
    // The first instance shows how much memory a row takes.
    let before = Runtime.producedBytes
    let first = try evaluator(0..<1)
    let limit = engine.rowLimit.rows(bytesPerRow: Int(Runtime.producedBytes - before))
    if engine.measure == .attribution { try first.checkReach() }
    var next = 0
    while next < batch {
      let range = next..<min(batch, next + limit)
      let report = { (share: Double, gradients: Int) in
        try Task.checkCancellation()
        evaluations += gradients
        let done = Double(range.lowerBound) + share * Double(range.count)
        try engine.onProgress?(
          Progress(fraction: done / Double(batch), evaluations: evaluations))
      }
      let evaluator = range == 0..<1 ? first : try evaluator(range)
      let probe = Probe(evaluator, rowLimit: limit)
      let instances = try instances(range, of: evaluator, probe: probe)
      var run = GroupRun(
        engine, quantities: quantities, evaluator: evaluator, instances: instances, report: report)
      var tally: GroupRun.Tally
      if var sampling = try SamplingRun(run) {
        parts.append(try sampling.results(rowLimit: limit))
        tally = sampling.tally
      } else {
        parts.append(try run.results(rowLimit: limit))
        tally = run.tally
      }
      tally.forwardRows += probe.spent.forward
      tally.backwardRows += probe.spent.backward
      groups.append(tally)
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
      try attributions(
        .joined(parts.map { $0[index] }), quantity: quantities[index], cost: cost)
    }
  }

  /// The slice, made ready for the instances of a range.
  private func evaluator(_ range: Range<Int>) throws -> SliceEvaluator {
    try SliceEvaluator(
      engine.model, cuts: cuts, given: inputs(of: range), batchRows: range)
  }

  private func inputs(of range: Range<Int>) throws -> [Place: Tensor] {
    range.count == batch ? given : try engine.model.rows(range, of: given)
  }

  private func instances(
    _ range: Range<Int>, of evaluator: SliceEvaluator, probe: Probe
  ) throws -> Instances {
    let network = InstanceNetwork(
      model: engine.model, cut: cuts.distribution, given: try inputs(of: range), batchRows: range)
    return Instances(
      activation: evaluator.activation, range: range, batch: batch, network: network, probe: probe)
  }

  private func attributions(
    _ result: GroupResult, quantity: any QuantityOfInterest, cost: Cost
  ) throws -> Attributions {
    Attributions(
      activation: result.values, influence: result.influence,
      quantity: QuantityValues(instance: result.instance, end: result.end, start: result.start),
      completenessGap: result.gap, standardError: try result.standardError,
      errorEstimate: result.errorEstimate, cost: cost,
      configuration: Configuration(
        from: engine.slice.start.name, to: engine.slice.end.name,
        at: (engine.distributionCut ?? engine.slice.start).name,
        distribution: engine.distribution.name, quantity: quantity.name, measure: engine.measure,
        statistic: engine.statistic, libtorch: Runtime.version))
  }
}
