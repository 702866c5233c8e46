// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Changes of element type.
  ///
  /// A cast between floating-point types is a cast between the types that they are computed in, so
  /// often none: rounding to 16 bits in the middle of a network, for instance, is left out.
  static let conversions: [OperatorDefinition] = [
    OperatorDefinition("Cast", arity: 1...1, rows: .elementwise) { node in
      guard let type = try node.elementType("to") else {
        throw NodeFault("the attribute 'to' is missing")
      }
      return { inputs in [try converted(try inputs[0], to: type)] }
    },
    OperatorDefinition(
      "CastLike", since: 15, arity: 2...2,
      rows: .custom { context in
        context.onlyFirstHasRows ? .stacked(context.function) : .oneByOne
      }
    ) { _ in
      { inputs in [try converted(try inputs[0], to: try inputs[1].elementType)] }
    },
  ]

  private static func converted(_ x: Tensor, to type: ElementType) throws -> Tensor {
    if type == .bool { return try x .!= 0 }
    return try x.converted(to: type)
  }
}
