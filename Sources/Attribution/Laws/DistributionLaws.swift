// SPDX-License-Identifier: Apache-2.0

import Torch

/// Checks the laws of ``DistributionOfInterest``, for those that do not react.
public enum DistributionLaws {
  /// - Parameter activation: `[instances, …]`, two instances at least.
  public static func violations(
    of distribution: any DistributionOfInterest, around activation: Activation,
    tolerance: Double = 1e-6
  ) throws -> [LawViolation] {
    var check = LawCheck()
    let count = activation.rows
    let samples = try distribution.samples(around: Instances(activation: activation))
    let whole = try samples.rows(0..<samples.count)
    check.require(
      whole.points.rows == samples.pointCount * count, "samples × instances rows",
      "\(whole.points.rows) rows for \(samples.pointCount) points of \(count) instances")

    let again = try distribution.samples(around: Instances(activation: activation))
    try check.requireEqual(
      again.rows(0..<again.count).points, whole.points, tolerance: 0,
      "the same instances give the same samples", "the second answer")

    for sample in 0..<samples.count {
      let part = try samples.rows(sample..<sample + 1)
      try check.requireEqual(
        part.points.rows(0..<count), whole.points.rows(sample * count..<(sample + 1) * count),
        tolerance: tolerance, "in parts or at once", "sample \(sample)")
    }

    for instance in 0..<count {
      let range = instance..<instance + 1
      let alone = try distribution.samples(
        around: Instances(activation: activation.rows(range), range: range, batch: count))
      let points = try alone.rows(0..<alone.count).points
      let own = try whole.points.map { points in
        let shape = points.shape
        return try points.reshaped(to: [samples.pointCount, count] + shape.dropFirst())
          .selected(instance, axis: 1)
      }
      try check.requireEqual(
        points, own, tolerance: tolerance, "instances do not see each other",
        "instance \(instance)")
    }

    if let ends = samples.ends, samples.design == nil {
      try checkWay(samples, whole, ends, activation, &check, tolerance: tolerance)
    }
    return check.violations
  }

  /// Σ weight · displacement against the weighted way from start to end.
  private static func checkWay(
    _ samples: Samples, _ rows: SampleRows, _ ends: [PathEnds], _ activation: Activation,
    _ check: inout LawCheck, tolerance: Double
  ) throws {
    let count = activation.rows
    let moves: Activation
    switch rows.displacement {
    case .none, .reaction, .alongGradient: return
    case .tangent(let tangent):
      moves = try tangent.repeated(rows.points.rows / tangent.rows)
    case .move(let from, let to): moves = try to - from
    case .next:
      let cells = samples.count * count
      moves = try rows.points.rows(count..<cells + count) - rows.points.rows(0..<cells)
    }
    let weights = try Tensor(
      samples.weights.flatMap { [Double](repeating: $0, count: count) })
    let sum = try moves.map { move in
      let shape = move.shape
      let weight = try weights.converted(like: move).alignedToRows(rank: move.rank)
      return try (move * weight).reshaped(to: [samples.count, count] + shape.dropFirst())
        .sum(axes: [0])
    }
    var way = try activation.map { try $0.filled(with: 0) }
    for end in ends { way = try way + ((end.end ?? activation) - end.start) * end.weight }
    try check.requireEqual(
      sum, way, tolerance: max(tolerance, 1e-6), "displacements sum to the way from start to end",
      "Σ weight · displacement")
  }
}
