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
    if isPlain {
      return { inputs in
        let x = try inputs[0]
        guard x.elementType.isFloatingPoint else {
          return try pooledWholeNumbers(x) {
            try $0.maxPooled(
              window: window.lengths, stride: strides, padding: before, dilation: dilations)
          }
        }
        return [
          try x.maxPooled(
            window: window.lengths, stride: strides, padding: before, dilation: dilations)
        ]
      }
    }
    return { inputs in
      let given = try inputs[0]
      let x = given.elementType.isFloatingPoint ? given : try given.converted(to: .float64)
      let size = Array(x.shape.dropFirst(2))
      let axes = try window.axes(over: size, window: window.lengths)
      let padded = try x.spatiallyPadded(
        before: axes.map(\.before), after: behind(axes, size), with: -.infinity)
      let pooled = try padded.maxPooledWithIndices(
        window: window.lengths, stride: strides, padding: axes.map { _ in 0 }, dilation: dilations)
      let values = try pooled.values.converted(to: given.elementType)
      guard wantsIndices else { return [values] }
      let indices = try wholeTensorIndices(
        pooled.indices, paddedSize: Array(padded.shape.dropFirst(2)), size: size,
        before: axes.map(\.before), columnMajor: columnMajor)
      return [values, indices]
    }
  }

  private static func pooledWholeNumbers(
    _ x: Tensor, _ pool: (Tensor) throws -> Tensor
  ) throws -> [Tensor] {
    [try pool(try x.converted(to: .float64)).converted(to: x.elementType)]
  }

  /// Padding behind that makes room for exactly the windows there are; negative where the input's
  /// end is never looked at.
  private static func behind(_ axes: [Window.Axis], _ size: [Int]) -> [Int] {
    zip(axes, size).map { axis, length in
      (axis.count - 1) * axis.stride + axis.extent - length - axis.before
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
    if isPlain {
      return { inputs in
        [
          try inputs[0].averagePooled(
            window: window.lengths, stride: strides, padding: before,
            countingPadding: countsPadding)
        ]
      }
    }
    return { inputs in
      let x = try inputs[0]
      let size = Array(x.shape.dropFirst(2))
      let axes = try window.axes(over: size, window: window.lengths)
      // Elements that count, 1, among those that do not: what rounding up adds never does.
      var counted = try Tensor.ones([1, 1] + size, type: x.elementType, on: x.device)
      var end = behind(axes, size)
      if countsPadding {
        let padding = zip(axes, end).map { min($0.after, $1) }
        counted = try counted.spatiallyPadded(
          before: axes.map(\.before), after: padding, with: 1)
        end = zip(end, padding).map(-)
        counted = try counted.spatiallyPadded(before: axes.map { _ in 0 }, after: end)
      } else {
        counted = try counted.spatiallyPadded(before: axes.map(\.before), after: end)
      }
      return [try windowSums(x, axes) / windowSums(counted, axes, isPadded: true)]
    }
  }

  private static func normPool(_ node: NodeReader) throws -> NodeFunction {
    let window = try Window(node, isPooling: true)
    let order = Double(try node.integer("p", 2))
    guard order > 0 else { throw NodeFault("the attribute 'p' is \(order)") }
    return { inputs in
      let x = try inputs[0]
      let axes = try window.axes(over: Array(x.shape.dropFirst(2)), window: window.lengths)
      let sums = try windowSums(try x.absolute().power(order), axes)
      // A root has no slope at zero; there the norm gets the slope 0 instead of none.
      let isZero = try sums .== 0
      let safe = try sums.filled(with: 1, where: isZero)
      return [try safe.power(1 / order).filled(with: 0, where: isZero)]
    }
  }

  /// The sum over each window, with zeros outside of the input.
  private static func windowSums(
    _ x: Tensor, _ axes: [Window.Axis], isPadded: Bool = false
  ) throws -> Tensor {
    let size = Array(x.shape.dropFirst(2))
    var sums =
      isPadded
      ? x : try x.spatiallyPadded(before: axes.map(\.before), after: behind(axes, size))
    // One axis after the other: a window's sum is the sum of sums along its sides.
    for (place, axis) in axes.enumerated() {
      let reach = (axis.count - 1) * axis.stride + 1
      var total: Tensor?
      for offset in 0..<axis.length {
        let start = offset * axis.dilation
        let slice = try sums.sliced(
          axis: place + 2, from: start, to: start + reach, by: axis.stride)
        total = try total.map { try $0 + slice } ?? slice
      }
      if let total { sums = total }
    }
    return sums
  }
}
