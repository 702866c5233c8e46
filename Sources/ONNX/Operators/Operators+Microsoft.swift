// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// What ONNX Runtime's optimizer, and exporters that aim at it, write in the stead of several
  /// operators of ONNX's own.
  static let microsoft: [OperatorDefinition] =
    microsoftProducts + microsoftActivations + microsoftNormalizations

  static func microsoft(
    _ name: String, arity: ClosedRange<Int>, rows: RowRule,
    _ prepare: @escaping @Sendable (NodeReader) throws -> NodeFunction
  ) -> OperatorDefinition {
    OperatorDefinition(
      name, domain: "com.microsoft", since: 1, arity: arity, rows: rows, prepare: prepare)
  }

  // MARK: Activations

  private static let microsoftActivations: [OperatorDefinition] = [
    microsoft("Gelu", arity: 1...1, rows: .elementwise) { _ in
      { inputs in [try inputs[0].gelu()] }
    },
    microsoft("FastGelu", arity: 1...2, rows: .elementwise) { _ in
      { inputs in [try biased(inputs).gelu(approximated: true)] }
    },
    microsoft("BiasGelu", arity: 2...2, rows: .elementwise) { _ in
      { inputs in [try biased(inputs).gelu()] }
    },
    microsoft("QuickGelu", arity: 1...1, rows: .elementwise) { node in
      let alpha = try node.float("alpha", 1.702)
      return { inputs in
        let x = try inputs[0]
        return [try x * (x * alpha).sigmoid()]
      }
    },
  ]

  private static func biased(_ inputs: NodeInputs) throws -> Tensor {
    let x = try inputs[0]
    guard let bias = inputs.optional(1) else { return x }
    return try x + bias
  }

  // MARK: Products

  private static let microsoftProducts: [OperatorDefinition] = [
    microsoft("FusedMatMul", arity: 2...2, rows: fusedRows, fusedProduct),
    microsoft("TransposeMatMul", arity: 2...2, rows: fusedRows, fusedProduct),
    microsoft("FusedGemm", arity: 2...3, rows: .custom(generalProductRows)) { node in
      let (alpha, beta) = (
        try node.float("activation_alpha"), try node.float("activation_beta")
      )
      let activate = try activation(node, [alpha, beta].compactMap { $0 })
      let product = try general(node)
      return { inputs in try product(inputs).map(activate) }
    },
    microsoft(
      "FusedConv", arity: 2...4,
      rows: .custom { _ in .independent(inputs: [0, nil, nil, 0], outputs: [0]) }
    ) { node in
      let activate = try activation(node, try node.floats("activation_params") ?? [])
      let convolve = try convolution(node)
      return { inputs in
        var result = try convolve(NodeInputs(tensors: Array(inputs.tensors.prefix(3))))[0]
        if let addend = inputs.optional(3) { result = try result + addend }
        return [try activate(result)]
      }
    },
    microsoft("Inverse", arity: 1...1, rows: .custom(matrixRows)) { _ in
      { inputs in [try inputs[0].inverse()] }
    },
  ]

  /// The function that is run on the result, with the parameters that the node gives.
  private static func activation(
    _ node: NodeReader, _ parameters: [Double]
  ) throws -> @Sendable (Tensor) throws -> Tensor {
    let name = try node.text("activation", "")
    func parameter(_ place: Int, _ standard: Double) -> Double {
      place < parameters.count ? parameters[place] : standard
    }
    switch name {
    case "": return { $0 }
    case "Relu": return { try $0.relu() }
    case "Tanh": return { try $0.hyperbolicTangent() }
    case "Sigmoid": return { try $0.sigmoid() }
    case "LeakyRelu":
      let slope = parameter(0, 0.01)
      return { try $0.leakyReLU(slope: slope) }
    case "Clip":
      let (low, high) = (parameter(0, -.infinity), parameter(1, .infinity))
      return { try $0.clamped(from: low, to: high) }
    case "HardSigmoid":
      let (scale, shift) = (parameter(0, 0.2), parameter(1, 0.5))
      return { try ($0 * scale + shift).clamped(from: 0, to: 1) }
    default: throw NodeFault("the activation '\(name)' is not supported")
    }
  }

  /// Units are an axis over which products are repeated.
  private static let fusedRows = RowRule.custom { context in
    guard let a = context.input(0), let b = context.input(1) else { return .oneByOne }
    let (left, right) = (a.shape.count, b.shape.count)
    let isAligned =
      switch (a.hasRows, b.hasRows) {
      case (true, true): left == right
      case (true, false): right <= left
      default: left <= right
      }
    return isAligned && min(left, right) > 1 ? .stacked(context.function) : .oneByOne
  }

  private static func fusedProduct(_ node: NodeReader) throws -> NodeFunction {
    let alpha = try node.float("alpha", 1)
    let (turnsA, turnsB) = (try node.flag("transA"), try node.flag("transB"))
    guard try !node.flag("transBatchA"), try !node.flag("transBatchB") else {
      throw NodeFault("transposing over the leading axes is not supported")
    }
    return { inputs in
      // A vector stays what it is.
      func turned(_ x: Tensor, _ turns: Bool) throws -> Tensor {
        turns && x.rank > 1 ? try x.transposed() : x
      }
      let product = try turned(inputs[0], turnsA).matrixProduct(turned(inputs[1], turnsB))
      return [alpha == 1 ? product : try product * alpha]
    }
  }

  // MARK: Normalizations

  private static let microsoftNormalizations: [OperatorDefinition] = [
    microsoft("SkipLayerNormalization", arity: 3...5, rows: .custom(skipRows)) { node in
      let epsilon = try node.float("epsilon", 1e-12)
      try checkNoStatistics(node)
      return { inputs in
        let sum = try skipped(inputs, bias: 4)
        let normal = try layerNormalized(sum, inputs[2], inputs.optional(3), epsilon)
        return [normal, sum, sum, sum]
      }
    },
    microsoft("SkipSimplifiedLayerNormalization", arity: 3...4, rows: .custom(skipRows)) { node in
      let epsilon = try node.float("epsilon", 1e-12)
      try checkNoStatistics(node)
      return { inputs in
        let sum = try skipped(inputs, bias: 3)
        let power = try (sum * sum).mean(axes: [-1], keepingAxes: true)
        let normal = try sum / (power + epsilon).squareRoot() * inputs[2]
        return [normal, sum, sum, sum]
      }
    },
    microsoft(
      "EmbedLayerNormalization", arity: 7...9,
      rows: .custom { _ in
        .independent(inputs: [0, 0, nil, nil, nil, nil, nil, 0, 0], outputs: [0, 0, 0])
      }, embedding),
  ]

  /// Outputs 1 and 2 are for training.
  private static func checkNoStatistics(_ node: NodeReader) throws {
    guard !node.hasOutput(1), !node.hasOutput(2) else {
      throw NodeFault("means and variances are for training, and not supported")
    }
  }

  private static func skipped(_ inputs: NodeInputs, bias: Int) throws -> Tensor {
    let sum = try inputs[0] + inputs[1]
    guard let bias = inputs.optional(bias) else { return sum }
    return try sum + bias
  }

  private static func layerNormalized(
    _ x: Tensor, _ scale: Tensor, _ shift: Tensor?, _ epsilon: Double
  ) throws -> Tensor {
    guard let length = x.shape.last, scale.shape == [length] else {
      throw NodeFault("a scale of the shape \(scale.shape) for \(x.shape)")
    }
    return try x.layerNormalized(shape: [length], scale: scale, shift: shift, epsilon: epsilon)
  }

  /// What is added has rows too, or is the same for all.
  private static func skipRows(_ context: RowContext) -> RowOutcome {
    guard let x = context.input(0), let skip = context.input(1),
      context.inputs.dropFirst(2).allSatisfy({ $0?.hasRows != true })
    else { return .oneByOne }
    if skip.shape == x.shape {
      return .independent(inputs: [0, 0, nil, nil, nil], outputs: [0, 0, 0, 0])
    }
    return x.hasRows && !skip.hasRows && (skip.shape.count < x.shape.count || skip.shape.first == 1)
      ? .apart(context.function) : .oneByOne
  }

  /// The sum of what words, places and segments mean, normalized.
  private static func embedding(_ node: NodeReader) throws -> NodeFunction {
    let epsilon = try node.float("epsilon", 1e-12)
    return { inputs in
      let ids = try inputs[0]
      guard ids.rank == 2 else { throw NodeFault("word ids of the shape \(ids.shape)") }
      func entries(_ table: Int, _ ids: Tensor) throws -> Tensor {
        let rows = try inputs[table]
        let index = try ids.converted(to: .int64).moved(to: rows.device).reshaped(to: [-1])
        return try rows.selecting(index, axis: 0).reshaped(to: ids.shape + [-1])
      }
      let places = try inputs.optional(8) ?? Tensor.range(to: ids.shape[1]).unsqueezed(axis: 0)
      var sum = try entries(2, ids) + entries(3, places)
      if let segments = inputs.optional(1), inputs.optional(4) != nil {
        sum = try sum + entries(4, segments)
      }
      let counts =
        try inputs.optional(7)?.converted(to: .int32).sum(axes: [1]).converted(to: .int32)
        ?? Tensor.zeros([ids.shape[0]], type: .int32)
      return [try layerNormalized(sum, inputs[5], inputs[6], epsilon), counts, sum]
    }
  }
}
