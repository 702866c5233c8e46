// SPDX-License-Identifier: Apache-2.0

import Torch

/// The explanation of one group of instances: rounds of samples, in chunks of rows.
struct GroupRun {
  let engine: InternalInfluence
  let quantities: [any QuantityOfInterest]
  let evaluator: SliceEvaluator
  let instances: Instances
  /// Which of them are evaluated, those of the evaluator; all where nil.
  let selection: [Int]?
  /// What is met where gradients are those of secants.
  private var secants: SecantPass?
  /// Hears between chunks which share of the group is done, and how many gradients a chunk took.
  let report: (_ share: Double, _ gradients: Int) throws -> Void

  private var tally = Tally()
  private var sums: [RunningSums] = []

  /// What was evaluated.
  struct Tally {
    var samples = 0
    var forwardRows = 0
    var backwardRows = 0
    var rowsAtOnce = 0

    static func + (a: Tally, b: Tally) -> Tally {
      Tally(
        samples: max(a.samples, b.samples), forwardRows: a.forwardRows + b.forwardRows,
        backwardRows: a.backwardRows + b.backwardRows,
        rowsAtOnce: max(a.rowsAtOnce, b.rowsAtOnce))
    }
  }

  /// All that comes of a run.
  struct Outcome {
    /// For each quantity.
    let results: [GroupResult]
    let tally: Tally
    let secants: SecantPass?
  }

  init(
    _ engine: InternalInfluence, quantities: [any QuantityOfInterest], evaluator: SliceEvaluator,
    instances: Instances, selection: [Int]? = nil,
    report: @escaping (_ share: Double, _ gradients: Int) throws -> Void
  ) {
    self.engine = engine
    self.quantities = quantities
    self.evaluator = evaluator
    self.instances = instances
    self.selection = selection
    self.report = report
  }

  // MARK: Rounds

  mutating func outcome(rowLimit: Int) throws -> Outcome {
    let distribution = engine.distribution
    var samples = try distribution.samples(around: instances)
    let spread = Spread(of: engine.statistic, design: samples.design)
    sums = quantities.map { _ in
      RunningSums(
        instances: evaluator.count, keeping: spread, keepsInfluence: engine.keepsInfluence)
    }
    let ends =
      try selection.map { rows in try samples.ends?.map { try $0.selecting(rows) } }
      ?? samples.ends
    var index = 0
    while true {
      let round = try evaluate(samples, rowLimit: rowLimit, round: index, ends: ends)
      guard let round, let next = try distribution.samples(around: instances, after: round) else {
        break
      }
      samples = next
      index += 1
    }
    return Outcome(results: try results(ends: ends), tally: tally, secants: secants)
  }

  /// Evaluates the samples of a round, and gives what a distribution that reacts wants to see.
  private mutating func evaluate(
    _ samples: Samples, rowLimit: Int, round: Int, ends: [PathEnds]?
  ) throws -> Round? {
    let reacts = engine.distribution.reacts
    try report(0, 0)
    tally.samples += samples.count
    if let fallback = samples.secants, secants == nil { secants = SecantPass(fallback: fallback) }
    var perChunk = max(1, rowLimit / evaluator.count - (samples.secants == nil ? 0 : 1))
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
      try report(share, range.count * evaluator.count)
    }
    guard reacts, !watched.isEmpty else { return nil }
    return Round(
      index: round, points: try .joined(watched.map(\.points)),
      gradients: try .joined(watched.map(\.gradients)),
      quantities: try .concatenated(watched.map(\.quantities)), ends: ends)
  }

  // MARK: Chunks

  /// What a distribution that reacts sees of a chunk.
  private struct Watched {
    let points: Activation
    let gradients: Activation
    let quantities: Tensor
  }

  private mutating func evaluate(_ samples: Samples, _ range: Range<Int>) throws -> Watched {
    let chunk = try Chunk(
      samples, range, of: instances, selection: selection, coincide: evaluator.cuts.coincide,
      secants: samples.secants == nil ? nil : secants, distribution: engine.distribution.name)
    let rows = chunk.rows
    let count = range.count * evaluator.count
    let wants = engine.measure == .attribution
    if wants, case .none = rows.displacement {
      throw SamplesError.noDisplacement(distribution: engine.distribution.name)
    }
    let mayWait = samples.count > 1 && !chunk.isAlongGradient && moveAlike(rows)
    let reach = mayWait ? evaluator.affineReach : nil
    let carries = wants && (!chunk.isAlongGradient || rows.isTangent)
    let pass =
      try reach.map { try SlicePass(evaluator, chunk, from: $0, wantsDisplacement: carries) }
      ?? SlicePass(evaluator, chunk, wantsDisplacement: carries)
    let explained = try evaluator.explained(samples: chunk.points(of: evaluator.count))
    let own = wants ? chunk.weights : chunk.influenceWeights
    let weights = try Tensor(own).converted(like: pass.output)
    let influenceWeights = try Tensor(chunk.influenceWeights).converted(like: pass.output)
    let weighsApart = engine.keepsInfluence && own != chunk.influenceWeights
    tally.forwardRows += pass.forwardRows
    tally.rowsAtOnce = max(tally.rowsAtOnce, rows.points.rows)

    var watched = Watched(points: rows.points, gradients: rows.points, quantities: weights)
    for (index, quantity) in quantities.enumerated() {
      let values = try quantity.checkedValues(of: pass.output, explaining: explained)
      // Weighting what goes back costs nothing; squares and reactions want gradients as they are.
      let isPlain =
        sums[index].values.spread != nil || engine.distribution.reacts || chunk.isAlongGradient
        || weighsApart
      let gradients = try chunk.samples(
        gradient(
          of: values, withRespectTo: pass.leaves,
          weight: chunk.cotangent(of: values, weights: isPlain ? nil : own),
          keepingRecord: index < quantities.count - 1))
      tally.backwardRows += count
      var displacement = pass.displacement
      if engine.distribution.reacts {
        watched = Watched(
          points: rows.points,
          gradients: try gradientsAtPoints(rows, gradients, quantity, explained),
          quantities: try values.detached())
        if wants, !chunk.isAlongGradient, case .reaction(let target) = rows.displacement {
          displacement = try reaction(to: target(watched.gradients), from: rows.points)
        }
      }
      if wants, chunk.isAlongGradient {
        let change = try evaluator.change(
          of: quantity, explained, along: chunk, carried: pass.displacement,
          Activation(gradients), atPoints: watched.gradients, values: values.detached())
        tally.forwardRows += change.forwardRows
        displacement = try Activation(gradients).reaching(change.values)
      }
      if let reach {
        try sums[index].add(gradients, at: reach, of: evaluator, displacement: displacement)
      } else {
        try sums[index].add(
          gradients, weights: isPlain ? weights : nil,
          influenceWeights: isPlain ? influenceWeights : nil, displacement: displacement)
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
    case .tangent(let tangent): return tangent.rows == evaluator.count
    case .move, .next, .reaction, .alongGradient: return false
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

  private mutating func results(ends: [PathEnds]?) throws -> [GroupResult] {
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
      return GroupResult(
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
      let explained = try evaluator.explained(samples: 1)
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
    tally.forwardRows += evaluator.count
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
      evaluator: evaluator, quantity: quantity, points: points,
      wantsDisplacement: engine.measure == .attribution)
  }
}

extension QuantityOfInterest {
  /// The quantity, known to be one number a row.
  func checkedValues(
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
