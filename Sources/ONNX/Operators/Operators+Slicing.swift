// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Cutting parts out of tensors, and putting borders around them.
  static let slicing: [OperatorDefinition] = [
    OperatorDefinition("Slice", arity: 1...5, rows: .custom(sliceRows), prepare: slice),
    OperatorDefinition("Pad", arity: 1...4, rows: .custom(padRows), prepare: pad),
    OperatorDefinition(
      "CenterCropPad", since: 18, arity: 2...2,
      rows: .custom { context in
        // Without axes the lengths are those of all, rows included.
        try context.reader.integers("axes") == nil
          ? .oneByOne : RowAxes(attribute: "axes", standard: [], isList: true).outcome(context)
      }, prepare: center),
  ]

  // MARK: Slice

  /// Starts, ends, axes and steps: attributes up to operator set 9, inputs since 10.
  private struct Cuts: Sendable {
    var starts: [Int]
    var ends: [Int]
    var axes: [Int]?
    var steps: [Int]?

    /// What the node says at load; nil where part of it is known at run time only.
    init?(_ node: NodeReader) throws {
      if let starts = try node.integers("starts"), let ends = try node.integers("ends") {
        self.starts = starts
        self.ends = ends
        axes = try node.integers("axes")
      } else {
        guard let starts = try node.constantIntegers(1), let ends = try node.constantIntegers(2),
          node.constant(3) != nil || !node.hasInput(3),
          node.constant(4) != nil || !node.hasInput(4)
        else { return nil }
        self.starts = starts
        self.ends = ends
        axes = try node.constantIntegers(3)
        steps = try node.constantIntegers(4)
      }
    }

    init(_ inputs: NodeInputs) throws {
      starts = try inputs.integers(1)
      ends = try inputs.integers(2)
      axes = try inputs.optional(3)?.integers()
      steps = try inputs.optional(4)?.integers()
    }

    func apply(to x: Tensor) throws -> Tensor {
      let axes = try resolved(axes: axes ?? Array(0..<starts.count), rank: x.rank)
      let steps = steps ?? [Int](repeating: 1, count: starts.count)
      guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count,
        steps.allSatisfy({ $0 != 0 && $0 > -Int(Int32.max) })
      else {
        throw NodeFault("starts \(starts), ends \(ends), axes \(axes), steps \(steps) do not fit")
      }
      var result = x
      for (place, axis) in axes.enumerated() {
        let length = result.shape[axis]
        func bound(_ value: Int, _ lowest: Int, _ highest: Int) -> Int {
          min(max(value < 0 ? value + length : value, lowest), highest)
        }
        let step = min(steps[place], max(length, 1))
        if step > 0 {
          let start = bound(starts[place], 0, length)
          let end = max(start, bound(ends[place], 0, length))
          if start == 0 && end == length && step == 1 { continue }
          result = try result.sliced(axis: axis, from: start, to: end, by: step)
        } else {
          // Backwards: the same elements of the flipped tensor, counted from its front.
          let start = bound(starts[place], -1, length - 1)
          let end = min(start, bound(ends[place], -1, length - 1))
          result = try result.flipped(axes: [axis]).sliced(
            axis: axis, from: length - 1 - start, to: length - 1 - end, by: -step)
        }
      }
      return result
    }
  }

  private static func slice(_ node: NodeReader) throws -> NodeFunction {
    if let cuts = try Cuts(node) { return { inputs in [try cuts.apply(to: try inputs[0])] } }
    guard node.hasInput(1), node.hasInput(2) else { throw NodeFault("starts or ends are missing") }
    return { inputs in [try Cuts(inputs).apply(to: try inputs[0])] }
  }

  private static func sliceRows(_ context: RowContext) throws -> RowOutcome {
    guard context.onlyFirstHasRows, let rank = context.input(0)?.shape.count,
      var cuts = try Cuts(context.reader)
    else { return .oneByOne }
    let axes = try resolved(axes: cuts.axes ?? Array(0..<cuts.starts.count), rank: rank)
    if context.isMerged, !axes.contains(0) { return .apart(context.function) }
    cuts.axes = axes.map { $0 - rank }
    return .stacked { [cuts] inputs in [try cuts.apply(to: try inputs[0])] }
  }

  // MARK: Pad

  private enum PadMode: String, Sendable {
    case constant, reflect, edge, wrap

    /// Which element of an axis lies at a place beyond its ends.
    func source(_ place: Int, _ length: Int) -> Int {
      switch self {
      case .constant: return place
      case .edge: return min(max(place, 0), length - 1)
      case .wrap: return ((place % length) + length) % length
      case .reflect:
        guard length > 1 else { return 0 }
        let period = 2 * (length - 1)
        let phase = ((place % period) + period) % period
        return phase < length ? phase : period - phase
      }
    }
  }

  private static func pad(_ node: NodeReader) throws -> NodeFunction {
    let mode: PadMode = try node.choice("mode", .constant)
    let constantPads = try node.integers("pads") ?? node.constantIntegers(1)
    let value = try node.float("value") ?? node.constantNumber(2)
    let valueAtRun = node.hasInput(2) && value == nil
    return { inputs in
      let x = try inputs[0]
      let pads = try constantPads ?? inputs.integers(1)
      let axes =
        try inputs.optional(3).map { try resolved(axes: try $0.integers(), rank: x.rank) }
        ?? Array(0..<x.rank)
      guard pads.count == 2 * axes.count, pads.allSatisfy({ abs($0 / 2) < 1 << 30 }) else {
        throw NodeFault("the paddings \(pads) for \(axes.count) axes")
      }
      var before = [Int](repeating: 0, count: x.rank)
      var after = before
      for (place, axis) in axes.enumerated() {
        before[axis] = pads[place]
        after[axis] = pads[axes.count + place]
      }
      if mode == .constant {
        let filling = valueAtRun ? try inputs[2].number() : value ?? 0
        return [try x.padded(before: before, after: after, with: filling)]
      }
      var result = x
      for axis in axes where before[axis] != 0 || after[axis] != 0 {
        let length = x.shape[axis]
        guard length > 0, -before[axis] <= length + after[axis],
          length + max(0, before[axis]) + max(0, after[axis]) <= 1 << 24
        else {
          throw NodeFault("the padding \(pads) does not fit the shape \(x.shape)")
        }
        let sources = (-before[axis]..<length + after[axis]).map { mode.source($0, length) }
        result = try result.selecting(try Tensor(sources).moved(to: x.device), axis: axis)
      }
      return [result]
    }
  }

  private static func padRows(_ context: RowContext) throws -> RowOutcome {
    let pads = try context.reader.integers("pads") ?? context.reader.constantIntegers(1)
    guard context.onlyFirstHasRows, let pads, let rank = context.input(0)?.shape.count else {
      return .oneByOne
    }
    let axes =
      try context.reader.constantIntegers(3).map { try resolved(axes: $0, rank: rank) }
      ?? Array(0..<rank)
    guard pads.count == 2 * axes.count else { return .oneByOne }
    var all = [Int](repeating: 0, count: 2 * (rank + 1))
    for (place, axis) in axes.enumerated() {
      all[axis + 1] = pads[place]
      all[rank + 1 + axis + 1] = pads[axes.count + place]
    }
    if context.isMerged, all[1] == 0, all[rank + 2] == 0 { return .apart(context.function) }
    let function = try context.function(attributes: ["pads": .ints(all.map { Int64($0) })])
    // The axes are all of them now.
    return .stacked { try function(NodeInputs(tensors: Array($0.tensors.prefix(3)))) }
  }

  // MARK: CenterCropPad

  /// Cuts or pads to given lengths, the same at both ends; of an odd number one more at the end.
  private static func center(_ node: NodeReader) throws -> NodeFunction {
    let axes = try node.integers("axes")
    return { inputs in
      let x = try inputs[0]
      let lengths = try inputs.integers(1)
      let axes = try resolved(axes: axes ?? Array(0..<x.rank), rank: x.rank)
      guard lengths.count == axes.count else {
        throw NodeFault("the lengths \(lengths) do not fit \(axes.count) axes of \(x.shape)")
      }
      try checkPlausible(lengths)
      var before = [Int](repeating: 0, count: x.rank)
      var after = before
      for (axis, length) in zip(axes, lengths) {
        let change = length - x.shape[axis]
        before[axis] = change / 2
        after[axis] = change - change / 2
      }
      return [try x.padded(before: before, after: after)]
    }
  }
}
