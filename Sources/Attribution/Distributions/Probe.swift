// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Torch

/// The network behind the distribution's cut, to be asked by distributions and baselines that search.
///
/// What does it give, and which way does a quantity rise, where the activation at the cut is
/// something else?
///
/// Points are `[samples · instances, …]`, all instances of a sample after another. Everything around
/// the cut has the instance's values. What is asked counts as forward and backward rows of the
/// explanation's cost.
public struct Probe: Sendable {
  /// How many instances there are.
  public let count: Int
  private let run: @Sendable (_ points: Activation) throws -> Tensor
  private let explain: @Sendable (_ samples: Int) throws -> ExplainedOutput
  private let rowLimit: Int
  let spent = Spent()

  /// Rows that were evaluated.
  final class Spent: Sendable {
    private let rows = Mutex((forward: 0, backward: 0))
    var forward: Int { rows.withLock { $0.forward } }
    var backward: Int { rows.withLock { $0.backward } }
    func add(forward: Int, backward: Int = 0) {
      rows.withLock {
        $0.forward += forward
        $0.backward += backward
      }
    }
  }

  /// - Parameters:
  ///   - count: How many instances there are.
  ///   - rowLimit: How many rows are evaluated at once, the instances of one sample at least.
  ///   - explained: What quantities see of the instances, for so many samples of each.
  ///   - output: What the slice's end gives for points, recorded.
  public init(
    instances count: Int, rowLimit: Int = .max,
    explained: @escaping @Sendable (_ samples: Int) throws -> ExplainedOutput,
    output: @escaping @Sendable (_ points: Activation) throws -> Tensor
  ) {
    self.count = count
    self.rowLimit = rowLimit
    explain = explained
    run = output
  }

  /// The instances' own output at the slice's end.
  public var explained: ExplainedOutput { get throws { try explain(1) } }

  /// What the slice's end gives at points, `[samples · instances, …]`.
  public func output(at points: Activation) throws -> Tensor {
    try .concatenated(
      chunks(of: points).map { part in
        spent.add(forward: part.rows)
        return try withoutRecording { try run(part) }
      })
  }

  /// A quantity at points, `[samples · instances]`, float64.
  public func values(
    of quantity: any QuantityOfInterest, at points: Activation
  ) throws -> Tensor {
    try .concatenated(
      chunks(of: points).map { part in
        spent.add(forward: part.rows)
        return try withoutRecording {
          try quantity.values(of: run(part), explaining: explain(part.rows / count))
            .converted(to: .float64)
        }
      })
  }

  /// A quantity at points, and its gradient with respect to them.
  ///
  /// - Returns: Values, `[samples · instances]`, float64, and gradients of the points' shape.
  public func gradients(
    of quantity: any QuantityOfInterest, at points: Activation
  ) throws -> (values: Tensor, gradients: Activation) {
    let parts = try chunks(of: points).map { part in
      spent.add(forward: part.rows, backward: part.rows)
      let leaves = try part.map { try $0.tracked() }
      let values = try quantity.values(of: run(leaves), explaining: explain(part.rows / count))
      let gradients = try gradient(of: values.sum(), withRespectTo: leaves.tensors)
      return (try values.detached().converted(to: .float64), Activation(gradients))
    }
    return (try .concatenated(parts.map(\.0)), try .joined(parts.map(\.1)))
  }

  /// The points, cut between samples so that each part keeps to the row limit.
  private func chunks(of points: Activation) throws -> [Activation] {
    let samples = points.rows / max(1, count)
    guard count > 0, samples * count == points.rows else {
      throw InstancesError.rows(points.rows, instances: count)
    }
    let perChunk = max(1, rowLimit / count)
    guard samples > perChunk else { return [points] }
    return try stride(from: 0, to: samples, by: perChunk).map { first in
      try points.rows(first * count..<min(samples, first + perChunk) * count)
    }
  }
}
