// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import ONNX

extension GradientCases {
  private static let smooth = ["Sigmoid", "Tanh", "Softplus"]

  private static func recurrent(_ gates: Int, _ states: Int, _ functions: Int) -> [GradientCase
    .Make]
  {
    [
      { s, _ in
        let direction = s.pick("forward", "reverse", "bidirectional")
        let many = direction == "bidirectional" ? 2 : 1
        let rowsFirst = s.flag()
        func state() throws -> Tensor { try s.tensor(rowsFirst ? [3, many, 2] : [many, 3, 2]) }
        var inputs: [Tensor?] = [
          try s.tensor(rowsFirst ? [3, 4, 2] : [4, 3, 2]), try s.tensor([many, gates * 2, 2]),
          try s.tensor([many, gates * 2, 2]), s.flag() ? try s.tensor([many, gates * 4]) : nil,
          s.flag() ? try s.integers([3], 1...4) : nil,
        ]
        let starts = s.flag()
        for _ in 0..<states { inputs.append(starts ? try state() : nil) }
        if gates == 4 { inputs.append(s.flag() ? try s.tensor([many, 6]) : nil) }
        var attributes: [String: Attribute] = [
          "hidden_size": .int(2), "direction": .text(direction), "layout": .flag(rowsFirst),
          "linear_before_reset": .flag(s.flag()), "input_forget": .flag(s.flag()),
        ]
        if s.flag() {
          attributes["activations"] = .texts(
            (0..<many * functions).map { _ in smooth[s.integer(0...2)] })
        }
        return GradientCase(inputs: inputs, attributes: attributes, outputs: states + 1)
      }
    ]
  }

  static let sequences: [String: [GradientCase.Make]] = [
    "RNN": recurrent(1, 1, 1), "GRU": recurrent(3, 1, 2), "LSTM": recurrent(4, 2, 3),
    "Attention": [
      { s, version in
        let groups = s.integer(1...2)
        let heads = groups * s.integer(1...2)
        let (queries, keys) = (s.integer(1...3), s.integer(2...4))
        let past = s.flag()
        let all = keys + (past ? 2 : 0)
        let mask: Tensor? =
          switch s.integer(0...2) {
          case 0: nil
          case 1: try s.tensor([queries, all])
          default: try s.truths([2, 1, queries, all])
          }
        var attributes: [String: Attribute] = [
          "is_causal": .flag(s.flag()), "softcap": s.pick(.float(0), .float(2)),
          "qk_matmul_output_mode": .int(s.pick(0, 1, 3)),
        ]
        if version >= 25, s.flag() { attributes["left_window_size"] = .int(s.integer(0...2)) }
        if s.flag() {
          attributes["q_num_heads"] = .int(heads)
          attributes["kv_num_heads"] = .int(groups)
          return .of(
            try s.tensor([2, queries, heads * 3]), try s.tensor([2, keys, groups * 3]),
            try s.tensor([2, keys, groups * 2]), mask,
            past ? try s.tensor([2, groups, 2, 3]) : nil,
            past ? try s.tensor([2, groups, 2, 2]) : nil, outputs: 4, with: attributes)
        }
        return .of(
          try s.tensor([2, heads, queries, 3]), try s.tensor([2, groups, keys, 3]),
          try s.tensor([2, groups, keys, 2]), mask, past ? try s.tensor([2, groups, 2, 3]) : nil,
          past ? try s.tensor([2, groups, 2, 2]) : nil, outputs: 4, with: attributes)
      },
      { s, version in
        .of(
          try s.tensor([2, 2, 3, 3]), try s.tensor([2, 2, 5, 3]), try s.tensor([2, 2, 5, 3]), nil,
          nil,
          nil, version >= 24 ? try s.integers([2], 1...5) : nil,
          with: ["is_causal": .flag(s.flag())])
      },
    ],
    "RotaryEmbedding": [
      { s, _ in
        let isFlat = s.flag()
        return .of(
          try s.tensor(isFlat ? [2, 3, 8] : [2, 2, 3, 4]), try s.tensor([6, 2]),
          try s.tensor([6, 2]),
          try s.integers([2, 3], 0...5),
          with: ["interleaved": .flag(s.flag()), "num_heads": .int(isFlat ? 2 : 0)])
      },
      { s, _ in
        .of(
          try s.tensor([2, 2, 3, 6]), try s.tensor([2, 3, 2]), try s.tensor([2, 3, 2]),
          with: ["rotary_embedding_dim": .int(4), "interleaved": .flag(s.flag())])
      },
    ],
    "LinearAttention": [
      { s, _ in
        let rule = s.pick("linear", "gated", "delta", "gated_delta")
        let heads = s.pick(2, 4)
        return .of(
          try s.tensor([2, 3, heads * 3]), try s.tensor([2, 3, 6]), try s.tensor([2, 3, 4]),
          s.flag() ? try s.tensor([2, 2, 3, 2]) : nil,
          rule.hasPrefix("gated") ? try s.tensor([2, 3, s.pick(2, 6)]) : nil,
          rule.hasSuffix("delta") ? try s.tensor([2, 3, s.pick(1, 2)]) : nil, outputs: 2,
          with: ["q_num_heads": .int(heads), "kv_num_heads": .int(2), "update_rule": .text(rule)])
      }
    ],
    "CausalConvWithState": [
      { s, _ in
        let reach = s.integer(1...3)
        return .of(
          try s.tensor([2, 3, 4]), try s.tensor([3, 1, reach]), s.flag() ? try s.tensor([3]) : nil,
          s.flag() ? try s.tensor([2, 3, reach - 1]) : nil, outputs: 2,
          with: ["activation": .text(s.pick("none", "silu"))])
      }
    ],
  ]

