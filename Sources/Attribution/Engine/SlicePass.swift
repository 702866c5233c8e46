// SPDX-License-Identifier: Apache-2.0

import Torch

/// The slice, run forward for the samples of a chunk and recorded from the slice's start on.
struct SlicePass {
  /// The slice's start, tracked: what gradients are taken of.
  let leaves: [Tensor]
  /// The output at the slice's end, `[rows, …]`.
  let output: Tensor
  /// m, where attributions are wanted and it does not depend on the gradient: of the leaves' rows,
  /// or one for each instance.
  let displacement: Activation?
  /// Rows that were run for it.
  let forwardRows: Int

  init(_ evaluator: SliceEvaluator, _ chunk: Chunk, wantsDisplacement: Bool) throws {
    let (cuts, rows) = (evaluator.cuts, chunk.rows)
    if cuts.coincide {
      displacement = wantsDisplacement ? try Self.own(chunk) : nil
      if chunk.secants == nil, let own = evaluator.ownPass(at: rows.points) {
        (leaves, output, forwardRows) = (own.leaves, own.output, 0)
        return
      }
      leaves = try rows.points.tensors.map { try chunk.leaf($0) }
      output = try evaluator.output(given: evaluator.given(points: Activation(leaves)))
      forwardRows = rows.points.rows
      return
    }
    forwardRows = rows.points.rows
    let start = try Self.start(evaluator, chunk, wantsDisplacement: wantsDisplacement)
    displacement = start.displacement
    leaves = try start.part.tensors.map { try chunk.leaf($0.detached()) }
    // What lies at the start is replaced by itself, tracked: only from there on is it recorded.
    var given = try evaluator.given(points: rows.points, besides: .start)
    let written = try cuts.attribution.cut.write(leaves, into: start.values)
    for (place, value) in zip(cuts.attribution.places, written) { given[place] = value }
    output = try evaluator.output(given: given)
  }

  /// The pass from where the slice stops being affine in its start, its leaves being there.
  init(
    _ evaluator: SliceEvaluator, _ chunk: Chunk, from reach: [Place], wantsDisplacement: Bool
  ) throws {
    let points = chunk.rows.points
    leaves = try withoutRecording { try evaluator.valuesAtReach(reach, points: points) }
      .map { try chunk.leaf($0) }
    var given = try evaluator.given(points: points, besides: .affineReach)
    for (place, value) in zip(reach, leaves) { given[place] = value }
    output = try evaluator.output(given: given)
    displacement = wantsDisplacement ? try Self.own(chunk) : nil
    forwardRows = points.rows
  }

  /// The displacement where the distribution lives at the slice's start.
  private static func own(_ chunk: Chunk) throws -> Activation? {
    switch chunk.rows.displacement {
    case .none, .reaction, .alongGradient: nil
    case .tangent(let tangent): tangent
    case .move(let from, let to): try to - from
    case .next: try chunk.steps(chunk.rows.points)
    }
  }

  /// The network between the distribution's cut and the slice's start.
  private struct Start {
    let values: [Tensor]
    let part: Activation
    let displacement: Activation?
  }

  private static func start(
    _ evaluator: SliceEvaluator, _ chunk: Chunk, wantsDisplacement: Bool
  ) throws -> Start {
    let (rows, cut) = (chunk.rows, evaluator.cuts.attribution.cut)
    if wantsDisplacement, case .tangent(let tangent) = rows.displacement {
      let points = try rows.points.map { try $0.tracked() }
      let values = try evaluator.valuesAtStart(given: evaluator.given(points: points))
      let part = Activation(try cut.read(values))
      let samples = rows.points.rows / evaluator.count
      let tangents = tangent.rows == points.rows ? tangent : try tangent.repeated(samples)
      return Start(
        values: try values.map { try $0.detached() }, part: part,
        displacement: try SliceEvaluator.transported(tangents, from: points, to: part))
    }
    return try withoutRecording {
      let given = try evaluator.given(points: rows.points)
      let values = try evaluator.valuesAtStart(given: given)
      let part = Activation(try cut.read(values))
      var displacement: Activation?
      if wantsDisplacement, case .move(let from, let to) = rows.displacement {
        let isHere = from.isSame(as: rows.points)
        let before = isHere ? part : try evaluator.activationAtStart(points: from)
        displacement = try evaluator.activationAtStart(points: to) - before
      }
      if wantsDisplacement, case .next = rows.displacement { displacement = try chunk.steps(part) }
      return Start(values: values, part: part, displacement: displacement)
    }
  }
}
