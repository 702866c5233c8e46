// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Softmax and its kin, whose axis means two things: up to operator set 12 everything from `axis`
  /// on is one long axis, and the default is 1; since 13 it is that axis alone, and the default the
  /// last.
  static let softmaxes: [OperatorDefinition] =
    family("Softmax") { try $0.softmax(axis: $1) }
    + family("LogSoftmax") { try $0.logSoftmax(axis: $1) }
    + family("Hardmax") { x, axis in
      let first = try x.indexOfMaximum(axis: axis, keepingAxis: true)
      let lengths = x.shape.indices.map { $0 == axis ? x.shape[axis] : 1 }
      let places = try Tensor.range(to: x.shape[axis], on: x.device).reshaped(to: lengths)
      return try (places .== first).converted(to: x.elementType)
    }

  private static func family(
    _ name: String, _ function: @escaping @Sendable (Tensor, Int) throws -> Tensor
  ) -> [OperatorDefinition] {
    [
      OperatorDefinition(
        name, until: 12, arity: 1...1, rows: .along(.axis(1))
      ) { node in
        let axis = try node.integer("axis", 1)
        return { inputs in
          let x = try inputs[0]
          let shape = x.shape
          let first = axis == shape.count ? axis : try resolved(axis: axis, rank: shape.count)
          if first == shape.count - 1 { return [try function(x, first)] }
          let rows = try product(shape[..<first])
          let matrix = try x.reshaped(to: [rows, try product(shape[first...])])
          return [try function(matrix, 1).reshaped(to: shape)]
        }
      },
      OperatorDefinition(
        name, since: 13, arity: 1...1, rows: .along(.axis(-1))
      ) { node in
        let axis = try node.integer("axis", -1)
        return { inputs in
          let x = try inputs[0]
          return [try function(x, try resolved(axis: axis, rank: x.rank))]
        }
      },
    ]
  }
}
