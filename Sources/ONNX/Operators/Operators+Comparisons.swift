// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Comparisons and logic, whose results are bool, and the choice that they steer.
  static let comparisons: [OperatorDefinition] = [
    .binary("Equal", since: 7) { try $0 .== $1 },
    .binary("Less", since: 7) { try $0 .< $1 },
    .binary("LessOrEqual", since: 12) { try $0 .<= $1 },
    .binary("Greater", since: 7) { try $0 .> $1 },
    .binary("GreaterOrEqual", since: 12) { try $0 .>= $1 },
    .binary("And", since: 7) { try $0 .& $1 },
    .binary("Or", since: 7) { try $0 .| $1 },
    .binary("Xor", since: 7) { try $0 .^ $1 },
    .elementwise("Not", since: 1) { try .!$0 },
    .elementwise("IsNaN", since: 9) { try $0.isNaN() },
    OperatorDefinition("IsInf", since: 10, arity: 1...1, rows: .elementwise) { node in
      let positive = try node.flag("detect_positive", true)
      let negative = try node.flag("detect_negative", true)
      return { inputs in
        let x = try inputs[0]
        let infinite = try x.isInfinite()
        switch (positive, negative) {
        case (true, true): return [infinite]
        case (true, false): return [try infinite .& (try x .> 0)]
        case (false, true): return [try infinite .& (try x .< 0)]
        case (false, false): return [try infinite .^ infinite]
        }
      }
    },
    OperatorDefinition("Where", since: 9, arity: 3...3, rows: .elementwise) { _ in
      { inputs in
        let (a, b) = try onOneDevice(try inputs[1], try inputs[2])
        let (condition, first) = try onOneDevice(try inputs[0], a)
        return [try first.chosen(where: condition, else: try onOneDevice(b, first).0)]
      }
    },
  ]
}