  // MARK: ONNX Runtime's own

  private static let withBias: [GradientCase.Make] = [
    { s, _ in .of(try s.tensor([2, 3, 4]), try s.tensor([4])) }
  ]

  static let fused: [String: [GradientCase.Make]] = [
    "com.microsoft.Gelu": [{ s, _ in .of(try s.tensor(s.shape())) }],
    "com.microsoft.QuickGelu": [
      { s, _ in .of(try s.tensor(s.shape()), with: ["alpha": s.parameter(0.5...2)]) }
    ],
    "com.microsoft.FastGelu": withBias, "com.microsoft.BiasGelu": withBias,
    "com.microsoft.FusedMatMul": fusedProduct, "com.microsoft.TransposeMatMul": fusedProduct,
    "com.microsoft.FusedGemm": [
      { s, _ in
        .of(
          try s.tensor([2, 3]), try s.tensor([3, 4]), try s.tensor([4]),
          with: ["activation": .text(s.pick("Tanh", "Sigmoid")), "alpha": s.parameter(0.5...2)])
      }
    ],
    "com.microsoft.FusedConv": [
      { s, _ in
        .of(
          try s.tensor([2, 2, 4, 4]), try s.tensor([3, 2, 2, 2]), try s.tensor([3]),
          s.flag() ? try s.tensor([2, 3, 3, 3]) : nil,
          with: ["activation": .text(s.pick("Tanh", "Sigmoid", ""))])
      }
    ],
    "com.microsoft.Inverse": [
      { s, _ in .of(try s.tensor([2, 3, 3], -0.5...0.5) + Tensor.identity(3, type: .float64) * 2) }
    ],
    "com.microsoft.SkipLayerNormalization": [
      { s, _ in
        .of(
          try s.tensor([2, 3, 4]), try s.tensor(s.pick([2, 3, 4], [1, 3, 4])), try s.tensor([4]),
          s.flag() ? try s.tensor([4]) : nil, s.flag() ? try s.tensor([4]) : nil)
      }
    ],
    "com.microsoft.SkipSimplifiedLayerNormalization": [
      { s, _ in
        .of(
          try s.tensor([2, 3, 4]), try s.tensor([2, 3, 4]), try s.tensor([4]),
          s.flag() ? try s.tensor([4]) : nil)
      }
    ],
    "com.microsoft.EmbedLayerNormalization": [
      { s, _ in
        .of(
          try s.integers([2, 3], 0...4), try s.integers([2, 3], 0...1), try s.tensor([5, 4]),
          try s.tensor([3, 4]), try s.tensor([2, 4]), try s.tensor([4]), try s.tensor([4]),
          outputs: 1)
      }
    ],
    "com.microsoft.Attention": [
      { s, _ in
        .of(
          try s.tensor([2, 3, 4]), try s.tensor([4, 12]), s.flag() ? try s.tensor([12]) : nil,
          s.flag() ? try s.integers([2, 3], 0...1) : nil,
          with: ["num_heads": .int(s.pick(1, 2)), "unidirectional": .flag(s.flag())])
      }
    ],
    "com.microsoft.MultiHeadAttention": [
      { s, _ in
        .of(
          try s.tensor([2, 3, 4]), try s.tensor([2, 4, 4]), try s.tensor([2, 4, 4]),
          s.flag() ? try s.tensor([12]) : nil, s.flag() ? try s.integers([2, 4], 0...1) : nil,
          s.flag() ? try s.tensor([1, 2, 3, 4]) : nil, outputs: 3, with: ["num_heads": .int(2)])
      }
    ],
    "com.microsoft.RotaryEmbedding": [
      { s, _ in
        .of(
          try s.tensor([2, 3, 8]), try s.integers([2, 3], 0...5), try s.tensor([6, 2]),
          try s.tensor([6, 2]), with: ["interleaved": .flag(s.flag())])
      }
    ],
  ]

  private static let fusedProduct: [GradientCase.Make] = [
    { s, _ in
      let (a, b) = (s.flag(), s.flag())
      return .of(
        try s.tensor(a ? [2, 3, 2] : [2, 2, 3]), try s.tensor(b ? [2, 4, 3] : [2, 3, 4]),
        with: ["transA": .flag(a), "transB": .flag(b), "alpha": s.parameter(0.5...2)])
    }
  ]
}
