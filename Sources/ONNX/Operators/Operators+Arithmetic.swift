// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Arithmetic with broadcasting, on two tensors or on any number of them.
  static let arithmetic: [OperatorDefinition] = [
    .binary("Add", since: 7) { try $0 + $1 },
    .binary("Sub", since: 7) { try $0 - $1 },
    .binary("Mul", since: 7) { try $0 * $1 },
    .binary("Div", since: 7) { a, b in
      // Whole numbers divide as in C.
      a.elementType.isFloatingPoint ? try a / b : try a.divided(by: b, rounding: .towardZero)
    },
    OperatorDefinition("Pow", since: 7, arity: 2...2, rows: .elementwise, prepare: power),
    OperatorDefinition("Mod", arity: 2...2, rows: .elementwise) { node in
      let rounding: Tensor.Rounding = try node.flag("fmod") ? .towardZero : .down
      return { inputs in
        let (a, b) = try onOneDevice(try inputs[0], try inputs[1])
        return [try a.remainder(dividingBy: b, rounding: rounding)]
      }
    },
    variadic("Sum") { try $0 + $1 },
    variadic("Max") { try $0.maximum($1) },
    variadic("Min") { try $0.minimum($1) },
    OperatorDefinition("Mean", arity: 1...Int.max, rows: .elementwise) { _ in
      { inputs in
        let all = try inputs.all()
        return [try all.dropFirst().reduce(try inputs[0]) { try $0 + $1 } / Double(all.count)]
      }
    },
  ]

  private static func variadic(
    _ name: String, _ combine: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
  ) -> OperatorDefinition {
    OperatorDefinition(name, arity: 1...Int.max, rows: .elementwise) { _ in
      { inputs in
        var result = try inputs[0]
        for place in 1..<max(1, inputs.count) {
          let (a, b) = try onOneDevice(result, try inputs[place])
          result = try combine(a, b)
        }
        return [result]
      }
    }
  }

  /// A constant exponent is a plain number: squares and roots then take libtorch's short ways.
  ///
  /// The result has the type of the base.
  private static func power(_ node: NodeReader) throws -> NodeFunction {
    if let exponent = node.constant(1), exponent.count == 1, exponent.rank <= 1 {
      let number = try exponent.number()
      let rank = exponent.rank
      return { inputs in
        let base = try inputs[0]
        if base.rank < rank || !base.elementType.isFloatingPoint {
          return [try generalPower(base, exponent)]
        }
        return [number == 2 ? try base * base : try base.power(number)]
      }
    }
    return { inputs in [try generalPower(try inputs[0], try inputs[1])] }
  }

  private static func generalPower(_ base: Tensor, _ exponent: Tensor) throws -> Tensor {
    let (base, exponent) = try onOneDevice(base, exponent)
    if base.elementType.isFloatingPoint {
      return try base.power(try exponent.converted(to: base.elementType))
    }
    return try base.converted(to: .float64).power(try exponent.converted(to: .float64))
      .converted(to: base.elementType)
  }
}
