// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import ONNX

extension GradientCases {
  private static func blocks(_ isDeep: Bool) -> [GradientCase.Make] {
    [
      { s, _ in
        let size = s.integer(1...3)
        let (depth, high, wide) = (s.integer(1...2), s.integer(1...2), s.integer(1...2))
        let shape =
          isDeep
          ? [s.integer(1...2), depth * size * size, high, wide]
          : [s.integer(1...2), depth, high * size, wide * size]
        return .of(
          try s.tensor(shape), with: ["blocksize": .int(size), "mode": .text(s.pick("DCR", "CRD"))])
      }
    ]
  }

  static let shapes: [String: [GradientCase.Make]] = [
    "Reshape": [
      { s, _ in
        .of(
          try s.tensor([2, 3, 4]),
          try Tensor(s.pick([0, -1], [6, 4], [-1], [4, 0, 2], [2, 1, 12])))
      }
    ],
    "Flatten": [
      { s, _ in
        let shape = s.shape()
        return .of(try s.tensor(shape), with: ["axis": .int(s.integer(0...shape.count))])
      }
    ],
    "Squeeze": [
      { s, version in
        let x = try s.tensor([1, 3, 1, 2])
        let axes = s.pick([0], [-2], [0, 2])
        return version < 13 ? .of(x, with: ["axes": .ints(axes)]) : .of(x, try Tensor(axes))
      }, { s, _ in .of(try s.tensor([1, 3, 1])) },
    ],
    "Unsqueeze": [
      { s, version in
        let x = try s.tensor(s.shape(1...3))
        let axes = s.pick([0], [-1], [0, 2])
        return version < 13 ? .of(x, with: ["axes": .ints(axes)]) : .of(x, try Tensor(axes))
      }
    ],
    "Transpose": [
      { s, _ in
        let shape = s.shape()
        let order = Array(shape.indices).shuffled(using: &s.generator)
        return .of(try s.tensor(shape), with: s.flag() ? ["perm": .ints(order)] : [:])
      }
    ],
    "DepthToSpace": blocks(true), "SpaceToDepth": blocks(false),
    "Concat": [
      { s, _ in
        var shape = s.shape()
        let axis = s.axis(shape.count)
        var parts: [Tensor?] = []
        for _ in 0..<s.integer(1...3) {
          shape[axis < 0 ? axis + shape.count : axis] = s.integer(1...3)
          parts.append(try s.tensor(shape))
        }
        return GradientCase(inputs: parts, attributes: ["axis": .int(axis)])
      }
    ],
    "Split": [
      { s, version in
        let lengths = (0..<s.integer(1...3)).map { _ in s.integer(1...3) }
        let x = try s.tensor([2, lengths.reduce(0, +)])
        if version < 13 {
          return .of(x, outputs: lengths.count, with: ["axis": .int(1), "split": .ints(lengths)])
        }
        return .of(x, try Tensor(lengths), outputs: lengths.count, with: ["axis": .int(-1)])
      }, { s, _ in .of(try s.tensor([4, 2]), outputs: 2) },
    ],
    "Expand": [
      { s, _ in
        let shape = s.shape()
        return .of(try s.tensor(s.narrower(shape)), try Tensor([2] + shape))
      }
    ],
    "Tile": [
      { s, _ in
        let shape = s.shape()
        return .of(try s.tensor(shape), try s.integers([shape.count], 1...3))
      }
    ],
    "Trilu": [
      { s, _ in
        .of(
          try s.tensor(s.shape(2...4)), try Tensor(s.integer(-2...2)),
          with: ["upper": .flag(s.flag())])
      }
    ],
    "ReverseSequence": [
      { s, _ in
        let axes = s.pick((0, 1), (1, 0))
        return .of(
          try s.tensor([4, 4, 2]), try s.integers([4], 1...4),
          with: ["time_axis": .int(axes.0), "batch_axis": .int(axes.1)])
      }
    ],
    "Slice": [
      { s, version in
        let x = try s.tensor([5, 4, 6])
        let (start, end) = (s.integer(-3...2), s.integer(3...9))
        let axis = s.axis(3)
        if version < 10 {
          return .of(
            x, with: ["starts": .ints([start]), "ends": .ints([end]), "axes": .ints([axis])])
        }
        if s.flag() {
          return .of(
            x, try Tensor([-1]), try Tensor([-9]), try Tensor([axis]),
            try Tensor([-s.integer(1...2)]))
        }
        return .of(
          x, try Tensor([start]), try Tensor([end]), try Tensor([axis]),
          try Tensor([s.integer(1...3)]))
      }
    ],
    "Pad": [
      { s, version in
        let x = try s.tensor([3, 4, 3])
        let mode = s.pick("constant", "edge", "reflect")
        let pads = (0..<6).map { _ in s.integer(mode == "constant" ? -1...2 : 0...2) }
        if version < 11 { return .of(x, with: ["pads": .ints(pads), "mode": .text(mode)]) }
        return .of(x, try Tensor(pads), try Tensor(0.5), frozen: [2], with: ["mode": .text(mode)])
      },
      { s, version in
        guard version >= 19 else { return .of(try s.tensor([2]), with: ["pads": .ints([1, 1])]) }
        return .of(
          try s.tensor([3, 4, 3]), try s.integers([4], 0...3), nil, try Tensor([1, -1]),
          with: ["mode": .text("wrap")])
      },
    ],
    "CenterCropPad": [
      { s, _ in
        .of(try s.tensor([4, 3, 5]), try s.integers([2], 1...7), with: ["axes": .ints([0, -1])])
      }
    ],
  ]

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

  // MARK: Reductions

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
