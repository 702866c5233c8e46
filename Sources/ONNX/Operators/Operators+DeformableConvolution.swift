// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// A convolution whose taps read where another input says.
  static let deformableConvolution: [OperatorDefinition] = [
    OperatorDefinition(
      "DeformConv", since: 19, arity: 3...5,
      rows: .custom { _ in .independent(inputs: [0, nil, 0, nil, 0], outputs: [0]) },
      prepare: deformed)
  ]

  /// A convolution whose taps read at moved places: Dai and others 2017, arXiv:1703.06211, and
  /// with weights for each place Zhu and others 2018, arXiv:1811.11168.
  private static func deformed(_ node: NodeReader) throws -> NodeFunction {
    let window = try Window(node, isPooling: false)
    let groups = try node.integer("group", 1)
    let offsetGroups = try node.integer("offset_group", 1)
    guard (1...Window.longest).contains(groups), (1...Window.longest).contains(offsetGroups) else {
      throw NodeFault("the groups are \(groups) and \(offsetGroups)")
    }
    return { inputs in
      let (x, weight, offset) = (try inputs[0], try inputs[1], try inputs[2])
      guard x.rank == 4, weight.rank == 4, offset.rank == 4 else {
        throw NodeFault("only images of two spatial axes are supported, not \(x.shape)")
      }
      let lengths = Array(weight.shape[2...])
      guard window.lengths.isEmpty || window.lengths == lengths else {
        throw NodeFault("the kernel shape \(window.lengths) is not the weight's, \(lengths)")
      }
      let axes = try window.axes(over: Array(x.shape[2...]), window: lengths)
      let (rows, channels, taps) = (x.shape[0], x.shape[1], try product(lengths))
      let (high, wide) = (axes[0].count, axes[1].count)
      guard channels > 0, x.shape[2] > 0, x.shape[3] > 0, channels % offsetGroups == 0,
        channels == weight.shape[1] * groups, weight.shape[0] % groups == 0, taps > 0,
        offset.shape == [rows, offsetGroups * taps * 2, high, wide],
        inputs.optional(4).map({ $0.shape == [rows, offsetGroups * taps, high, wide] }) ?? true
      else {
        throw NodeFault("\(x.shape), \(weight.shape) and \(offset.shape) do not fit")
      }
      // Where each tap reads ahead of the offsets, [2, taps, high, wide].
      var places: [Double] = []
      for axis in 0..<2 {
        for tap in 0..<taps {
          let step = axis == 0 ? tap / lengths[1] : tap % lengths[1]
          for row in 0..<high {
            for column in 0..<wide {
              let start = (axis == 0 ? row : column) * axes[axis].stride - axes[axis].before
              places.append(Double(start + step * axes[axis].dilation))
            }
          }
        }
      }
      let base = try Tensor(places, shape: [1, 2, taps, high, wide]).converted(like: x)
      let moved =
        try offset.reshaped(to: [rows * offsetGroups, taps, 2, high, wide])
        .transposed(1, 2) + base
      let images = try x.reshaped(
        to: [rows * offsetGroups, channels / offsetGroups, x.shape[2] * x.shape[3]])
      var columns = try between(
        images, Array(x.shape[2...]), rows: moved.selected(0, axis: 1).flattened(from: 1),
        columns: moved.selected(1, axis: 1).flattened(from: 1)
      ).reshaped(to: [rows, offsetGroups, channels / offsetGroups, taps, high * wide])
      if let mask = inputs.optional(4) {
        columns = try columns * mask.reshaped(to: [rows, offsetGroups, 1, taps, high * wide])
      }
      let outputs = weight.shape[0]
      let product = try weight.reshaped(to: [groups, outputs / groups, channels / groups * taps])
        .matrixProduct(
          columns.reshaped(to: [rows, groups, channels / groups * taps, high * wide]))
      let result = try product.reshaped(to: [rows, outputs, high, wide])
      guard let bias = inputs.optional(3) else { return [result] }
      return [try result + bias.reshaped(to: [-1, 1, 1])]
    }
  }

  /// Reads between four elements each, with zeros outside.
  ///
  /// - Parameters:
  ///   - images: `[images, channels, height · width]`.
  ///   - rows: Places, `[images, places]`, in elements; so `columns`.
  /// - Returns: `[images, channels, places]`.
  private static func between(
    _ images: Tensor, _ size: [Int], rows: Tensor, columns: Tensor
  ) throws -> Tensor {
    let shape = [images.shape[0], images.shape[1], rows.shape[1]]
    let (top, left) = (try rows.roundedDown(), try columns.roundedDown())
    let (down, right) = (try rows - top, try columns - left)
    var parts: [Tensor] = []
    for (rowStep, rowWeight) in [(0.0, try 1 - down), (1.0, down)] {
      for (columnStep, columnWeight) in [(0.0, try 1 - right), (1.0, right)] {
        let (y, x) = (try top + rowStep, try left + columnStep)
        let isInside =
          try (y .>= 0) .& (y .< Double(size[0])) .& (x .>= 0) .& (x .< Double(size[1]))
        let place = try (y * Double(size[1]) + x).filled(with: 0, where: .!isInside)
          .converted(to: .int64)
        let weight = try (rowWeight * columnWeight).filled(with: 0, where: .!isInside)
        parts.append(
          try images.gathered(place.unsqueezed(axis: 1).broadcast(to: shape), axis: 2)
            * weight.unsqueezed(axis: 1))
      }
    }
    return try parts.dropFirst().reduce(parts[0]) { try $0 + $1 }
  }
}
