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
    var tally = GroupRun.Tally()
    var parts: [[GroupResult]] = []
    var evaluations = 0
    // The first instance shows how much memory a row takes.
    let before = Runtime.producedBytes
    let first = try evaluator(0..<1, recordsOwn: batch == 1)
    let limit = engine.rowLimit.rows(bytesPerRow: Int(Runtime.producedBytes - before))
    if engine.measure == .attribution { try first.checkReach() }
    var next = 0
    while next < batch {
      let range = next..<min(batch, next + limit)
      let evaluator = range == 0..<1 ? first : try evaluator(range)
      let probe = Probe(
        evaluator, quantity: quantities.count == 1 ? quantities[0] : nil, rowLimit: limit)
      let instances = try instances(range, of: evaluator, probe: probe)
      let (results, own) = try self.results(evaluator, instances, rowLimit: limit) {
        share, gradients in
        try Task.checkCancellation()
        evaluations += gradients
        let done = Double(range.lowerBound) + share * Double(range.count)
        try engine.onProgress?(
          Progress(fraction: done / Double(batch), evaluations: evaluations))
      }
      parts.append(results)
      tally = tally + own
      tally.forwardRows += probe.spent.forward
      tally.backwardRows += probe.spent.backward
      next = range.upperBound
    }
    let duration = began.duration(to: clock.now).components
    let cost = Cost(
      samples: tally.samples,
      forwardRows: batch + (limit > 1 && batch > 1 ? 1 : 0) + tally.forwardRows,
      backwardRows: tally.backwardRows, rowsAtOnce: tally.rowsAtOnce,
      seconds: Double(duration.seconds) + Double(duration.attoseconds) * 1e-18)
    return try quantities.indices.map { index in
      try attributions(
        .joined(parts.map { $0[index] }), quantity: quantities[index], cost: cost)
    }
  }

  /// What is found for a group, by the distribution as it is or refined until it is good enough.
  private func results(
    _ evaluator: SliceEvaluator, _ instances: Instances, rowLimit: Int,
    report: @escaping (_ share: Double, _ gradients: Int) throws -> Void
  ) throws -> ([GroupResult], GroupRun.Tally) {
    if let path = engine.distribution as? PathDistribution, let rule = path.rule as? ExactRule {
      return try exactResults(
        path, rule, evaluator, instances, rowLimit: rowLimit, report: report)
    }
    var group = GroupRun(
      engine, quantities: quantities, evaluator: evaluator, instances: instances, report: report)
    if var sampling = try SamplingRun(group) {
      return (try sampling.results(rowLimit: rowLimit), sampling.tally)
    }
    guard let refinable = engine.distribution as? any RefinableDistribution,
      let rule = refinable.refinement
    else {
      let outcome = try group.outcome(rowLimit: rowLimit)
      return (outcome.results, outcome.tally)
    }
    var tally = GroupRun.Tally()
    var refinement = Refinement(
      refinable, rule: rule, quantities: quantities.count, instances: instances.count
    ) { distribution, selection in
      var finer = engine
      finer.distribution = distribution
      let isAll = selection.count == instances.count
      var run = GroupRun(
        finer, quantities: quantities,
        evaluator: isAll ? evaluator : try SliceEvaluator(evaluator, selecting: selection),
        instances: instances, selection: isAll ? nil : selection
      ) { try report(0, $1) }
      let outcome = try run.outcome(rowLimit: rowLimit)
      tally = tally + outcome.tally
      return outcome
    }
    let results = try refinement.results()
    try report(1, 0)
    tally.samples = results[0].efforts.map(\.evaluations).max() ?? 0
    return (results, tally)
  }

  /// What is found for a group by the exact rule, one instance after the other.
  private func exactResults(
    _ path: PathDistribution, _ rule: ExactRule, _ evaluator: SliceEvaluator,
    _ instances: Instances, rowLimit: Int,
    report: @escaping (_ share: Double, _ gradients: Int) throws -> Void
  ) throws -> ([GroupResult], GroupRun.Tally) {
    var tally = GroupRun.Tally()
    var parts: [[GroupResult]] = []
    for place in 0..<instances.count {
      let row = instances.range.lowerBound + place
      let own = try SliceEvaluator(evaluator, selecting: [place])
      let probe = Probe(own, rowLimit: rowLimit)
      let instance = try self.instances(row..<row + 1, of: own, probe: probe)
      var search = PieceSearch(
        own, quantities: quantities, maximumPieces: rule.maximumPieces, rowLimit: rowLimit)
      var pieces = engine
      pieces.distribution = try path.pieces(for: instance, &search)
      var run = GroupRun(
        pieces, quantities: quantities, evaluator: own, instances: instance
      ) { share, gradients in
        try report((Double(place) + share) / Double(instances.count), gradients)
      }
      let outcome = try run.outcome(rowLimit: rowLimit)
      tally = tally + outcome.tally
      tally.forwardRows += search.forwardRows + probe.spent.forward
      tally.backwardRows += probe.spent.backward
      parts.append(outcome.results)
    }
    let results = try quantities.indices.map { quantity in
      try GroupResult.joined(parts.map { $0[quantity] })
    }
    return (results, tally)
  }

  /// The slice, made ready for the instances of a range.
  private func evaluator(_ range: Range<Int>, recordsOwn: Bool = true) throws -> SliceEvaluator {
    try SliceEvaluator(
      engine.model, cuts: cuts, given: inputs(of: range), batchRows: range,
      recordsOwn: recordsOwn && engine.distribution is PointDistribution)
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
      errorEstimate: result.errorEstimate, efforts: result.efforts, cost: cost,
      configuration: Configuration(
        from: engine.slice.start.name, to: engine.slice.end.name,
        at: (engine.distributionCut ?? engine.slice.start).name,
        distribution: engine.distribution.name, quantity: quantity.name, measure: engine.measure,
        statistic: engine.statistic, libtorch: Runtime.version))
  }
}
