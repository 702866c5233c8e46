// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// The way back from max pooling.
  static let unpooling: [OperatorDefinition] = [
    OperatorDefinition("MaxUnpool", since: 9, arity: 2...3, rows: .unknown, prepare: maxUnpool)
  ]

  /// Puts each element back to the place that it was the largest of, and zeros elsewhere.
  ///
  /// Places count through the shape that the windows make, which may be a corner of the output.
  private static func maxUnpool(_ node: NodeReader) throws -> NodeFunction {
    let window = try Window(node, isPooling: true)
    let (strides, _, before, after) = try window.spatial(rank: window.lengths.count)
    return { inputs in
      let (x, places) = try onOneDevice(try inputs[0], try inputs[1])
      guard x.rank == window.lengths.count + 2, places.shape == x.shape else {
        throw NodeFault("places of the shape \(places.shape) for \(x.shape)")
      }
      let size = window.lengths.indices.map { axis in
        (x.shape[axis + 2] - 1) * strides[axis] + window.lengths[axis] - before[axis] - after[axis]
      }
      let shape = Array(x.shape[..<2]) + size
      try checkPlausible(shape)
      let flat = try Tensor.zeros([try product(shape)], type: x.elementType, on: x.device)
        .scattered(
          try x.reshaped(to: [-1]), at: try places.converted(to: .int64).reshaped(to: [-1]),
          axis: 0)
      let result = try flat.reshaped(to: shape)
      guard let wanted = try inputs.optional(2)?.integers(), wanted != shape else {
        return [result]
      }
      try checkPlausible(wanted)
      guard wanted.count == shape.count, zip(wanted, shape).allSatisfy({ $0 >= $1 }) else {
        throw NodeFault("the output shape \(wanted) has no room for \(shape)")
      }
      return [
        try result.padded(before: shape.map { _ in 0 }, after: zip(wanted, shape).map { $0 - $1 })
      ]
    }
  }
}
