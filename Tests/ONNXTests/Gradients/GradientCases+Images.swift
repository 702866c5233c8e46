// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import ONNX

extension GradientCases {
  private static let boxes: [Double] = [0.5, 1, 6, 5, 2, 2, 3.5, 6, 1.25, 0.5, 7, 4]

  static let images: [String: [GradientCase.Make]] = [
    "Resize": [
      { s, version in
        let x = try s.tensor([1, 2, s.integer(3...4), s.integer(3...4)])
        let scales = try Tensor([1, 1, s.pick(0.5, 1.5, 2), s.pick(0.6, 2.0, 3)])
        let mode = s.pick("nearest", "linear", version < 11 ? "linear" : "cubic")
        if version < 11 { return .of(x, scales, frozen: [1], with: ["mode": .text(mode)]) }
        var attributes: [String: Attribute] = [
          "mode": .text(mode),
          "coordinate_transformation_mode": .text(
            s.pick("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel")),
        ]
        if mode != "nearest", version >= 18 { attributes["antialias"] = .flag(s.flag()) }
        if mode == "cubic" { attributes["exclude_outside"] = .flag(s.flag()) }
        return .of(x, nil, scales, frozen: [2], with: attributes)
      },
      { s, version in
        let x = try s.tensor([1, 2, 4, 4])
        guard version >= 11 else { return .of(x, try Tensor([1.0, 1, 1, 2]), frozen: [1]) }
        return .of(
          x, nil, nil, try Tensor([1, 2, s.integer(2...6), s.integer(2...6)]),
          with: ["mode": .text(s.pick("linear", "cubic"))])
      },
    ],
    "Upsample": [
      { s, version in
        let x = try s.tensor([1, 2, 3, 4])
        let mode = Attribute.text(s.pick("nearest", "linear"))
        if version < 9 { return .of(x, with: ["mode": mode, "scales": .floats([1, 1, 2, 1.5])]) }
        return .of(x, try Tensor([1.0, 1, 2, 1.5]), frozen: [1], with: ["mode": mode])
      }
    ],
    "GridSample": [
      { s, _ in
        let axes = s.integer(1...3)
        let x = try s.tensor([2, 2] + [3, 4, 3].prefix(axes))
        let grid = try s.tensor([2] + [2, 3, 2].prefix(axes) + [axes], -1.2...1.2)
        let mode = s.pick("linear", "nearest", axes == 3 ? "linear" : "cubic")
        return .of(
          x, grid, frozen: mode == "nearest" ? [1] : [],
          with: [
            "mode": .text(mode), "padding_mode": .text(s.pick("zeros", "border", "reflection")),
            "align_corners": .flag(s.flag()),
          ])
      }
    ],
    "AffineGrid": [
      { s, _ in
        let isFlat = s.flag()
        return .of(
          try s.tensor(isFlat ? [2, 2, 3] : [2, 3, 4]),
          try Tensor(isFlat ? [2, 1, 3, 4] : [2, 1, 2, 3, 2]),
          with: ["align_corners": .flag(s.flag())])
      }
    ],
    "DeformConv": [
      { s, _ in
        let (groups, offsets) = (s.integer(1...2), s.integer(1...2))
        return .of(
          try s.tensor([2, 4, 5, 4]), try s.tensor([2, 4 / groups, 2, 3]),
          try s.tensor([2, offsets * 12, 4, 2], -1.3...1.3), s.flag() ? try s.tensor([2]) : nil,
          s.flag() ? try s.tensor([2, offsets * 6, 4, 2]) : nil,
          with: ["group": .int(groups), "offset_group": .int(offsets)])
      }
    ],
    "Col2Im": [
      { s, _ in
        let pads = s.pick([0, 0, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1])
        let (high, wide) = (4 + pads[0] + pads[2] - 1, 5 + pads[1] + pads[3] - 2)
        return .of(
          try s.tensor([2, 2 * 6, high * wide]), try Tensor([4, 5]), try Tensor([2, 3]),
          with: ["pads": .ints(pads)])
      },
      { s, _ in .of(try s.tensor([1, 2 * 3, 4]), try Tensor([6]), try Tensor([3])) },
    ],
    "RoiAlign": [
      { s, version in
        .of(
          try s.distinct([2, 2, 7, 8]), try Tensor(boxes, shape: [3, 4]), try Tensor([0, 1, 1]),
          frozen: [1],
          with: [
            "output_height": .int(s.integer(1...3)), "output_width": .int(2),
            "sampling_ratio": .int(s.integer(0...2)), "mode": .text(s.pick("avg", "max")),
          ])
      }
    ],
    "MaxRoiPool": [
      { s, _ in
        var regions: [Double] = []
        for box in 0..<3 { regions += [Double(box % 2)] + boxes[box * 4..<box * 4 + 4] }
        return .of(
          try s.distinct([2, 2, 7, 8]), try Tensor(regions, shape: [3, 5]), frozen: [1],
          with: ["pooled_shape": .ints([s.integer(1...3), 2])])
      }
    ],
    "DFT": [
      { s, version in
        let axis = s.integer(0...1)
        let x = try s.tensor([s.integer(2...6), s.integer(2...7), s.integer(1...2)])
        var attributes: [String: Attribute] = ["inverse": .flag(s.flag())]
        let length: Tensor? = s.flag() ? try Tensor(s.integer(1...8)) : nil
        if version < 20 {
          attributes["axis"] = .int(axis)
          return .of(x, length, with: attributes)
        }
        return .of(x, length, try Tensor(axis), with: attributes)
      },
      { s, _ in
        .of(try s.tensor([2, s.integer(2...7), 1]), try Tensor(6), with: ["onesided": .int(1)])
      },
      { s, version in
        .of(
          try s.tensor([2, s.integer(2...4), 2]), with: ["onesided": .int(1), "inverse": .int(1)])
      },
      { s, _ in .of(try s.tensor([1, 66, 1])) },
    ],
    "STFT": [
      { s, _ in
        let isReal = s.flag()
        return .of(
          try s.tensor([2, 9, isReal ? 1 : 2]), try Tensor(s.integer(1...3)),
          s.flag() ? try s.tensor([4]) : nil, try Tensor(4),
          with: ["onesided": .flag(isReal && s.flag())])
      }
    ],
  ]
}
