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
}
