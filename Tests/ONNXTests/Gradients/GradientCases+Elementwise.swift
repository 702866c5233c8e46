// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import ONNX

extension GradientCases {
  /// A function of each element, on numbers of a range and away from where it has a corner.
  private static func unary(
    _ range: ClosedRange<Double> = -2...2, awayFrom kinks: [Double] = []
  ) -> [GradientCase.Make] {
    [{ s, _ in .of(try s.tensor(s.shape(0...4), range, awayFrom: kinks)) }]
  }

  /// The same with one attribute, at which the corner lies where `isKink` says so.
  private static func unary(
    _ name: String, _ values: ClosedRange<Double>, isKink: Bool = false
  ) -> [GradientCase.Make] {
    [
      { s, _ in
        let value = s.parameter(values)
        guard case .float(let number) = value else { return .of() }
        return .of(
          try s.tensor(s.shape(), awayFrom: [0] + (isKink ? [Double(number)] : [])),
          with: [name: value])
      }
    ] + unary(awayFrom: isKink ? [0, 1] : [0])
  }

  static let elementwise: [String: [GradientCase.Make]] = [
    "Abs": unary(awayFrom: [0]), "Neg": unary(), "Identity": unary(), "Sign": unary(awayFrom: [0]),
    "Reciprocal": unary(0.2...2), "Sqrt": unary(0.1...3), "Exp": unary(), "Log": unary(0.1...3),
    "Erf": unary(), "Sin": unary(), "Cos": unary(), "Tan": unary(-1...1), "Asin": unary(-0.9...0.9),
    "Acos": unary(-0.9...0.9), "Atan": unary(), "Sinh": unary(), "Cosh": unary(), "Tanh": unary(),
    "Asinh": unary(), "Acosh": unary(1.1...3), "Atanh": unary(-0.9...0.9),
    "Floor": unary(awayFrom: [-2, -1, 0, 1, 2]), "Ceil": unary(awayFrom: [-2, -1, 0, 1, 2]),
    "Round": unary(awayFrom: [-1.5, -0.5, 0.5, 1.5]),
    "Relu": unary(awayFrom: [0]), "Sigmoid": unary(), "Softsign": unary(awayFrom: [0]),
    "Softplus": unary(-60...60), "Mish": unary(), "HardSwish": unary(-5...5, awayFrom: [-3, 3]),
    "LeakyRelu": unary("alpha", -0.5...0.5), "Elu": unary("alpha", 0.3...2),
    "Selu": unary("gamma", 0.5...2), "Celu": unary("alpha", 0.3...2),
    "ThresholdedRelu": unary("alpha", 0.2...1.5, isKink: true),
    "HardSigmoid": [
      { s, _ in
        .of(
          try s.tensor(s.shape(), -4...4, awayFrom: [-2.5, 2.5, -2, 2]),
          with: s.flag() ? ["alpha": .float(0.25), "beta": .float(0.5)] : [:])
      }
    ],
    "Gelu": [
      { s, _ in .of(try s.tensor(s.shape()), with: ["approximate": .text(s.pick("none", "tanh"))]) }
    ],
    "Swish": unary("alpha", 0.3...2),
    "Shrink": [
      { s, _ in
        .of(
          try s.tensor(s.shape(), awayFrom: [-0.75, 0.75]),
          with: ["bias": s.parameter(-1...1), "lambd": .float(0.75)])
      }
    ],
    "Clip": [
      { s, version in
        let x = try s.tensor(s.shape(), awayFrom: [-0.75, 0.5])
        if version < 11 {
          return .of(
            x, with: s.flag() ? ["min": .float(-0.75), "max": .float(0.5)] : ["max": .float(0.5)])
        }
        let (low, high) = (try Tensor(-0.75), try Tensor(0.5))
        return s.flag() ? .of(x, low, high) : .of(x, nil, high, frozen: [2])
      }
    ],
    "Cast": [{ s, _ in .of(try s.tensor(s.shape()), with: ["to": .int(s.pick(1, 10, 11))]) }],
    "CastLike": [{ s, _ in .of(try s.tensor(s.shape()), try s.tensor([2]), frozen: [1]) }],
    "Dropout": [
      { s, version in
        .of(
          try s.tensor(s.shape()), with: version < 7 ? ["is_test": .int(1)] : ["ratio": .float(0.5)]
        )
      }
    ],
  ]

  // MARK: Several inputs

  private static func binary(
    _ left: ClosedRange<Double> = -2...2, _ right: ClosedRange<Double> = -2...2
  ) -> [GradientCase.Make] {
    [
      { s, version in
        let shape = s.shape()
        if version < 7 {
          // Broadcasting on request, from an axis on.
          let start = s.integer(0...shape.count - 1)
          let part = Array(shape[start...].prefix(s.integer(1...shape.count - start)))
          return .of(
            try s.tensor(shape, left), try s.tensor(part, right),
            with: ["broadcast": .int(1), "axis": .int(start)])
        }
        let other = s.narrower(shape)
        return s.flag()
          ? .of(try s.tensor(shape, left), try s.tensor(other, right))
          : .of(try s.tensor(other, left), try s.tensor(shape, right))
      }
    ]
  }

  private static let several: [GradientCase.Make] = [
    { s, _ in
      // All elements of all inputs differ, whichever face each other.
      let shape = s.shape(1...3)
      let count = s.integer(1...3)
      let all = try s.distinct([count] + shape)
      return GradientCase(inputs: try (0..<count).map { try all[$0] })
    }
  ]

  static let arithmetic: [String: [GradientCase.Make]] = [
    "Add": binary(), "Sub": binary(), "Mul": binary(), "Div": binary(-2...2, 0.3...2),
    "Pow": binary(0.3...2, -2...3) + [
      { s, _ in
        .of(
          try s.tensor(s.shape(), 0.3...2), try Tensor(s.pick(2.0, 3, 0.5, -1)), frozen: [1],
          with: ["broadcast": .int(1)])
      }
    ],
    "Mod": [
      { s, _ in
        // Between the multiples of the divisor.
        let shape = s.shape()
        let divisor = try s.tensor(shape, 0.5...2)
        let ratio = try s.tensor(shape, 0.1...0.9) + (try s.integers(shape, 0...3))
        return .of(try ratio * divisor, divisor, with: ["fmod": .flag(s.flag())])
      }
    ],
    "Sum": several, "Mean": several, "Max": several, "Min": several,
    "SwiGLU": [
      { s, _ in
        let shape = s.shape()
        return .of(try s.tensor(shape), try s.tensor(shape), with: ["alpha": s.parameter(0.5...2)])
      }
    ],
    "PRelu": [
      { s, version in
        let shape = s.shape(2...4)
        let slope = version < 7 ? [shape[1]] : s.narrower(shape)
        return .of(try s.tensor(shape, awayFrom: [0]), try s.tensor(slope))
      }
    ],
    "Where": [
      { s, _ in
        let shape = s.shape()
        return .of(
          try s.truths(s.narrower(shape)), try s.tensor(shape), try s.tensor(s.narrower(shape)))
      }
    ],
  ]
}
