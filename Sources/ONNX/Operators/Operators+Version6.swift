// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Operators as operator set 6 has them, where set 7 changed them: shapes broadcast on request
  /// alone, from an axis on.
  static let version6: [OperatorDefinition] = [
    binary6("Add") { try $0 + $1 },
    binary6("Sub") { try $0 - $1 },
    binary6("Mul") { try $0 * $1 },
    binary6("Div") { a, b in
      a.elementType.isFloatingPoint ? try a / b : try a.divided(by: b, rounding: .towardZero)
    },
    binary6("Pow") { try $0.power($1) },
    binary6("Equal") { try $0 .== $1 },
    binary6("Less") { try $0 .< $1 },
    binary6("Greater") { try $0 .> $1 },
    binary6("And") { try $0 .& $1 },
    binary6("Or") { try $0 .| $1 },
    binary6("Xor") { try $0 .^ $1 },
    OperatorDefinition("PRelu", since: 6, until: 6, arity: 2...2, rows: .leading) { _ in
      { inputs in
        let x = try inputs[0]
        // A slope for each channel, or one for all.
        var slope = try inputs[1]
        if slope.rank == 1, slope.count > 1 {
          slope = try slope.reshaped(to: [-1] + x.shape.dropFirst(2).map { _ in 1 })
        }
        return [try (x * slope).chosen(where: x .< 0, else: x)]
      }
    },
    OperatorDefinition("Dropout", since: 6, until: 6, arity: 1...1, rows: .leading) { node in
      guard try node.flag("is_test"), !node.hasOutput(1) else {
        throw NodeFault("dropout is in training mode; export the model in evaluation mode")
      }
      return { inputs in [try inputs[0]] }
    },
  ]

  private static func binary6(
    _ name: String, _ function: @escaping @Sendable (Tensor, Tensor) throws -> Tensor
  ) -> OperatorDefinition {
    OperatorDefinition(name, since: 6, until: 6, arity: 2...2, rows: .custom(rows6)) { node in
      let broadcasts = try node.flag("broadcast")
      let axis = try node.integer("axis")
      return { inputs in
        let (a, given) = try onOneDevice(try inputs[0], try inputs[1])
        var b = given
        if broadcasts, let axis {
          let start = try resolved(axis: axis, rank: a.rank)
          guard start + b.rank <= a.rank else {
            throw NodeFault("\(b.shape) does not fit \(a.shape) from axis \(start) on")
          }
          b = try b.reshaped(
            to: b.shape + [Int](repeating: 1, count: a.rank - start - b.rank))
        }
        guard broadcasts || a.shape == b.shape else {
          throw NodeFault("the shapes \(a.shape) and \(b.shape) differ, and nothing broadcasts")
        }
        return [try function(a, b)]
      }
    }
  }

  /// Equal shapes face each other; what is broadcast is the same for all rows.
  private static func rows6(_ context: RowContext) throws -> RowOutcome {
    let (a, b) = (context.input(0), context.input(1))
    if a?.shape == b?.shape { return .independent(inputs: [0, 0], outputs: [0]) }
    guard context.onlyFirstHasRows, try context.reader.integer("axis", 0) > 0 else {
      return .oneByOne
    }
    return .apart(context.function)
  }
}
