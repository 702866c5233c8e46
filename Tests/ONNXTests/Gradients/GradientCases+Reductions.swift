// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import ONNX

extension GradientCases {
  private static func reduction(
    _ range: ClosedRange<Double> = -2...2, isDistinct: Bool = false
  ) -> [GradientCase.Make] {
    [
      { s, version in
        let shape = s.shape()
        let x = isDistinct ? try s.distinct(shape) : try s.tensor(shape, range, awayFrom: [0])
        let axes = Array(shape.indices).shuffled(using: &s.generator)
          .prefix(s.integer(1...shape.count)).map { s.flag() ? $0 : $0 - shape.count }
        let keeps: [String: Attribute] = ["keepdims": .flag(s.flag())]
        if version < 18 { return .of(x, with: keeps.merging(["axes": .ints(axes)]) { $1 }) }
        return .of(x, try Tensor(axes), with: keeps)
      },
      { s, _ in
        .of(isDistinct ? try s.distinct([2, 3]) : try s.tensor([2, 3], range, awayFrom: [0]))
      },
    ]
  }

  private static func alongAxis(isDistinct: Bool = false) -> [GradientCase.Make] {
    [
      { s, _ in
        let shape = s.shape()
        return .of(
          isDistinct ? try s.distinct(shape) : try s.tensor(shape),
          with: ["axis": .int(s.axis(shape.count))])
      }, { s, _ in .of(isDistinct ? try s.distinct([2, 3, 2]) : try s.tensor([2, 3, 2])) },
    ]
  }

  private static let running: [GradientCase.Make] = [
    { s, _ in
      let shape = s.shape()
      return .of(
        try s.tensor(shape), try Tensor(s.axis(shape.count)),
        with: ["exclusive": .flag(s.flag()), "reverse": .flag(s.flag())])
    }
  ]

  static let reductions: [String: [GradientCase.Make]] = [
    "ReduceSum": reduction(), "ReduceMean": reduction(), "ReduceProd": reduction(),
    "ReduceMax": reduction(isDistinct: true), "ReduceMin": reduction(isDistinct: true),
    "ReduceL1": reduction(), "ReduceL2": reduction(), "ReduceLogSum": reduction(0.2...2),
    "ReduceLogSumExp": reduction(), "ReduceSumSquare": reduction(),
    "Softmax": alongAxis(), "LogSoftmax": alongAxis(), "Hardmax": alongAxis(isDistinct: true),
    "CumSum": running, "CumProd": running,
    "TopK": [
      { s, version in
        let x = try s.distinct([3, 4])
        if version < 10 { return .of(x, with: ["k": .int(2)]) }
        return .of(
          x, try Tensor([s.integer(1...3)]),
          with: ["axis": .int(s.axis(2)), "largest": .flag(s.flag())])
      }
    ],
  ]
}
