// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import ONNX

extension GradientCases {
  /// Strides, padding and the like for some spatial axes.
  private static func window(
    _ s: inout GradientSampler, _ lengths: [Int], dilates: Bool = true
  ) -> [String: Attribute] {
    var attributes: [String: Attribute] = [
      "kernel_shape": .ints(lengths), "strides": .ints(lengths.map { _ in s.integer(1...2) }),
    ]
    if s.flag() {
      attributes["auto_pad"] = .text(s.pick("SAME_UPPER", "SAME_LOWER", "VALID"))
    } else {
      attributes["pads"] = .ints((lengths + lengths).map { s.integer(0...max(0, $0 - 1)) })
    }
    if dilates { attributes["dilations"] = .ints(lengths.map { _ in s.integer(1...2) }) }
    return attributes
  }

  private static func kernel(_ s: inout GradientSampler) -> [Int] {
    (0..<s.integer(1...3)).map { _ in s.integer(1...3) }
  }

  private static func pool(_ extra: [String: Attribute] = [:]) -> [GradientCase.Make] {
    [
      { s, _ in
        let lengths = kernel(&s)
        let x = try s.distinct([2, 2] + lengths.map { _ in s.integer(6...7) })
        var attributes = window(&s, lengths, dilates: false).merging(extra) { $1 }
        if attributes["auto_pad"] == nil { attributes["ceil_mode"] = .flag(s.flag()) }
        return .of(x, with: attributes)
      }
    ]
  }

  private static let global: [GradientCase.Make] = [
    { s, _ in .of(try s.distinct(s.shape(3...5, 1...3))) }
  ]

  private static let channels: GradientCase.Make = { s, _ in
    var shape = s.shape(3...5, 2...3)
    shape[1] = 4
    return .of(
      try s.tensor(shape), try s.tensor([4]), try s.tensor([4]),
      with: ["num_groups": .int(s.pick(1, 2, 4))])
  }

