// SPDX-License-Identifier: Apache-2.0

import Torch

/// How far to go along a quantity's gradient.
extension SliceEvaluator {
  /// What a quantity changes along the displacements of a chunk, `[samples · instances]`, float64: the
  /// difference of what both ends give where a displacement is finite, the derivative where it is a
  /// tangent.
  ///
  /// - Parameters:
  ///   - carried: The displacement at the slice's start, of tangents.
  ///   - gradients: Those at the slice's start.
  ///   - atPoints: Those at the distribution's cut, where the distribution reacts.
  ///   - values: The quantity at the chunk's points.
  /// - Returns: The changes, and how many rows were run for them.
  func change(
    of quantity: any QuantityOfInterest, _ explained: ExplainedOutput, along chunk: Chunk,
    carried: Activation?, _ gradients: Activation, atPoints: Activation, values: Tensor
  ) throws -> (values: Tensor, forwardRows: Int) {
    let here = try values.converted(to: .float64)
    func there(_ points: Activation) throws -> Tensor {
      try withoutRecording {
        try quantity.checkedValues(
          of: output(given: given(points: points)), explaining: explained
        ).converted(to: .float64)
      }
    }
    switch chunk.rows.displacement {
    case .none, .alongGradient:
      return (try here.filled(with: 0), 0)
    case .tangent:
      guard let carried else { return (try here.filled(with: 0), 0) }
      let samples = gradients.rows / max(1, carried.rows)
      return (try (carried.repeated(samples) * gradients).rowSums(), 0)
    case .move(let from, let to):
      if from.isSame(as: chunk.rows.points) { return (try there(to) - here, to.rows) }
      return (try there(to) - there(from), to.rows + from.rows)
    case .next:
      return (try chunk.steps(Activation(here)).tensors[0], 0)
    case .reaction(let target):
      let to = try target(atPoints)
      return (try there(to) - here, to.rows)
    }
  }
}
