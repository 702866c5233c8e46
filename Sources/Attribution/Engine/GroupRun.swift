// SPDX-License-Identifier: Apache-2.0

import Torch

/// The explanation of one group of instances: rounds of samples, in chunks of rows.
struct GroupRun {
  let engine: InternalInfluence
  let quantities: [any QuantityOfInterest]
  let evaluator: SliceEvaluator
  let instances: Instances
  /// Hears between chunks which share of the group is done, and how many gradients a chunk took.
  let report: (_ share: Double, _ gradients: Int) throws -> Void

  private(set) var tally = Tally()
  private var sums: [RunningSums] = []

  /// What was evaluated.
  struct Tally {
    var samples = 0
    var forwardRows = 0
    var backwardRows = 0
    var rowsAtOnce = 0
  }

  init(
    _ engine: InternalInfluence, quantities: [any QuantityOfInterest], evaluator: SliceEvaluator,
    instances: Instances, report: @escaping (_ share: Double, _ gradients: Int) throws -> Void
  ) {
    self.engine = engine
    self.quantities = quantities
    self.evaluator = evaluator
    self.instances = instances
    self.report = report
  }

  // MARK: Rounds

  mutating func results(rowLimit: Int) throws -> [Result] {
    let distribution = engine.distribution
    var samples = try distribution.samples(around: instances)
    let spread = Spread(of: engine.statistic, design: samples.design)
    sums = quantities.map { _ in
      RunningSums(
        instances: instances.count, keeping: spread, keepsInfluence: engine.keepsInfluence)
    }
    let ends = samples.ends
    var index = 0
    while true {
      let round = try evaluate(samples, rowLimit: rowLimit, round: index)
      guard let round, let next = try distribution.samples(around: instances, after: round) else {
        break
      }
      samples = next
      index += 1
    }
    return try results(ends: ends)
  }

  /// Evaluates the samples of a round, and gives what a distribution that reacts wants to see.
  private mutating func evaluate(
    _ samples: Samples, rowLimit: Int, round: Int
  ) throws -> Round? {
    let reacts = engine.distribution.reacts
    try report(0, 0)
    tally.samples += samples.count
    var perChunk = max(1, rowLimit / instances.count)
    var watched: [Watched] = []
    var next = 0
    while next < samples.count {
      // Chunks of about one size: a short one at the end would run at the price of a longer one.
      let rest = samples.count - next
      let chunks = (rest + perChunk - 1) / perChunk
      let range = next..<next + (rest + chunks - 1) / chunks
      do {
        let chunk = try evaluate(samples, range)
        if reacts { watched.append(chunk) }
      } catch let error as TorchError where error.kind == .outOfMemory && perChunk > 1 {
        perChunk /= 2
        continue
      }
      next = range.upperBound
      let share = reacts ? 0 : Double(next) / Double(samples.count)
      try report(share, range.count * instances.count)
    }
    guard reacts, !watched.isEmpty else { return nil }
    return Round(
      index: round, points: try .joined(watched.map(\.points)),
      gradients: try .joined(watched.map(\.gradients)),
      quantities: try .concatenated(watched.map(\.quantities)))
  }

  // MARK: Chunks

  /// What a distribution that reacts sees of a chunk.
  private struct Watched {
    let points: Activation
    let gradients: Activation
    let quantities: Tensor
  }

  private mutating func evaluate(_ samples: Samples, _ range: Range<Int>) throws -> Watched {
    let rows = try samples.rows(range)
    let count = range.count * instances.count
    guard rows.points.tensors.allSatisfy({ $0.shape.first == count }) else {
      throw SamplesError.rows(
        rows.points.rows, expected: count, distribution: engine.distribution.name)
    }
    let wants = engine.measure == .attribution
    if wants, case .none = rows.displacement {
      throw SamplesError.noDisplacement(distribution: engine.distribution.name)
    }
    let reach = samples.count > 1 && moveAlike(rows) ? evaluator.affineReach : nil
    let pass =
      try reach.map { try SlicePass(evaluator, rows, from: $0, wantsDisplacement: wants) }
      ?? SlicePass(evaluator, rows, wantsDisplacement: wants)
    let explained = try evaluator.explained(samples: range.count, first: instances.range.lowerBound)
    let weights = try Tensor(
      range.flatMap { [Double](repeating: samples.weights[$0], count: instances.count) }
    ).converted(like: pass.output)
    tally.forwardRows += count
    tally.rowsAtOnce = max(tally.rowsAtOnce, count)

    var watched = Watched(points: rows.points, gradients: rows.points, quantities: weights)
    for (index, quantity) in quantities.enumerated() {
      let values = try quantity.checkedValues(of: pass.output, explaining: explained)
      // Weighting what goes back costs nothing; squares and reactions want gradients as they are.
      let isPlain = sums[index].values.spread != nil || engine.distribution.reacts
      let gradients = try gradient(
        of: values, withRespectTo: pass.leaves,
        weight: isPlain ? values.detached().filled(with: 1) : weights.converted(like: values),
        keepingRecord: index < quantities.count - 1)
      tally.backwardRows += count
      var displacement = pass.displacement
      if engine.distribution.reacts {
        watched = Watched(
          points: rows.points,
          gradients: try gradientsAtPoints(rows, gradients, quantity, explained),
          quantities: try values.detached())
        if wants, case .reaction(let target) = rows.displacement {
          displacement = try reaction(to: target(watched.gradients), from: rows.points)
        }
      }
      if let reach {
        try sums[index].add(gradients, at: reach, of: evaluator, displacement: displacement)
      } else {
        try sums[index].add(
          gradients, weights: isPlain ? weights : nil, displacement: displacement)
      }
      if try !sums[index].isFinite || !values.detached().sum().number().isFinite {
        throw try search(quantity, rows.points)
          .error(values, gradients, displacement, first: range.lowerBound)
      }
    }
    return watched
  }

