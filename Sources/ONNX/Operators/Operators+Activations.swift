// SPDX-License-Identifier: Apache-2.0

import Torch

private enum ATen {
  static let elu = Operator("aten::elu")
  static let softplus = Operator("aten::softplus")
  static let threshold = Operator("aten::threshold")
}

extension OperatorRegistry {
  /// The nonlinearities of neural networks.
  static let activations: [OperatorDefinition] = [
    .elementwise("Relu") { try $0.relu() },
    .elementwise("Sigmoid") { try $0.sigmoid() },
    .elementwise("HardSwish", since: 14) { try $0.hardSwish() },
    .elementwise("Softsign") { try $0 / (try $0.absolute() + 1) },
    .elementwise("Softplus") {
      // libtorch gives x itself above a threshold, at 20 by default; above 40 not even a double can
      // tell the difference.
      try ATen.softplus(.tensor($0), .number(1), .number(40))
    },
    .elementwise("Mish", since: 18) { try $0.mish() },
    activation("LeakyRelu") { node in
      let slope = try node.float("alpha", 0.01)
      return { try $0.leakyReLU(slope: slope) }
    },
    activation("Elu") { node in
      let alpha = try node.float("alpha", 1)
      return { try $0.elu(alpha: alpha) }
    },
    activation("Selu") { node in
      let alpha = try node.float("alpha", 1.67326319217681884765625)
      let gamma = try node.float("gamma", 1.05070102214813232421875)
      return { try ATen.elu(.tensor($0), .number(alpha), .number(gamma)) }
    },
    activation("Celu", since: 12) { node in
      let alpha = try node.float("alpha", 1)
      return { try $0.celu(alpha: alpha) }
    },
    activation("ThresholdedRelu", since: 10) { node in
      let alpha = try node.float("alpha", 1)
      return { try ATen.threshold(.tensor($0), .number(alpha), .number(0)) }
    },
    activation("HardSigmoid") { node in
      let alpha = try node.float("alpha", 0.2)
      let beta = try node.float("beta", 0.5)
      return { try ($0 * alpha + beta).clamped(from: 0, to: 1) }
    },
    activation("Gelu", since: 20) { node in
      let approximation = try node.text("approximate", "none")
      guard ["none", "tanh"].contains(approximation) else {
        throw NodeFault("the attribute 'approximate' is '\(approximation)', not 'none' or 'tanh'")
      }
      return { try $0.gelu(approximated: approximation == "tanh") }
    },
    activation("Swish", since: 24) { node in
      let alpha = try node.float("alpha", 1)
      return { alpha == 1 ? try $0.silu() : try $0 * (try ($0 * alpha).sigmoid()) }
    },
    activation("Shrink", since: 9) { node in
      let bias = try node.float("bias", 0)
      let limit = try node.float("lambd", 0.5)
      return { x in
        let low = try (x + bias).chosen(where: try x .< -limit, else: try x.filled(with: 0))
        return try (x - bias).chosen(where: try x .> limit, else: low)
      }
    },
    OperatorDefinition("SwiGLU", since: 28, arity: 2...2, rows: .elementwise) { node in
      let alpha = try node.float("alpha", 1)
      return { inputs in
        let gate = try inputs[0]
        return [try gate * (try (gate * alpha).sigmoid()) * (try inputs[1])]
      }
    },
    OperatorDefinition("PRelu", since: 7, arity: 2...2, rows: .elementwise) { _ in
      { inputs in
        let x = try inputs[0]
        return [try (try x * (try inputs[1])).chosen(where: try x .< 0, else: x)]
      }
    },
    OperatorDefinition("Clip", until: 10, arity: 1...1, rows: .elementwise) { node in
      let lowest = finite(try node.float("min"))
      let highest = finite(try node.float("max"))
      return { inputs in [try inputs[0].clamped(from: lowest, to: highest)] }
    },
    OperatorDefinition("Clip", since: 11, arity: 1...3, rows: .elementwise, prepare: clip),
  ]

  private static func activation(
    _ name: String, since: Int = 6,
    _ prepare: @escaping @Sendable (NodeReader) throws -> @Sendable (Tensor) throws -> Tensor
  ) -> OperatorDefinition {
    OperatorDefinition(name, since: since, arity: 1...1, rows: .elementwise) { node in
      let function = try prepare(node)
      return { inputs in [try function(try inputs[0])] }
    }
  }

  /// Limits that are constant, as they nearly always are, become plain numbers.
  private static func clip(_ node: NodeReader) throws -> NodeFunction {
    let lowest = try node.constantNumber(1)
    let highest = try node.constantNumber(2)
    if (lowest != nil || !node.hasInput(1)) && (highest != nil || !node.hasInput(2)) {
      let (low, high) = (finite(lowest), finite(highest))
      return { inputs in [try inputs[0].clamped(from: low, to: high)] }
    }
    return { inputs in
      var x = try inputs[0]
      if let low = inputs.optional(1) { x = try x.maximum(try onOneDevice(low, x).0) }
      if let high = inputs.optional(2) { x = try x.minimum(try onOneDevice(high, x).0) }
      return [x]
    }
  }

  /// A limit at the end of float's range is none.
  private static func finite(_ limit: Double?) -> Double? {
    limit.flatMap { abs($0) >= Double(Float.greatestFiniteMagnitude) ? nil : $0 }
  }
}
