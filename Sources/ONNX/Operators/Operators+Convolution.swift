// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Convolutions over one, two or three spatial axes.
  static let convolutions: [OperatorDefinition] = [
    OperatorDefinition("Conv", arity: 2...3, rows: .leading, prepare: convolution),
    OperatorDefinition("ConvTranspose", arity: 2...3, rows: .leading, prepare: transposed),
  ]

  private static func checkedWeight(_ weight: Tensor, _ window: Window) throws -> [Int] {
    let lengths = Array(weight.shape.dropFirst(2))
    guard (1...3).contains(lengths.count) else {
      throw NodeFault("the weight has the shape \(weight.shape); 1 to 3 spatial axes are supported")
    }
    guard window.lengths.isEmpty || window.lengths == lengths else {
      throw NodeFault("the kernel shape \(window.lengths) is not the weight's, \(lengths)")
    }
    return lengths
  }

  static func convolution(_ node: NodeReader) throws -> NodeFunction {
    let window = try Window(node, isPooling: false)
    let groups = try node.integer("group", 1)
    guard groups > 0, groups <= Window.longest else {
      throw NodeFault("the attribute 'group' is \(groups)")
    }
    // The usual case: padding is the same on both sides and nothing depends on the input's shape.
    if let weight = node.constant(1) {
      let lengths = try checkedWeight(weight, window)
      let (strides, dilations, before, after) = try window.spatial(rank: lengths.count)
      if before == after, window.padding == .explicit || window.padding == .valid {
        return { inputs in
          let x = try inputs[0]
          try check(x, try inputs[1], inputs.optional(2), groups: groups)
          return [
            try x.convolved(
              weight: try inputs[1], bias: inputs.optional(2), stride: strides, padding: before,
              dilation: dilations, groups: groups)
          ]
        }
      }
    }
    return { inputs in
      let (x, weight) = (try inputs[0], try inputs[1])
      let lengths = try checkedWeight(weight, window)
      try check(x, weight, inputs.optional(2), groups: groups)
      let axes = try window.axes(over: Array(x.shape.dropFirst(2)), window: lengths)
      let padded = try x.spatiallyPadded(before: axes.map(\.before), after: axes.map(\.after))
      return [
        try padded.convolved(
          weight: weight, bias: inputs.optional(2), stride: axes.map(\.stride),
          padding: lengths.map { _ in 0 }, dilation: axes.map(\.dilation), groups: groups)
      ]
    }
  }

  /// Checks shapes ahead of libtorch, some versions of which divide by a length of 0.
  private static func check(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, groups: Int, isTransposed: Bool = false
  ) throws {
    let (input, kernel) = (x.shape, weight.shape)
    guard input.count == kernel.count else {
      throw NodeFault(
        "the input has the shape \(input); [rows, channels] and \(kernel.count - 2) more are wanted"
      )
    }
    let (outputs, inner) = isTransposed ? (kernel[1], kernel[0]) : (kernel[0], kernel[1])
    let fits =
      isTransposed
      ? input[1] == inner && inner % groups == 0
      : groups <= input[1] && input[1] == inner * groups && outputs % groups == 0
    guard fits, kernel.allSatisfy({ $0 > 0 }), input.dropFirst(2).allSatisfy({ $0 > 0 }) else {
      throw NodeFault(
        "an input of \(input), a weight of \(kernel) and \(groups) groups do not fit")
    }
    let wanted = isTransposed ? outputs * groups : outputs
    guard bias.map({ $0.shape == [wanted] }) ?? true else {
      throw NodeFault("the bias has the shape \(bias?.shape ?? []), not \([wanted])")
    }
  }

  /// The transposed convolution without padding, whose result is then cut, or padded with zeros
  /// ahead of the bias: that serves uneven padding, given output shapes and long output padding
  /// alike.
  ///
  /// Where the padding is even, libtorch does it in one step.
  private static func transposed(_ node: NodeReader) throws -> NodeFunction {
    let window = try Window(node, isPooling: false)
    let groups = try node.integer("group", 1)
    let outputPadding = try node.integers("output_padding")
    let outputShape = try node.integers("output_shape")
    guard groups > 0, groups <= Window.longest else {
      throw NodeFault("the attribute 'group' is \(groups)")
    }
    return { inputs in
      let (x, weight) = (try inputs[0], try inputs[1])
      let lengths = try checkedWeight(weight, window)
      try check(x, weight, inputs.optional(2), groups: groups, isTransposed: true)
      let (strides, dilations, before, after) = try window.spatial(rank: lengths.count)
      let extra = outputPadding ?? lengths.map { _ in 0 }
      guard extra.count == lengths.count, extra.allSatisfy({ $0 >= 0 && $0 <= Window.longest })
      else {
        throw NodeFault("the attribute 'output_padding' is \(extra)")
      }
      var (ahead, behind) = (before, after)
      let isSame = window.padding == .sameUpper || window.padding == .sameLower
      if let wanted = try wantedShape(outputShape, isSame, x, strides, lengths.count) {
        for axis in lengths.indices {
          let full =
            strides[axis] * (x.shape[axis + 2] - 1) + extra[axis]
            + (lengths[axis] - 1) * dilations[axis] + 1
          let total = full - wanted[axis]
          let half = total >> 1  // rounded down, also where the output is longer than the rest
          ahead[axis] = window.padding == .sameUpper ? half : total - half
          behind[axis] = total - ahead[axis]
        }
      }
      if ahead == behind, ahead.allSatisfy({ $0 >= 0 }),
        lengths.indices.allSatisfy({ extra[$0] < max(strides[$0], dilations[$0]) })
      {
        return [
          try x.convolvedTransposed(
            weight: weight, bias: inputs.optional(2), stride: strides, padding: ahead,
            outputPadding: extra, dilation: dilations, groups: groups)
        ]
      }
      let full = try x.convolvedTransposed(
        weight: weight, stride: strides, padding: lengths.map { _ in 0 },
        outputPadding: lengths.map { _ in 0 }, dilation: dilations, groups: groups)
      let cut = try full.spatiallyPadded(
        before: ahead.map { -$0 }, after: zip(behind, extra).map { $1 - $0 })
      guard let bias = inputs.optional(2) else { return [cut] }
      return [try cut + bias.reshaped(to: [-1] + lengths.map { _ in 1 })]
    }
  }

  /// The spatial shape that the attributes ask for, where they do.
  private static func wantedShape(
    _ outputShape: [Int]?, _ isSame: Bool, _ x: Tensor, _ strides: [Int], _ rank: Int
  ) throws -> [Int]? {
    if let outputShape, !outputShape.isEmpty {
      // Some exporters list rows and channels too.
      guard outputShape.count == rank || outputShape.count == rank + 2,
        outputShape.allSatisfy({ $0 > 0 && $0 <= Window.longest })
      else {
        throw NodeFault("the attribute 'output_shape' is \(outputShape)")
      }
      return Array(outputShape.suffix(rank))
    }
    return isSame ? zip(x.shape.dropFirst(2), strides).map(*) : nil
  }
}
