// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Pooling over windows, and over all of the spatial axes.
  static let pooling: [OperatorDefinition] = [
    OperatorDefinition("MaxPool", arity: 1...1, rows: maxPoolRows, prepare: maxPool),
    OperatorDefinition("AveragePool", arity: 1...1, rows: .leading, prepare: averagePool),
    OperatorDefinition("LpPool", arity: 1...1, rows: .leading, prepare: normPool),
    global("GlobalAveragePool") { _ in
      { x in try x.mean(axes: Array(2..<x.rank), keepingAxes: true) }
    },
    global("GlobalMaxPool") { _ in
      { x in
        // Secants know of maxima, not of places.
        if x.isFollowedBySecants { return try x.max(axes: Array(2..<x.rank), keepingAxes: true) }
        // One winner, as in max pooling over windows, also where several elements are as large.
        let flat = try x.flattened(from: 2)
        let best = try flat.gathered(
          try flat.indexOfMaximum(axis: 2, keepingAxis: true), axis: 2)
        return try best.reshaped(to: x.shape.prefix(2) + x.shape.dropFirst(2).map { _ in 1 })
      }
    },
    global("GlobalLpPool") { node in
      let order = Double(try node.integer("p", 2))
      return { x in try x.norm(order, axes: Array(2..<x.rank), keepingAxes: true) }
    },
  ]

  private static func global(
    _ name: String,
    _ prepare: @escaping @Sendable (NodeReader) throws -> @Sendable (Tensor) throws -> Tensor
  ) -> OperatorDefinition {
    OperatorDefinition(name, arity: 1...1, rows: .leading) { node in
      let function = try prepare(node)
      return { inputs in
        let x = try inputs[0]
        guard x.rank > 2 else {
          throw NodeFault("an input of shape \(x.shape) has no spatial axes")
        }
        return [try function(x)]
      }
    }
  }

  // MARK: Maximum

  /// `Indices` count through the whole tensor, rows included, so a row alone has others.
  private static let maxPoolRows = RowRule.custom { context in
    context.reader.hasOutput(1) || !context.onlyFirstHasRows ? .oneByOne : .apart(context.function)
  }

  private static func maxPool(_ node: NodeReader) throws -> NodeFunction {
    let window = try Window(node, isPooling: true)
    let wantsIndices = node.hasOutput(1)
    let columnMajor = try node.flag("storage_order")
    let (strides, dilations, before, after) = try window.spatial(rank: window.lengths.count)
    let isPlain =
      before == after && !window.roundsUp && !wantsIndices
      && (window.padding == .explicit || window.padding == .valid)
      && zip(before, window.lengths).allSatisfy { $0 <= $1 / 2 }
    return { inputs in
      let given = try inputs[0]
      let x = given.elementType.isFloatingPoint ? given : try given.converted(to: .float64)
      let size = Array(x.shape.dropFirst(2))
      let all = try window.axes(over: size, window: window.lengths)
      if isPlain, all.areSmall(over: size) {
        let pooled = try x.maxPooled(
          window: window.lengths, stride: strides, padding: before, dilation: dilations)
        return [try pooled.converted(to: given.elementType)]
      }
      let axes = zip(all, size).map { $0.withinReach(of: $1) }
      let padded = try x.spatiallyPadded(
        before: axes.map(\.before), after: zip(axes, size).map { $0.behind($1) },
        with: -.infinity)
      let pooled =
        axes.areSmall(over: size)
        ? try padded.maxPooledWithIndices(
          window: axes.map(\.length), stride: strides, padding: axes.map { _ in 0 },
          dilation: dilations) : try padded.windowMaxima(axes)
      let values = try pooled.values.converted(to: given.elementType)
      guard wantsIndices else { return [values] }
      let indices = try wholeTensorIndices(
        pooled.indices, paddedSize: Array(padded.shape.dropFirst(2)), size: size,
        before: axes.map(\.before), columnMajor: columnMajor)
      return [values, indices]
    }
  }

  /// Turns places in a padded channel into ONNX's, which count through the whole tensor.
  private static func wholeTensorIndices(
    _ places: Tensor, paddedSize: [Int], size: [Int], before: [Int], columnMajor: Bool
  ) throws -> Tensor {
    var rest = places
    var flat = try places.filled(with: 0)
    // The factor of each axis, the last being the fastest, or the first for column-major order.
    var factors = [Int](repeating: 1, count: size.count)
    let fastestFirst = columnMajor ? Array(size.indices) : size.indices.reversed()
    for (fast, slow) in zip(fastestFirst, fastestFirst.dropFirst()) {
      factors[slow] = factors[fast] * size[fast]
    }
    for axis in size.indices.reversed() {
      let length = try Tensor(paddedSize[axis]).moved(to: places.device)
      let coordinate = try rest.remainder(dividingBy: length) - Double(before[axis])
      rest = try rest.divided(by: length, rounding: .down)
      flat = try flat + coordinate * Double(factors[axis])
    }
    let shape = places.shape
    let planes = try Tensor.range(to: shape[0] * shape[1], on: places.device)
      .reshaped(to: [shape[0], shape[1]] + size.map { _ in 1 })
    return try flat + planes * Double(try product(size))
  }

  // MARK: Average and norm

  private static func averagePool(_ node: NodeReader) throws -> NodeFunction {
    let window = try Window(node, isPooling: true)
    let countsPadding = try node.flag("count_include_pad")
    let (strides, dilations, before, after) = try window.spatial(rank: window.lengths.count)
    let isPlain =
      before == after && !window.roundsUp && dilations.allSatisfy { $0 == 1 }
      && (window.padding == .explicit || window.padding == .valid)
      && zip(before, window.lengths).allSatisfy { $0 <= $1 / 2 }
    return { inputs in
      let x = try inputs[0]
      let size = Array(x.shape.dropFirst(2))
      let axes = try window.axes(over: size, window: window.lengths)
      if isPlain, axes.areSmall(over: size) {
        return [
          try x.averagePooled(
            window: window.lengths, stride: strides, padding: before,
            countingPadding: countsPadding)
        ]
      }
      // Elements that count: what rounding up adds never does.
      let counts = try axes.indices.map { place in
        let axis = axes[place]
        let places = countsPadding ? -axis.before..<size[place] + axis.after : 0..<size[place]
        let others = [Int](repeating: 1, count: axes.count - place - 1)
        return try axis.counts(in: places).converted(to: x.elementType).moved(to: x.device)
          .reshaped(to: [axis.count] + others)
      }
      let counted = try counts.dropFirst().reduce(counts[0]) { try $0 * $1 }
      return [try x.windowSums(axes) / counted]
    }
  }

  private static func normPool(_ node: NodeReader) throws -> NodeFunction {
    let window = try Window(node, isPooling: true)
    let order = Double(try node.integer("p", 2))
    guard order > 0 else { throw NodeFault("the attribute 'p' is \(order)") }
    return { inputs in
      let x = try inputs[0]
      let axes = try window.axes(over: Array(x.shape.dropFirst(2)), window: window.lengths)
      let sums = try x.absolute().power(order).windowSums(axes)
      // A root has no slope at zero; there the norm gets the slope 0 instead of none.
      let isZero = try sums .== 0
      let safe = try sums.filled(with: 1, where: isZero)
      return [try safe.power(1 / order).filled(with: 0, where: isZero)]
    }
  }
}
