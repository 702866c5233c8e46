// SPDX-License-Identifier: Apache-2.0

import Torch

/// Finds out where the numbers of a chunk stop being finite.
struct NonFiniteSearch {
  let evaluator: SliceEvaluator
  let quantity: any QuantityOfInterest
  /// Where the activation at the distribution's cut was, `[samples · instances, …]`.
  let points: Activation
  /// Whether displacements were carried to the slice's start.
  let wantsDisplacement: Bool

  /// The error for a chunk.
  ///
  /// - Parameters:
  ///   - values: The quantity of each row.
  ///   - gradients: Of the quantity, `[rows, …]` each.
  ///   - displacement: `[rows, …]` or `[instances, …]`.
  ///   - first: The number of the chunk's first sample; nil where it holds ends of paths.
  /// - Complexity: A few runs of one row.
  func error(
    _ values: Tensor, _ gradients: [Tensor] = [], _ displacement: Activation? = nil, first: Int?
  ) throws -> NonFiniteError {
    let count = evaluator.count
    let valueRow = try firstRow([values.detached()])
    let row =
      try valueRow ?? firstRow(gradients) ?? displacement.flatMap { try firstRow($0.tensors) }
    let place = row ?? 0
    return NonFiniteError(
      instance: evaluator.batchRows[place % count],
      sample: first.map { $0 + place / count },
      subject: valueRow != nil
        ? "the quantity '\(quantity.name)'" : "the gradient of '\(quantity.name)'",
      first: try source(ofRow: place))
  }

  /// The first row that holds a number that is not finite.
  private func firstRow(_ tensors: [Tensor]) throws -> Int? {
    try tensors.compactMap { tensor in
      try tensor.converted(to: .float64).reshaped(to: [tensor.shape[0], -1]).sum(axes: [1])
        .numbers().firstIndex { !$0.isFinite }
    }.min()
  }

  /// Runs one row again, ahead of the slice's start and behind it.
  private func source(ofRow row: Int) throws -> NonFinite? {
    let (model, cuts) = (evaluator.model, evaluator.cuts)
    let instance = row % evaluator.count
    var given = try evaluator.row(row, of: evaluator.given(points: points))
    if !cuts.coincide {
      let start = cuts.attribution.places
      let ahead = GradientTarget(at: cuts.distribution.places) { values in
        let sums = try values.map { try $0.sum() }
        return try sums.dropFirst().reduce(sums[0]) { try $0 + $1 }
      }
      let found = try model.firstNonFinite(
        start, given: given, gradient: wantsDisplacement ? ahead : nil)
      if let found { return found.moved(toRow: instance) }
      let values = try withoutRecording { try model.evaluate(start, given: given) }
      given = try evaluator.row(row, of: evaluator.given(points: points, besides: .start))
        .merging(zip(start, values)) { _, new in new }
    }
    let explained = try evaluator.explained(samples: 1)
    let own = ExplainedOutput(
      output: try explained.output[instance..<instance + 1],
      instance: try explained.instance[instance..<instance + 1], scale: explained.scale)
    let behind = GradientTarget(at: cuts.attribution.places) { values in
      let output = try cuts.quantity.cut.read(values)
      return try quantity.values(of: output[0], explaining: own).sum()
    }
    return try model.firstNonFinite(cuts.quantity.places, given: given, gradient: behind)?
      .moved(toRow: instance)
  }
}