  /// Whether all samples of an instance move alike, so that their gradients can be added up before
  /// they are pulled back through what is affine.
  private func moveAlike(_ rows: SampleRows) -> Bool {
    guard !engine.distribution.reacts, !sums.contains(where: { $0.values.spread != nil }) else {
      return false
    }
    switch rows.displacement {
    case .none: return true
    case .tangent(let tangent): return tangent.rows == instances.count
    case .move, .reaction: return false
    }
  }

  // MARK: Reactions

  /// The quantity's gradient at the distribution's cut.
  private mutating func gradientsAtPoints(
    _ rows: SampleRows, _ gradients: [Tensor], _ quantity: any QuantityOfInterest,
    _ explained: ExplainedOutput
  ) throws -> Activation {
    if evaluator.cuts.coincide { return Activation(gradients) }
    let points = try rows.points.map { try $0.tracked() }
    let output = try evaluator.output(given: evaluator.given(points: points))
    let values = try quantity.checkedValues(of: output, explaining: explained)
    tally.forwardRows += rows.points.rows
    tally.backwardRows += rows.points.rows
    return Activation(try gradient(of: values.sum(), withRespectTo: points.tensors))
  }

  /// What the move of the points causes at the slice's start.
  private func reaction(to target: Activation, from points: Activation) throws -> Activation {
    if evaluator.cuts.coincide { return try target - points }
    return try withoutRecording {
      try evaluator.activationAtStart(points: target) - evaluator.activationAtStart(points: points)
    }
  }

  // MARK: Results

  private mutating func results(ends: [PathEnds]?) throws -> [Result] {
    let instance = try checkedQuantities(
      quantityValues(of: evaluator.output), at: evaluator.activation)
    let atEnds = try ends.map { try quantityValues(atEndsOf: $0, instance: instance) }
    if let reach = evaluator.affineReach {
      for (index, quantity) in quantities.enumerated() {
        try sums[index].pullBack(from: reach, of: evaluator)
        guard sums[index].isFinite else {
          throw try search(quantity, evaluator.activation)
            .error(instance[index], sums[index].values.result(.mean).tensors, first: nil)
        }
      }
    }
    return try quantities.indices.map { index in
      let sum = sums[index]
      var gap: Tensor?
      if let atEnds, engine.measure == .attribution, engine.statistic == .mean {
        gap = try sum.values.rowSums() - (atEnds.end[index] - atEnds.start[index])
      }
      let variance =
        engine.statistic == .mean ? try sum.values.varianceOfMean(draws: tally.samples) : nil
      return Result(
        values: try sum.values.result(engine.statistic),
        influence: try sum.influence?.result(.mean),
        instance: instance[index], start: atEnds?.start[index], end: atEnds?.end[index], gap: gap,
        errorEstimate: try variance?.relativeStandardError(of: sum.values.result(.mean)),
        variance: variance, spread: sum.values.spread)
    }
  }

  /// Each quantity where the output at the slice's end is `output`, `[instances]`, float64.
  private func quantityValues(of output: Tensor) throws -> [Tensor] {
    try withoutRecording {
      let explained = try evaluator.explained(samples: 1, first: instances.range.lowerBound)
      return try quantities.map {
        try $0.checkedValues(of: output, explaining: explained).converted(to: .float64)
      }
    }
  }

  /// Each quantity at the starts and ends of the distribution's paths, as weighted means.
  private mutating func quantityValues(
    atEndsOf ends: [PathEnds], instance: [Tensor]
  ) throws -> (start: [Tensor], end: [Tensor]) {
    var start = try instance.map { try $0.filled(with: 0) }
    var end = start
    for part in ends {
      let atStart = try quantityValues(at: part.start)
      let atEnd = try part.end.map { try quantityValues(at: $0) } ?? instance
      start = try zip(start, atStart).map { try $0 + $1 * part.weight }
      end = try zip(end, atEnd).map { try $0 + $1 * part.weight }
    }
    return (start, end)
  }

  private mutating func quantityValues(at points: Activation) throws -> [Tensor] {
    tally.forwardRows += instances.count
    return try checkedQuantities(
      quantityValues(
        of: withoutRecording { try evaluator.output(given: evaluator.given(points: points)) }),
      at: points)
  }

  // MARK: Finite numbers

  private func checkedQuantities(_ values: [Tensor], at points: Activation) throws -> [Tensor] {
    for (quantity, value) in zip(quantities, values) where try !value.sum().number().isFinite {
      throw try search(quantity, points).error(value, first: nil)
    }
    return values
  }

  private func search(
    _ quantity: any QuantityOfInterest, _ points: Activation
  ) -> NonFiniteSearch {
    NonFiniteSearch(
      evaluator: evaluator, instances: instances, quantity: quantity, points: points,
      wantsDisplacement: engine.measure == .attribution)
  }
}

extension QuantityOfInterest {
  /// The quantity, known to be one number a row.
  fileprivate func checkedValues(
    of output: Tensor, explaining explained: ExplainedOutput
  ) throws -> Tensor {
    let values = try values(of: output, explaining: explained)
    let rows = output.shape.first ?? 0
    guard values.shape == [rows] else {
      throw QuantityError.shape(quantity: name, result: values.shape, rows: rows)
    }
    return values
  }
}
