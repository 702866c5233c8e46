// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Normalizations, as they work in inference.
  static let normalizations: [OperatorDefinition] = [
    OperatorDefinition("BatchNormalization", arity: 5...5, rows: .leading, prepare: batch),
    OperatorDefinition("InstanceNormalization", arity: 3...3, rows: .leading) { node in
      let epsilon = try node.float("epsilon", 1e-5)
      return { inputs in
        let x = try inputs[0]
        return try perChannel(
          try standardized(x, axes: Array(2..<max(2, x.rank)), epsilon), inputs, channels: 1)
      }
    },
    OperatorDefinition(
      "GroupNormalization", since: 18, arity: 3...3, rows: .leading, prepare: group),
    // ONNX Runtime's optimizer writes these two in ONNX's own domain whatever the operator set.
    OperatorDefinition(
      "LayerNormalization", arity: 2...3, rows: .along(.axis(-1)), prepare: layer),
    OperatorDefinition(
      "SimplifiedLayerNormalization", since: 1, arity: 2...2, rows: .along(.axis(-1)),
      prepare: rootMeanSquare),
    OperatorDefinition(
      "RMSNormalization", since: 23, arity: 2...2, rows: .along(.axis(-1)),
      prepare: rootMeanSquare),
    OperatorDefinition(
      "MeanVarianceNormalization", since: 9, arity: 1...1,
      rows: .along(RowAxes(attribute: "axes", standard: [0, 2, 3], isList: true))
    ) { node in
      let axes = try node.integers("axes") ?? [0, 2, 3]
      return { inputs in
        let x = try inputs[0]
        let centered = try x - (try x.mean(axes: axes, keepingAxes: true))
        let variance = try (centered * centered).mean(axes: axes, keepingAxes: true)
        return [try centered / (try variance.squareRoot() + 1e-9)]
      }
    },
    OperatorDefinition(
      "LpNormalization", arity: 1...1, rows: .along(.axis(-1))
    ) { node in
      let axis = try node.integer("axis", -1)
      let order = Double(try node.integer("p", 2))
      return { inputs in
        let x = try inputs[0]
        let norm = try x.norm(order, axes: [axis], keepingAxes: true)
        return [try x / norm.filled(with: 1, where: try norm .== 0)]
      }
    },
    OperatorDefinition("LRN", arity: 1...1, rows: .leading, prepare: localResponse),
  ]

  private static func batch(_ node: NodeReader) throws -> NodeFunction {
    guard try !node.flag("training_mode"), try node.flag("spatial", true),
      try node.version > 6 || node.flag("is_test"),
      !(1..<5).contains(where: { node.hasOutput($0) })
    else {
      throw NodeFault("only inference is supported; export the model in evaluation mode")
    }
    let epsilon = try node.float("epsilon", 1e-5)
    // libtorch has no gradient with respect to mean and variance, which a network may compute.
    if node.constant(3) == nil || node.constant(4) == nil {
      return { inputs in
        let x = try inputs[0]
        guard x.rank > 1 else { throw NodeFault("an input of shape \(x.shape) has no channels") }
        let shape = [-1] + [Int](repeating: 1, count: x.rank - 2)
        let parameters = try (1...4).map { try inputs[$0].reshaped(to: shape) }
        let factor = try parameters[0] / (parameters[3] + epsilon).squareRoot()
        return [try (x - parameters[2]) * factor + parameters[1]]
      }
    }
    return { inputs in
      [
        try inputs[0].batchNormalized(
          mean: try inputs[3], variance: try inputs[4], scale: try inputs[1],
          shift: try inputs[2], epsilon: epsilon)
      ]
    }
  }

  /// Up to operator set 20, scale and shift have an element for each group, since 21 for each
  /// channel.
  private static func group(_ node: NodeReader) throws -> NodeFunction {
    guard let groups = try node.integer("num_groups"), groups > 0 else {
      throw NodeFault("the attribute 'num_groups' is missing or not positive")
    }
    let epsilon = try node.float("epsilon", 1e-5)
    let perGroup = node.version < 21
    return { inputs in
      let x = try inputs[0]
      let channels = x.rank > 1 ? x.shape[1] : 0
      guard channels > 0, channels % groups == 0 else {
        throw NodeFault("\(channels) channels do not make \(groups) groups")
      }
      var (scale, shift) = (try inputs[1], try inputs[2])
      if perGroup, channels > groups {
        scale = try scale.repeatingEach(channels / groups)
        shift = try shift.repeatingEach(channels / groups)
      }
      return [try x.groupNormalized(groups: groups, scale: scale, shift: shift, epsilon: epsilon)]
    }
  }

  private static func layer(_ node: NodeReader) throws -> NodeFunction {
    let axis = try node.integer("axis", -1)
    let epsilon = try node.float("epsilon", 1e-5)
    let wantsStatistics = node.hasOutput(1) || node.hasOutput(2)
    return { inputs in
      let x = try inputs[0]
      let shape = x.shape
      let first = try resolved(axis: axis, rank: shape.count)
      let (scale, shift) = (try inputs[1], inputs.optional(2))
      let rest = Array(shape[first...])
      if !wantsStatistics, scale.shape == rest, shift.map({ $0.shape == rest }) ?? true {
        return [try x.layerNormalized(shape: rest, scale: scale, shift: shift, epsilon: epsilon)]
      }
      let axes = Array(first..<shape.count)
      let mean = try x.mean(axes: axes, keepingAxes: true)
      let centered = try x - mean
      let variance = try (centered * centered).mean(axes: axes, keepingAxes: true)
      let inverse = try (variance + epsilon).squareRoot().reciprocal()
      let scaled = try centered * inverse * scale
      return [try shift.map { try scaled + $0 } ?? scaled, mean, inverse]
    }
  }

  private static func rootMeanSquare(_ node: NodeReader) throws -> NodeFunction {
    let axis = try node.integer("axis", -1)
    let epsilon = try node.float("epsilon", 1e-5)
    return { inputs in
      let x = try inputs[0]
      let axes = Array(try resolved(axis: axis, rank: x.rank)..<x.rank)
      let power = try (x * x).mean(axes: axes, keepingAxes: true)
      return [try x / (power + epsilon).squareRoot() * inputs[1]]
    }
  }

  private static func standardized(
    _ x: Tensor, axes: [Int], _ epsilon: Double
  ) throws -> Tensor {
    guard !axes.isEmpty else { throw NodeFault("an input of shape \(x.shape) has no spatial axes") }
    let centered = try x - (try x.mean(axes: axes, keepingAxes: true))
    let variance = try (centered * centered).mean(axes: axes, keepingAxes: true)
    return try centered / (try (variance + epsilon).squareRoot())
  }

  private static func perChannel(
    _ x: Tensor, _ inputs: NodeInputs, channels: Int
  ) throws -> [Tensor] {
    let shape = [-1] + [Int](repeating: 1, count: x.rank - 2)
    return [
      try x * (try inputs[1].reshaped(to: shape)) + (try inputs[2].reshaped(to: shape))
    ]
  }

  /// Divides by a power of the mean of squares over neighbouring channels.
  private static func localResponse(_ node: NodeReader) throws -> NodeFunction {
    guard let size = try node.integer("size"), size > 0, size <= 65_536 else {
      throw NodeFault("the attribute 'size' is missing or out of range")
    }
    let alpha = try node.float("alpha", 1e-4)
    let beta = try node.float("beta", 0.75)
    let bias = try node.float("bias", 1)
    return { inputs in
      let x = try inputs[0]
      guard x.rank > 1 else { throw NodeFault("an input of shape \(x.shape) has no channels") }
      // Channels become the rows of an image, over which a window of one column slides.
      let image = try (x * x).reshaped(to: [x.shape[0], 1, x.shape[1], try product(x.shape[2...])])
      let means = try image.padded(
        before: [0, 0, (size - 1) / 2, 0], after: [0, 0, size / 2, 0]
      ).averagePooled(window: [size, 1], stride: [1, 1])
      return [try x / (try (means * alpha + bias).power(beta)).reshaped(to: x.shape)]
    }
  }
}
