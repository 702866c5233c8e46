// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import ONNX

extension GradientCases {
  static let indexing: [String: [GradientCase.Make]] = [
    "Gather": [
      { s, _ in
        let shape = s.shape(1...3)
        let axis = s.axis(shape.count)
        let length = shape[axis < 0 ? axis + shape.count : axis]
        return .of(
          try s.tensor(shape), try s.integers(s.shape(0...2), -length...length - 1),
          with: ["axis": .int(axis)])
      }
    ],
    "GatherElements": [
      { s, _ in
        .of(
          try s.tensor([3, 4]), try s.integers([2, 3], -3...2), with: ["axis": .int(s.pick(0, -1))])
      }
    ],
    "GatherND": [
      { s, _ in .of(try s.tensor([3, 2, 4]), try s.integers([3, 2], -2...1)) },
      { s, _ in
        .of(
          try s.tensor([2, 3, 4]), try s.integers([2, 1], -3...2), with: ["batch_dims": .int(1)])
      },
    ],
    "Scatter": scatter,
    "ScatterElements": scatter + [
      { s, _ in
        .of(
          try s.distinct([3, 4]), try s.integers([2, 4], 0...2),
          try s.distinct([2, 4]) + 0.025 * 100,
          with: ["axis": .int(0), "reduction": .text(s.pick("add", "mul", "max", "min"))])
      }
    ],
    "ScatterND": [
      { s, _ in
        .of(try s.tensor([4, 3]), try Tensor([2, 0], shape: [2, 1]), try s.tensor([2, 3]))
      },
      { s, _ in
        .of(
          try s.distinct([4, 3]), try s.integers([3, 2], 0...2), try s.distinct([3]) + 3,
          with: ["reduction": .text(s.pick("add", "mul", "max", "min"))])
      },
    ],
    "OneHot": [
      { s, _ in
        .of(
          try s.integers(s.shape(1...2), -3...2), try Tensor([3]), try s.tensor([2]),
          with: ["axis": .int(s.pick(0, -1))])
      }
    ],
    "Compress": [
      { s, _ in
        .of(
          try s.tensor([3, 4]), try Tensor([true, false, true]),
          with: s.flag() ? [:] : ["axis": .int(-1)])
      }
    ],
    "Unique": [
      { s, _ in
        .of(
          try s.distinct([3, 4]),
          with: s.flag() ? [:] : ["axis": .int(s.pick(0, -1)), "sorted": .flag(s.flag())])
      }
    ],
    "TensorScatter": [
      { s, _ in
        let mode = s.pick("linear", "circular")
        return .of(
          try s.tensor([2, 2, 5, 3]), try s.tensor([2, 2, 2, 3]),
          try s.integers([2], mode == "linear" ? 0...3 : 0...9), with: ["mode": .text(mode)])
      }
    ],
  ]

  private static let scatter: [GradientCase.Make] = [
    { s, _ in
      // Each place is written once.
      let places = [0, 1, 2].shuffled(using: &s.generator).prefix(2)
      return .of(
        try s.tensor([3, 4]), try Tensor(Array(places), shape: [2, 1]).broadcast(to: [2, 4]),
        try s.tensor([2, 4]), with: ["axis": .int(s.pick(0, -2))])
    }
  ]
}
