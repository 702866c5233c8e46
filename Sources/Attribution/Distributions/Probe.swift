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
  private let explainedQuantity: (any QuantityOfInterest)?
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
  ///   - quantity: What is explained.
  ///   - rowLimit: How many rows are evaluated at once, the instances of one sample at least.
  ///   - explained: What quantities see of the instances, for so many samples of each.
  ///   - output: What the slice's end gives for points, recorded.
  public init(
    instances count: Int, quantity: (any QuantityOfInterest)? = nil, rowLimit: Int = .max,
    explained: @escaping @Sendable (_ samples: Int) throws -> ExplainedOutput,
    output: @escaping @Sendable (_ points: Activation) throws -> Tensor
  ) {
    self.count = count
    explainedQuantity = quantity
    self.rowLimit = rowLimit
    explain = explained
    run = output
  }

  /// The instances' own output at the slice's end.
  public var explained: ExplainedOutput { get throws { try explain(1) } }

  /// The quantity that is explained.
  ///
  /// - Throws: ``InstancesError/noQuantity`` where there are several: a distribution that asks for it
  ///   says so by ``DistributionOfInterest/dependsOnQuantity``.
  public var quantity: any QuantityOfInterest {
    get throws {
      guard let explainedQuantity else { throw InstancesError.noQuantity }
      return explainedQuantity
    }
  }

  /// What the slice's end gives at points, `[samples · instances, …]`.
  public func output(at points: Activation) throws -> Tensor {
    try .concatenated(
      chunks(of: points).map { rows in
        spent.add(forward: rows.count)
        return try withoutRecording { try run(points.rows(rows)) }
      })
  }

  /// A quantity at points, `[samples · instances]`, float64.
  public func values(
    of quantity: any QuantityOfInterest, at points: Activation
  ) throws -> Tensor {
    try .concatenated(
      chunks(of: points).map { rows in
        spent.add(forward: rows.count)
        return try withoutRecording {
          try quantity.values(
            of: run(points.rows(rows)), explaining: explain(rows.count / count)
          ).converted(to: .float64)
        }
      })
  }

  /// A quantity at points, and its gradient with respect to them.
  ///
  /// - Returns: Values, `[samples · instances]`, float64, and gradients of the points' shape.
  public func gradients(
    of quantity: any QuantityOfInterest, at points: Activation
  ) throws -> (values: Tensor, gradients: Activation) {
    let response = try response(at: points) { output, explained, _ in
      try quantity.values(of: output, explaining: explained)
    }
    return (response.values, response.gradients)
  }

  /// What came back from points.
  public struct Response: Sendable {
    /// The slice's end, `[samples · instances, …]`.
    public let output: Tensor
    /// `[samples · instances]`, float64.
    public let values: Tensor
    /// Of the points' shape.
    public let gradients: Activation
  }

  /// A number for each point, which may be another for each sample, and its gradient.
  ///
  /// - Parameter number: Of the output, for some rows: `[rows]`.
  public func response(
    at points: Activation,
    of number: (_ output: Tensor, _ explained: ExplainedOutput, _ rows: Range<Int>) throws -> Tensor
  ) throws -> Response {
    let parts = try chunks(of: points).map { rows in
      spent.add(forward: rows.count, backward: rows.count)
      let leaves = try points.rows(rows).map { try $0.tracked() }
      let output = try run(leaves)
      let values = try number(output, explain(rows.count / count), rows)
      let gradients = try gradient(of: values.sum(), withRespectTo: leaves.tensors)
      return (try output.detached(), try values.detached(), Activation(gradients))
    }
    return Response(
      output: try .concatenated(parts.map(\.0)),
      values: try .concatenated(parts.map(\.1)).converted(to: .float64),
      gradients: try .joined(parts.map(\.2)))
  }

  /// The points' rows, cut between samples so that each part keeps to the row limit.
  private func chunks(of points: Activation) throws -> [Range<Int>] {
    let samples = points.rows / max(1, count)
    guard samples > 0, samples * count == points.rows else {
      throw InstancesError.rows(points.rows, instances: count)
    }
    let perChunk = max(1, rowLimit / count)
    return stride(from: 0, to: samples, by: perChunk).map { first in
      first * count..<min(samples, first + perChunk) * count
    }
  }
}
