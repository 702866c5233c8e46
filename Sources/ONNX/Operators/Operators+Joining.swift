// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Joining, taking apart and repeating along axes.
  static let joining: [OperatorDefinition] = [
    OperatorDefinition("Concat", arity: 1...Int.max, rows: .custom(concatenationRows)) { node in
      guard let axis = try node.integer("axis") else {
        throw NodeFault("the attribute 'axis' is missing")
      }
      return { inputs in
        var parts = try inputs.all()
        if let device = parts.first(where: { $0.device != .cpu })?.device {
          parts = try parts.map { try $0.moved(to: device) }
        }
        return [
          try .concatenated(parts, axis: try resolved(axis: axis, rank: try inputs[0].rank))
        ]
      }
    },
    OperatorDefinition(
      "Split", arity: 1...2, rows: .custom(splitRows), prepare: split),
    OperatorDefinition("Expand", since: 8, arity: 2...2, rows: .custom(expandRows)) { node in
      let constantShape = try node.constantIntegers(1)
      return { inputs in
        let x = try inputs[0]
        let shape = try constantShape ?? inputs.integers(1)
        try checkPlausible(shape)
        return [try x.broadcast(to: try broadcastShape(x.shape, shape))]
      }
    },
    OperatorDefinition("Tile", arity: 2...2, rows: .custom(tileRows)) { node in
      let constantCounts = try node.constantIntegers(1)
      return { inputs in
        let x = try inputs[0]
        let counts = try constantCounts ?? inputs.integers(1)
        guard counts.count == x.rank, counts.allSatisfy({ $0 >= 0 }) else {
          throw NodeFault("the repetitions \(counts) do not fit the shape \(x.shape)")
        }
        try checkPlausible(x.shape + counts)
        return [counts.allSatisfy { $0 == 1 } ? x : try x.tiled(counts)]
      }
    },
    OperatorDefinition(
      "Trilu", since: 14, arity: 1...2,
      rows: .custom { context in
        // The last two axes are the matrix.
        context.onlyFirstHasRows && (context.input(0)?.shape.count ?? 0) >= 2
          ? .stacked(context.function) : .oneByOne
      }
    ) { node in
      let isUpper = try node.flag("upper", true)
      let constantDiagonal = try node.constantIntegers(1)?.first
      return { inputs in
        let x = try inputs[0]
        let given = inputs.optional(1)
        let diagonal = try constantDiagonal ?? given?.integers().first ?? 0
        return [
          isUpper
            ? try x.upperTriangle(diagonal: diagonal) : try x.lowerTriangle(diagonal: diagonal)
        ]
      }
    },
    OperatorDefinition(
      "ReverseSequence", since: 10, arity: 2...2,
      rows: .custom { context in
        guard let rank = context.input(0)?.shape.count else { return .oneByOne }
        let axis = try resolved(axis: try context.reader.integer("batch_axis", 1), rank: rank)
        return .independent(inputs: [axis, 0], outputs: [axis])
      }, prepare: reverseSequence),
  ]

  /// What has rows is joined with what is shared by repeating the latter for each unit.
  private static func concatenationRows(_ context: RowContext) throws -> RowOutcome {
    guard let stated = try context.reader.integer("axis"),
      let rank = context.inputs.first.flatMap({ $0?.shape.count })
    else { return .oneByOne }
    let axis = try resolved(axis: stated, rank: rank)
    if axis != 0, context.inputs.allSatisfy({ $0?.layout == .merged }) {
      return .apart(context.function)
    }
    let shapes = context.inputs.map { $0?.shape ?? [] }
    let isShared = context.inputs.map { $0?.layout == .shared }
    let count = context.count
    let function = try context.function(attributes: ["axis": .int(Int64(axis - rank))])
    return .stacked { inputs in
      let tensors = try inputs.all().enumerated().map { place, tensor in
        isShared[place] ? try tensor.broadcast(to: [count] + shapes[place]) : tensor
      }
      return try function(NodeInputs(tensors: tensors))
    }
  }

  /// The lengths of the parts are an input since operator set 13.
  private static func splitRows(_ context: RowContext) throws -> RowOutcome {
    try RowAxes.axis(0).outcome(context)
  }

  private static func expandRows(_ context: RowContext) throws -> RowOutcome {
    guard context.onlyFirstHasRows, let input = context.input(0),
      let wanted = try context.reader.constantIntegers(1)
    else { return .oneByOne }
    let shape = try broadcastShape(input.shape, wanted)
    try checkPlausible(shape)
    if context.isMerged, shape.count == input.shape.count, shape.first == input.shape.first {
      return .apart { inputs in
        let x = try inputs[0]
        return [try x.broadcast(to: [x.shape[0]] + shape.dropFirst())]
      }
    }
    let ones = [Int](repeating: 1, count: shape.count - input.shape.count)
    return .stacked { inputs in
      let x = try inputs[0]
      let aligned = ones.isEmpty ? x : try x.reshaped(to: [x.shape[0]] + ones + input.shape)
      return [try aligned.broadcast(to: [x.shape[0]] + shape)]
    }
  }

  private static func tileRows(_ context: RowContext) throws -> RowOutcome {
    guard context.onlyFirstHasRows, let counts = try context.reader.constantIntegers(1),
      counts.count == context.input(0)?.shape.count, counts.allSatisfy({ $0 >= 0 })
    else { return .oneByOne }
    if context.isMerged, counts.first == 1 { return .apart(context.function) }
    return .stacked { inputs in
      let x = try inputs[0]
      try checkPlausible(x.shape + counts)
      return [try x.tiled([1] + counts)]
    }
  }

  /// The shape that two shapes broadcast to.
  static func broadcastShape(_ a: [Int], _ b: [Int]) throws -> [Int] {
    let rank = max(a.count, b.count)
    return try (0..<rank).map { axis in
      let first = axis < rank - a.count ? 1 : a[axis - (rank - a.count)]
      let second = axis < rank - b.count ? 1 : b[axis - (rank - b.count)]
      guard first == second || first == 1 || second == 1 else {
        throw NodeFault("the shapes \(a) and \(b) do not broadcast")
      }
      return first == 1 ? second : first
    }
  }

  /// Lengths come from an attribute up to operator set 12, from an input since 13; without any, the
  /// parts are equal, and since 18 the last one may be shorter.
  private static func split(_ node: NodeReader) throws -> NodeFunction {
    let axis = try node.integer("axis", 0)
    let constantLengths = try node.integers("split") ?? node.constantIntegers(1)
    let parts = try node.integer("num_outputs") ?? node.outputCount
    guard parts > 0, parts <= 65_536 else { throw NodeFault("it splits into \(parts) parts") }
    return { inputs in
      let x = try inputs[0]
      let axis = try resolved(axis: axis, rank: x.rank)
      let length = x.shape[axis]
      let lengths: [Int]
      if let constantLengths {
        lengths = constantLengths
      } else if inputs.optional(1) != nil {
        lengths = try inputs.integers(1)
      } else {
        let part = (length + parts - 1) / parts
        lengths = (0..<parts).map { max(0, min(part, length - $0 * part)) }
      }
      guard lengths.allSatisfy({ $0 >= 0 }), try product([1, lengths.reduce(0, &+)]) == length
      else {
        throw NodeFault("the parts \(lengths) do not make axis \(axis) of \(x.shape)")
      }
      return try x.split(lengths: lengths, axis: axis)
    }
  }

  private static func reverseSequence(_ node: NodeReader) throws -> NodeFunction {
    let timeAxis = try node.integer("time_axis", 0)
    let batchAxis = try node.integer("batch_axis", 1)
    return { inputs in
      let x = try inputs[0]
      let lengths = try inputs.integers(1)
      let time = try resolved(axis: timeAxis, rank: x.rank)
      let batch = try resolved(axis: batchAxis, rank: x.rank)
      guard time != batch, lengths.count == x.shape[batch],
        lengths.allSatisfy({ $0 >= 0 && $0 <= x.shape[time] })
      else { throw NodeFault("the lengths \(lengths) do not fit the shape \(x.shape)") }
      let parts = try lengths.enumerated().map { place, length in
        let sequence = try x.sliced(axis: batch, from: place, to: place + 1)
        return try Tensor.concatenated(
          [
            try sequence.sliced(axis: time, to: length).flipped(axes: [time]),
            try sequence.sliced(axis: time, from: length),
          ], axis: time)
      }
      return [try .concatenated(parts, axis: batch)]
    }
  }
}
