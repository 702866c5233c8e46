// SPDX-License-Identifier: Apache-2.0

import Torch

/// The network as explained instances see it: what baselines and distributions may ask of it.
struct InstanceNetwork: Sendable {
  let model: any Model
  /// The distribution's cut.
  let cut: ResolvedCut
  /// The instances' inputs.
  let given: [Place: Tensor]
  /// Which rows of the batch they are.
  let batchRows: Range<Int>

  /// Rows of given inputs that are run at once.
  private static let chunk = 256

  /// What other inputs give at a cut, `[rows of the inputs, …]`; `nil` is the distribution's.
  func activation(of inputs: Inputs, at other: (any Cut)?) throws -> Activation {
    let wanted = try other.map { try ResolvedCut($0, in: model) } ?? cut
    let (given, rows) = try inputs.resolved(for: model)
    let parts = try stride(from: 0, to: rows, by: Self.chunk).map { first in
      let part = try model.rows(first..<min(rows, first + Self.chunk), of: given)
      return try withoutRecording {
        Activation(try wanted.cut.read(model.evaluate(wanted.places, given: part)))
      }
    }
    return try .joined(parts)
  }

  /// The slice from the distribution's cut to another one.
  func evaluator(to end: any Cut) throws -> SliceEvaluator {
    try SliceEvaluator(
      model, cuts: ResolvedCuts(from: cut, to: ResolvedCut(end, in: model)), given: given,
      batchRows: batchRows)
  }
}

/// The network from the distribution's cut to another one, for explained instances: what lies there
/// where their activation at the distribution's cut is replaced and all else stays theirs.
public struct InstanceFunction: Sendable {
  let evaluator: SliceEvaluator

  /// What lies there for the instances as they are, `[instances, …]`.
  public var own: Tensor { evaluator.output }

  /// - Parameter points: At the distribution's cut, `[samples · instances, …]`, all instances of a
  ///   sample after another.
  /// - Returns: `[samples · instances, …]`, recorded where the points are tracked.
  /// - Complexity: One forward row for each row of the points.
  public func callAsFunction(_ points: Activation) throws -> Tensor {
    try evaluator.output(given: evaluator.given(points: points))
  }
}

extension Probe {
  /// What a slice gives for its instances.
  init(
    _ evaluator: SliceEvaluator, quantity: (any QuantityOfInterest)? = nil, rowLimit: Int = .max
  ) {
    self.init(
      instances: evaluator.count, quantity: quantity, rowLimit: rowLimit,
      explained: { try evaluator.explained(samples: $0) },
      output: { try evaluator.output(given: evaluator.given(points: $0)) })
  }
}

extension Model {
  /// Rows of tensors that are fed; those without rows stay whole.
  func rows(_ range: Range<Int>, of given: [Place: Tensor]) throws -> [Place: Tensor] {
    var own = given
    for input in inputs where input.hasRows {
      own[input.place] = try own[input.place]?.sliced(
        axis: 0, from: range.lowerBound, to: range.upperBound)
    }
    return own
  }
}
