// SPDX-License-Identifier: Apache-2.0

import Torch

/// The frame of a method that is none of the engine's: the batch, in groups of instances that fit the
/// memory, each with its slice made ready.
struct ForwardRun {
  let model: any Model
  let quantity: any QuantityOfInterest
  let slice: NetworkSlice
  var rowLimit = RowLimit.automatic

  /// What was found for a group.
  struct Found {
    var values: Activation
    var standardError: Activation?
    /// The quantity where attributions start to count, `[instances]`.
    var start: Tensor?
    /// Points of each instance that were looked at.
    var samples = 0
  }

  /// - Parameters:
  ///   - groupsOfOne: Whether each instance is explained by itself, as where the method stops when
  ///     it knows enough of it.
  ///   - explain: What is found for a group.
  func attributions(
    for inputs: Inputs, by method: String, measure: Measure = .attribution,
    groupsOfOne: Bool = false, _ explain: (ForwardGroup) throws -> Found
  ) throws -> Attributions {
    let clock = ContinuousClock()
    let began = clock.now
    let cuts = try ResolvedCuts(
      from: ResolvedCut(slice.start, in: model), to: ResolvedCut(slice.end, in: model))
    let (given, batch) = try inputs.resolved(for: model)
    func evaluator(_ range: Range<Int>) throws -> SliceEvaluator {
      try SliceEvaluator(
        model, cuts: cuts, given: model.rows(range, of: given), batchRows: range)
    }
    let before = Runtime.producedBytes
    let first = try evaluator(0..<1)
    let limit = rowLimit.rows(bytesPerRow: Int(Runtime.producedBytes - before))
    let perGroup = groupsOfOne ? 1 : limit
    var found: [Found] = []
    var own: [Tensor] = []
    var forward = batch + (perGroup > 1 && batch > 1 ? 1 : 0)
    var backward = 0
    for next in stride(from: 0, to: batch, by: perGroup) {
      let range = next..<min(batch, next + perGroup)
      let network = InstanceNetwork(
        model: model, cut: cuts.distribution, given: try model.rows(range, of: given),
        batchRows: range)
      let evaluator = range == 0..<1 ? first : try evaluator(range)
      let group = try ForwardGroup(
        evaluator, network: network, quantity: quantity, range: range, batch: batch,
        rowLimit: limit)
      found.append(try explain(group))
      own.append(group.own)
      forward += group.probe.spent.forward
      backward += group.probe.spent.backward
    }
    let duration = began.duration(to: clock.now).components
    let errors = found.compactMap(\.standardError)
    let starts = found.compactMap(\.start)
    return try Attributions(
      .joined(found.map(\.values)), by: method, of: quantity, slice: slice,
      values: QuantityValues(
        .concatenated(own), from: starts.isEmpty ? nil : .concatenated(starts)),
      measure: measure, standardError: errors.isEmpty ? nil : .joined(errors),
      cost: Cost(
        samples: found.map(\.samples).max() ?? 0, forwardRows: forward, backwardRows: backward,
        rowsAtOnce: min(limit, max(forward, 1)),
        seconds: Double(duration.seconds) + Double(duration.attoseconds) * 1e-18))
  }
}

/// A group of instances, and their slice.
struct ForwardGroup {
  let instances: Instances
  let probe: Probe
  let quantity: any QuantityOfInterest
  /// The quantity at the instances, `[instances]`, float64.
  let own: Tensor
  /// Samples of all instances that are looked at at once.
  let samplesAtOnce: Int

  init(
    _ evaluator: SliceEvaluator, network: InstanceNetwork, quantity: any QuantityOfInterest,
    range: Range<Int>, batch: Int, rowLimit: Int
  ) throws {
    probe = Probe(evaluator, quantity: quantity, rowLimit: rowLimit)
    instances = Instances(
      activation: evaluator.activation, range: range, batch: batch, network: network, probe: probe)
    self.quantity = quantity
    samplesAtOnce = max(1, rowLimit / instances.count)
    let explained = try evaluator.explained(samples: 1)
    own = try withoutRecording {
      try quantity.checkedValues(of: evaluator.output, explaining: explained)
        .converted(to: .float64)
    }
    try check(own, samples: 1)
  }

  /// - Throws: ``NonFiniteError`` where a number is none.
  func check(_ values: Tensor, samples: Int) throws {
    guard try !values.sum().number().isFinite else { return }
    let numbers = try values.numbers()
    guard let place = numbers.firstIndex(where: { !$0.isFinite }) else { return }
    throw NonFiniteError(
      instance: instances.range.lowerBound + place % instances.count,
      sample: samples > 1 ? place / instances.count : nil,
      subject: "the quantity '\(quantity.name)'",
      first: nil)
  }
}