  static let layers: [String: [GradientCase.Make]] = [
    "MatMul": [
      { s, _ in
        let (m, k, n) = (s.integer(1...3), s.integer(1...3), s.integer(1...3))
        let batch = s.shape(0...2, 1...3)
        return .of(try s.tensor(batch + [m, k]), try s.tensor(s.narrower(batch) + [k, n]))
      }, { s, _ in .of(try s.tensor([3]), try s.tensor([2, 3, 4])) },
    ],
    "Gemm": [
      { s, version in
        let (m, k, n) = (s.integer(1...3), s.integer(1...3), s.integer(1...3))
        let (a, b) = (s.flag(), s.flag())
        return .of(
          try s.tensor(a ? [k, m] : [m, k]), try s.tensor(b ? [n, k] : [k, n]),
          try s.tensor(s.pick([n], [m, 1], [1, n], [m, n])),
          with: [
            "alpha": s.parameter(0.5...2), "beta": s.parameter(0.5...2), "transA": .flag(a),
            "transB": .flag(b), "broadcast": .int(1),
          ])
      },
      { s, _ in
        .of(
          try s.tensor([2, 3]), try s.tensor([4, 3]), try s.tensor([4]), with: ["transB": .int(1)])
      },
    ],
    "Einsum": [
      { s, _ in
        .of(
          try s.tensor([2, 3]), try s.tensor([3, 4]),
          with: ["equation": .text(s.pick("ij,jk->ik", "ij,jk", "ij,jk->k"))])
      },
      { s, _ in
        .of(
          try s.tensor([2, 3, 4]),
          with: ["equation": .text(s.pick("bij->bji", "...ij->...i", "bij->b"))])
      },
    ],
    "Det": [{ s, _ in .of(try s.tensor(s.shape(0...2, 1...2) + [3, 3])) }],
    "Conv": [
      { s, _ in
        let lengths = kernel(&s)
        let groups = s.integer(1...2)
        let x = try s.tensor([2, 2 * groups] + lengths.map { _ in s.integer(5...6) })
        let weight = try s.tensor([2 * groups, 2] + lengths)
        return .of(
          x, weight, s.flag() ? try s.tensor([2 * groups]) : nil,
          with: window(&s, lengths).merging(["group": .int(groups)]) { $1 })
      }
    ],
    "ConvTranspose": [
      { s, _ in
        let lengths = kernel(&s)
        let groups = s.integer(1...2)
        let x = try s.tensor([2, 2 * groups] + lengths.map { _ in s.integer(3...4) })
        let weight = try s.tensor([2 * groups, 2] + lengths)
        return .of(
          x, weight, s.flag() ? try s.tensor([2 * groups]) : nil,
          with: window(&s, lengths).merging(["group": .int(groups)]) { $1 })
      }
    ],
    "MaxPool": pool()
      + pool(["dilations": .ints([1, 1])]).map { _ in
        { s, _ in
          .of(
            try s.distinct([2, 2, 6, 7]),
            with: [
              "kernel_shape": .ints([2, 2]),
              "dilations": .ints([s.integer(1...2), s.integer(1...3)]),
            ])
        }
      },
    "AveragePool": pool() + pool(["count_include_pad": .int(1)]),
    "LpPool": pool(["p": .int(2)]) + pool(["p": .int(3)]),
    "MaxUnpool": [
      { s, _ in
        let (x, places) = try s.distinct([1, 2, 4, 4]).maxPooledWithIndices(window: [2, 2])
        let plane = try Tensor([0, 16], shape: [1, 2, 1, 1])
        return .of(
          x, try places + plane, s.flag() ? try Tensor([1, 2, 5, 6]) : nil,
          with: ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
      }
    ],
    "GlobalAveragePool": global, "GlobalMaxPool": global,
    "GlobalLpPool": [
      { s, _ in
        .of(try s.tensor(s.shape(3...5), awayFrom: [0]), with: ["p": .int(s.integer(1...3))])
      }
    ],
    "BatchNormalization": [
      { s, version in
        var shape = s.shape(2...5)
        shape[1] = 3
        return .of(
          try s.tensor(shape), try s.tensor([3]), try s.tensor([3]), try s.tensor([3]),
          try s.tensor([3], 0.3...2), with: version < 7 ? ["is_test": .int(1)] : [:])
      }
    ],
    "InstanceNormalization": [channels],
    "GroupNormalization": [
      { s, version in
        var test = try channels(&s, version)
        if version < 21, case .int(let groups)? = test.attributes["num_groups"] {
          test.inputs[1] = try s.tensor([Int(groups)])
          test.inputs[2] = try s.tensor([Int(groups)])
        }
        return test
      }
    ],
    "LayerNormalization": [
      { s, _ in
        let shape = s.shape(1...4, 2...4)
        let axis = s.axis(shape.count)
        let rest = Array(shape[(axis < 0 ? axis + shape.count : axis)...])
        return .of(
          try s.tensor(shape), try s.tensor(rest), s.flag() ? try s.tensor(rest) : nil,
          outputs: s.pick(1, 3), with: ["axis": .int(axis)])
      }
    ],
    "RMSNormalization": rootMeanSquare, "SimplifiedLayerNormalization": rootMeanSquare,
    "MeanVarianceNormalization": [
      { s, _ in .of(try s.tensor([3, 2, 3, 2]), with: s.flag() ? [:] : ["axes": .ints([1, 2])]) }
    ],
    "LpNormalization": [
      { s, _ in
        let shape = s.shape(1...4, 2...4)
        return .of(
          try s.tensor(shape, awayFrom: [0]),
          with: ["axis": .int(s.axis(shape.count)), "p": .int(s.pick(1, 2))])
      }
    ],
    "LRN": [
      { s, _ in
        .of(
          try s.tensor([2, 5] + s.shape(0...2)),
          with: [
            "size": .int(s.integer(1...5)), "alpha": s.parameter(0.1...1),
            "beta": s.parameter(0.5...1),
          ])
      }
    ],
  ]

  private static let rootMeanSquare: [GradientCase.Make] = [
    { s, _ in
      let shape = s.shape(1...4)
      let axis = s.axis(shape.count)
      let rest = Array(shape[(axis < 0 ? axis + shape.count : axis)...])
      return .of(try s.tensor(shape, awayFrom: [0]), try s.tensor(rest), with: ["axis": .int(axis)])
    }
  ]
}
