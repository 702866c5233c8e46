// SPDX-License-Identifier: Apache-2.0

import Torch

/// What is left of a decision where only some units of a layer are kept and the others are held at a
/// baseline.
///
/// Leino and others (2018, arXiv:1802.03788) call the few units that keep a class's recall its experts,
/// and the network that is left the class's essence. Where few units in the order of their influence
/// keep what as many in random order do not, the ranking has found what the network decides by.
public struct UnitEssence: Sendable {
  public let model: any Model
  public let layer: any Cut
  public let end: any Cut
  public let quantity: any QuantityOfInterest
  /// What the other units are held at, an activation of the layer.
  public let baseline: any Baseline
  public let axis: UnitAxis
  /// Instances that are run at once.
  public var rowsAtOnce = 64

  /// - Parameters:
  ///   - layer: Whose units are kept or not.
  ///   - end: Where the quantity reads.
  ///   - baseline: Zeros of the layer, or what other inputs give there: `.activation(of:)`.
  public init(
    _ model: any Model, of layer: any Cut,
    quantity: any QuantityOfInterest = ClassScore(.predicted), to end: any Cut = LogitCut(),
    holding baseline: any Baseline = ZeroBaseline(), axis: UnitAxis = .automatic
  ) {
    self.model = model
    self.layer = layer
    self.end = end
    self.quantity = quantity
    self.baseline = baseline
    self.axis = axis
  }

  /// The curve over how many units are kept.
  ///
  /// - Parameters:
  ///   - order: Units, those first that are kept longest.
  ///   - counts: How many are kept at each point; more than there are means all.
  ///   - labels: The right class of each instance; where not given, the network's own.
  ///   - subject: A class whose recall and precision are told.
  /// - Throws: ``UnitError``; what the model throws.
  /// - Complexity: One row behind the layer for each instance, point and start of the baseline.
  public func curve(
    keeping order: [Int], counts: [Int], of inputs: Inputs, labels: [Int]? = nil,
    subject: Int? = nil
  ) throws -> [EssencePoint] {
    let all = try inputs.resolved(for: model).rows
    return try curve(keeping: order, counts: counts, over: all, labels, subject) { range in
      (try Instances(of: inputs, in: model, at: layer, to: end, range: range), quantity)
    }
  }

  /// The curve over a data set of `count` instances, some after others, none of which are kept.
  ///
  /// What the quantity holds of each instance, as labels, is that of the whole data set.
  ///
  /// - Parameter read: Gives some of the instances.
  public func curve(
    keeping order: [Int], counts: [Int], of count: Int, labels: [Int]? = nil,
    subject: Int? = nil, reading read: (Range<Int>) throws -> Inputs
  ) throws -> [EssencePoint] {
    try curve(keeping: order, counts: counts, over: count, labels, subject) { range in
      // These are counted from 0 in each part.
      (
        try Instances(of: read(range), in: model, at: layer, to: end),
        try quantity.choosing(instances: Array(range))
      )
    }
  }

  private func curve(
    keeping order: [Int], counts: [Int], over all: Int, _ labels: [Int]?, _ subject: Int?,
    _ some: (Range<Int>) throws -> (Instances, any QuantityOfInterest)
  ) throws -> [EssencePoint] {
    if let labels, labels.count != all { throw UnitError.labels(labels.count, instances: all) }
    guard all > 0 else { throw UnitError.noInstances }
    var tallies = counts.map { _ in EssenceTally(subject: subject) }
    for first in stride(from: 0, to: all, by: max(1, rowsAtOnce)) {
      try Task.checkCancellation()
      let range = first..<min(all, first + max(1, rowsAtOnce))
      let (instances, quantity) = try some(range)
      guard let own = instances.activation.tensors.first, instances.activation.tensors.count == 1
      else {
        throw CutError.severalTensors(
          cut: layer.name, places: instances.activation.tensors.map { "\($0.shape)" })
      }
      let layout = try UnitLayout(axis, shape: own.shape)
      for unit in order { try layout.check(unit) }
      let probe = try instances.probe
      let wanted = try labels.map { Array($0[range]) } ?? classes(of: probe.explained.output)
      let ends = try baseline.ends(for: instances)
      for (place, count) in counts.enumerated() {
        let kept = Set(order.prefix(max(0, count)))
        let mask = try layout.spread(
          Tensor((0..<layout.count).map { kept.contains($0) ? Float(1) : 0 })
        ).converted(like: own)
        var numbers = [Double](repeating: 0, count: range.count)
        for end in ends {
          let start = end.start.tensors[0]
          let points = Activation(try start + (own - start) * mask)
          let values = try probe.values(of: quantity, at: points).numbers()
          for row in numbers.indices { numbers[row] += end.weight * values[row] }
          try tallies[place].add(
            classes(of: probe.output(at: points)), wanted: wanted, weight: end.weight)
        }
        tallies[place].add(numbers)
      }
    }
    return zip(counts, tallies).map { $1.point(keeping: $0) }
  }

  /// The class of each row; `nil` where the output has none.
  private func classes(of output: Tensor) throws -> [Int]? {
    guard output.rank == 2, output.shape[1] > 1 else { return nil }
    return try output.indexOfMaximum(axis: 1).integers()
  }
}

/// What is left where some units are kept.
public struct EssencePoint: Sendable, Equatable {
  /// Units.
  public let kept: Int
  /// The mean over instances.
  public let quantity: Double
  /// Of that mean; `nil` for one instance.
  public let standardError: Double?
  /// The share of instances whose class is the right one; `nil` where the output has no classes.
  public let accuracy: Double?
  /// The share of the subject's instances that are still called so; `nil` where there are none.
  public let recall: Double?
  /// The share of those called so that are; `nil` where none is called so.
  public let precision: Double?

  public init(
    kept: Int, quantity: Double, standardError: Double? = nil, accuracy: Double? = nil,
    recall: Double? = nil, precision: Double? = nil
  ) {
    self.kept = kept
    self.quantity = quantity
    self.standardError = standardError
    self.accuracy = accuracy
    self.recall = recall
    self.precision = precision
  }
}

/// Counts of what is left, over batches.
private struct EssenceTally {
  let subject: Int?
  private var instances = 0.0
  private var mean = 0.0
  private var squares = 0.0
  private var judged = 0.0
  private var right = 0.0
  private var positives = 0.0
  private var found = 0.0
  private var called = 0.0

  init(subject: Int?) { self.subject = subject }

  mutating func add(_ numbers: [Double]) {
    for number in numbers {
      instances += 1
      let step = number - mean
      mean += step / instances
      squares += step * (number - mean)
    }
  }

  mutating func add(_ classes: [Int]?, wanted: [Int]?, weight: Double) {
    guard let classes, let wanted else { return }
    for (own, wanted) in zip(classes, wanted) {
      judged += weight
      if own == wanted { right += weight }
      guard let subject else { continue }
      if wanted == subject { positives += weight }
      if own == subject { called += weight }
      if own == subject, wanted == subject { found += weight }
    }
  }

  func point(keeping kept: Int) -> EssencePoint {
    EssencePoint(
      kept: kept, quantity: mean,
      standardError: instances > 1 ? (squares / (instances - 1) / instances).squareRoot() : nil,
      accuracy: judged > 0 ? right / judged : nil,
      recall: positives > 0 ? found / positives : nil,
      precision: called > 0 ? found / called : nil)
  }
}
