// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Positions that are told by turning pairs of features: Su and others 2021, arXiv:2104.09864.
  static let positions: [OperatorDefinition] = [
    OperatorDefinition(
      "RotaryEmbedding", since: 23, arity: 3...4,
      rows: .custom { context in
        // Places look entries up in a table that all rows share.
        let isLookedUp = context.input(3) != nil
        return .independent(
          inputs: [0, isLookedUp ? nil : 0, isLookedUp ? nil : 0, 0], outputs: [0])
      }
    ) { node in
      let rotation = Rotation(
        isInterleaved: try node.flag("interleaved"),
        length: try node.integer("rotary_embedding_dim", 0), scale: 1)
      let heads = try node.integer("num_heads", 0)
      return { inputs in
        [
          try rotation.apply(
            to: try inputs[0], heads: heads, cosines: try inputs[1], sines: try inputs[2],
            places: inputs.optional(3))
        ]
      }
    }
  ]

  /// Turns pairs of features by angles that depend on the place.
  struct Rotation: Sendable {
    /// Whether a pair lies side by side, or one in each half.
    let isInterleaved: Bool
    /// How many features of a head are turned; 0 for all.
    let length: Int
    let scale: Double

    /// - Parameters:
    ///   - x: `[rows, places, heads · features]`, or `[rows, heads, places, features]`.
    ///   - heads: Needed for the former form; 0 where the tables tell.
    ///   - cosines: `[table, pairs]` with `places`, else `[rows, places, pairs]`; so `sines`.
    ///   - places: `[rows, places]`: which entries of the table.
    func apply(
      to x: Tensor, heads: Int, cosines: Tensor, sines: Tensor, places: Tensor?
    ) throws -> Tensor {
      let isFlat = x.rank == 3
      guard cosines.rank > 1, cosines.shape == sines.shape, let pairs = cosines.shape.last else {
        throw NodeFault("tables of the shapes \(cosines.shape) and \(sines.shape)")
      }
      var count = heads
      if isFlat, count == 0 {
        guard pairs > 0 else { throw NodeFault("the number of heads is missing") }
        count = x.shape[2] / (2 * pairs)
      }
      let split = isFlat ? try ScaledAttention.apart(x, heads: count) : x
      guard split.rank == 4 else { throw NodeFault("an input of the shape \(x.shape)") }
      let features = split.shape[3]
      let turned = length > 0 ? length : features
      guard turned == 2 * pairs, turned <= features else {
        throw NodeFault(
          "tables of \(pairs) pairs do not fit \(turned) of \(features) features of a head")
      }
      func angles(_ table: Tensor) throws -> Tensor {
        guard let places else {
          guard table.rank == 3 else { throw NodeFault("a table of the shape \(table.shape)") }
          return try table.unsqueezed(axis: 1)
        }
        guard table.rank == 2, places.rank == 2 else {
          throw NodeFault("a table of the shape \(table.shape) and places \(places.shape)")
        }
        let index = try places.converted(to: .int64).moved(to: table.device).reshaped(to: [-1])
        return try table.selecting(index, axis: 0).reshaped(to: places.shape + [pairs])
          .unsqueezed(axis: 1)
      }
      let (cosine, sine) = (try angles(cosines) * scale, try angles(sines) * scale)
      let part = try split.sliced(axis: 3, to: turned)
      let (first, second) =
        isInterleaved
        ? (try part.sliced(axis: 3, by: 2), try part.sliced(axis: 3, from: 1, by: 2))
        : (try part.sliced(axis: 3, to: pairs), try part.sliced(axis: 3, from: pairs))
      let real = try first * cosine - second * sine
      let imaginary = try first * sine + second * cosine
      var result =
        isInterleaved
        ? try Tensor.stacked([real, imaginary], axis: 4).reshaped(to: part.shape)
        : try .concatenated([real, imaginary], axis: 3)
      if turned < features {
        result = try .concatenated([result, try split.sliced(axis: 3, from: turned)], axis: 3)
      }
      return isFlat ? try ScaledAttention.joined(result) : result
    }
  }
}
