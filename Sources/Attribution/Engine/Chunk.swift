// SPDX-License-Identifier: Apache-2.0

import Torch

/// Some samples of all instances of a group, as rows of one evaluation.
struct Chunk {
  /// The samples, the first of which is the distribution's `range.lowerBound`th.
  let range: Range<Int>
  let rows: SampleRows
  /// Whether the quantity's changes along the rows' displacements are laid along its gradient.
  let isAlongGradient: Bool
  /// One for each sample and instance, of gradients times displacements.
  let weights: [Double]
  /// The same of gradients alone.
  let influenceWeights: [Double]
  /// Where gradients are those of secants.
  let secants: SecantPass?
  /// Rows that only end cells, and have no gradient of their own.
  let endRows: Int

  /// - Parameters:
  ///   - selection: Which of the distribution's instances are evaluated; all where nil.
  ///   - coincide: Whether attributions are wanted where the distribution lives.
  init(
    _ samples: Samples, _ range: Range<Int>, of instances: Instances, selection: [Int]?,
    coincide: Bool, secants: SecantPass?, distribution: String
  ) throws {
    self.range = range
    self.secants = secants
    let points = range.count + (secants == nil ? 0 : 1)
    let made = try samples.rows(range)
    guard
      made.points.tensors.allSatisfy({ $0.shape.first == points * instances.count })
    else {
      throw SamplesError.rows(
        made.points.rows, expected: points * instances.count, distribution: distribution)
    }
    var rows = try selection.map { try made.selecting($0, of: instances.count) } ?? made
    var own = Array(samples.weights[range])
    let timed = range.map { samples.weights[$0] * samples.durations[$0] }
    let followed = rows.followed
    isAlongGradient = followed != nil
    if let followed {
      rows = followed
    } else if coincide, case .next(let line?) = rows.displacement {
      // All cells lead the same way, so that what differs, how far, can weigh their gradients.
      own = timed
      rows = SampleRows(points: rows.points, displacement: .tangent(line.direction))
    }
    self.rows = rows
    let count = selection?.count ?? instances.count
    func spread(_ weights: [Double]) -> [Double] {
      weights.flatMap { [Double](repeating: $0, count: count) }
    }
    (weights, influenceWeights) = (spread(own), spread(timed))
    endRows = secants == nil ? 0 : count
  }

  /// Points of each instance.
  func points(of instances: Int) -> Int { rows.points.rows / instances }

  /// A tensor at the slice's start, `[rows, …]`, from which on it is recorded.
  func leaf(_ tensor: Tensor) throws -> Tensor {
    try secants.map { try tensor.tracked(bySecantsTo: endRows, of: $0) } ?? tensor.tracked()
  }

  /// From the start of each cell to its end.
  func steps(_ ends: Activation) throws -> Activation {
    try ends.map { tensor in
      try tensor.sliced(axis: 0, from: endRows)
        - tensor.sliced(axis: 0, to: tensor.shape[0] - endRows)
    }
  }

  /// What the quantity's values weigh in the gradient: the given weights, or 1; nothing where a row
  /// only ends cells.
  func cotangent(of values: Tensor, weights given: [Double]?) throws -> Tensor {
    let own = given ?? [Double](repeating: 1, count: weights.count)
    return try Tensor(own + [Double](repeating: 0, count: endRows)).converted(like: values)
  }

  /// Rows without those that only end cells.
  func samples(_ tensors: [Tensor]) throws -> [Tensor] {
    guard endRows > 0 else { return tensors }
    return try tensors.map { try $0.sliced(axis: 0, to: $0.shape[0] - endRows) }
  }
}

extension SampleRows {
  /// The rows of some instances of `count`.
  func selecting(_ instances: [Int], of count: Int) throws -> SampleRows {
    func selected(_ activation: Activation) throws -> Activation {
      let samples = activation.rows / count
      return try activation.selecting(
        (0..<samples).flatMap { sample in
          instances.map { sample * count + $0 }
        })
    }
    if let followed {
      let own = try followed.selecting(instances, of: count)
      return SampleRows(points: own.points, displacement: .alongGradient(of: own.displacement))
    }
    let displacement: Displacement =
      switch self.displacement {
      case .none, .alongGradient: .none
      case .tangent(let tangent): .tangent(try selected(tangent))
      case .move(let from, let to): .move(from: try selected(from), to: try selected(to))
      case .next(let line):
        .next(
          along: try line.map { Line(direction: try selected($0.direction), times: $0.times) })
      case .reaction(let target): .reaction(target)
      }
    return SampleRows(points: try selected(points), displacement: displacement)
  }
}
