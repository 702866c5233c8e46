// SPDX-License-Identifier: Apache-2.0

import Torch

private enum ATen {
  static let scatterReduce = Operator("aten::scatter_reduce", "two")
}

extension OperatorRegistry {
  /// Reading and writing at places that other tensors name.
  ///
  /// Negative places count from the end.
  static let indexing: [OperatorDefinition] = [
    OperatorDefinition("Gather", arity: 2...2, rows: .custom(gatherRows), prepare: gather),
    OperatorDefinition("GatherElements", since: 11, arity: 2...2, rows: .custom(alongRows)) {
      node in
      let axis = try node.integer("axis", 0)
      return { inputs in
        let (x, indices) = try onOneDevice(try inputs[0], try inputs[1])
        let axis = try resolved(axis: axis, rank: x.rank)
        return [try x.gathered(try wrapped(indices, x.shape[axis]), axis: axis)]
      }
    },
    OperatorDefinition(
      "GatherND", since: 11, arity: 2...2, rows: .custom(nestedRows), prepare: gatherNested),
    scatterElements("Scatter", until: 10),
    scatterElements("ScatterElements", since: 11),
    OperatorDefinition(
      "ScatterND", since: 11, arity: 3...3, rows: .unknown, prepare: scatterNested),
    OperatorDefinition(
      "OneHot", since: 9, arity: 3...3, rows: .custom(oneHotRows), prepare: oneHot),
    OperatorDefinition("NonZero", since: 9, arity: 1...1, rows: .unknown) { _ in
      { inputs in [try inputs[0].indicesOfNonzero().transposed(0, 1)] }
    },
    OperatorDefinition(
      "Compress", since: 9, arity: 2...2,
      rows: .custom { context in
        // Without an axis all elements are one list.
        try context.reader.integer("axis") == nil ? .oneByOne : RowAxes.axis(0).outcome(context)
      }
    ) { node in
      let axis = try node.integer("axis")
      return { inputs in
        let x = axis == nil ? try inputs[0].flattened() : try inputs[0]
        let places = try inputs[1].indicesOfNonzero().reshaped(to: [-1]).moved(to: x.device)
        return [try x.selecting(places, axis: try resolved(axis: axis ?? 0, rank: x.rank))]
      }
    },
  ]

  /// Indices as int64, negative ones counted from the end of an axis.
  private static func wrapped(_ indices: Tensor, _ length: Int) throws -> Tensor {
    let whole = try indices.converted(to: .int64)
    return try (whole + Double(length)).chosen(where: try whole .< 0, else: whole)
  }

  // MARK: Gather

  private static func gather(_ node: NodeReader) throws -> NodeFunction {
    let axis = try node.integer("axis", 0)
    // A single constant place is a view.
    if let indices = node.constant(1), indices.count == 1, let place = try indices.integers().first
    {
      let shape = indices.shape
      return { inputs in
        let x = try inputs[0]
        let first = try resolved(axis: axis, rank: x.rank)
        let view = try x.selected(place, axis: first)
        if shape.isEmpty { return [view] }
        return [try view.reshaped(to: x.shape[..<first] + shape + x.shape[(first + 1)...])]
      }
    }
    return { inputs in
      let (x, indices) = try onOneDevice(try inputs[0], try inputs[1])
      let shape = x.shape
      let first = try resolved(axis: axis, rank: shape.count)
      let places = try wrapped(indices, shape[first])
      let chosen = try x.selecting(try places.reshaped(to: [-1]), axis: first)
      if indices.rank == 1 { return [chosen] }
      return [
        try chosen.reshaped(
          to: Array(shape[..<first]) + indices.shape + Array(shape[(first + 1)...]))
      ]
    }
  }

  /// Where the same places of each unit are read, the axis is counted from the end; looking places up
  /// in a shared table, as an embedding does, keeps the units of the indices; where both differ, the
  /// units' tables are put after one another.
  private static func gatherRows(_ context: RowContext) throws -> RowOutcome {
    guard let data = context.input(0), let indices = context.input(1) else { return .oneByOne }
    let rank = data.shape.count
    let axis = try resolved(axis: try context.reader.integer("axis", 0), rank: rank)
    switch (data.hasRows, indices.hasRows) {
    case (true, false):
      if context.isMerged, axis != 0 { return .apart(context.function) }
      return .stacked(
        try context.function(attributes: ["axis": .int(Int64(axis - rank))]))
    case (false, true):
      if axis == 0 {
        return context.isMerged && !indices.shape.isEmpty
          ? .apart(context.function) : .stacked(context.function)
      }
      let function = context.function
      let order = [axis] + Array(0..<axis) + Array((axis + 1)..<(rank + indices.shape.count))
      return .stacked { inputs in try function(inputs).map { try $0.permuted(to: order) } }
    case (true, true):
      guard axis == 0, let length = data.shape.first else { return .oneByOne }
      return .stacked { inputs in
        let (x, places) = try onOneDevice(try inputs[0], try inputs[1])
        let units = try Tensor.range(to: x.shape[0], on: x.device)
          .reshaped(to: [-1] + indices.shape.map { _ in 1 })
        let all = try x.reshaped(to: [x.shape[0] * length] + data.shape.dropFirst())
        let chosen = try all.selecting(
          try (try wrapped(places, length) + units * Double(length)).reshaped(to: [-1]))
        return [try chosen.reshaped(to: places.shape + data.shape.dropFirst())]
      }
    default: return .oneByOne
    }
  }

  private static func alongRows(_ context: RowContext) throws -> RowOutcome {
    guard let rank = context.input(0)?.shape.count else { return .oneByOne }
    let axis = try resolved(axis: try context.reader.integer("axis", 0), rank: rank)
    if axis != 0, context.inputs.allSatisfy({ $0?.layout == .merged }) {
      return .apart(context.function)
    }
    let function = try context.function(attributes: ["axis": .int(Int64(axis - rank))])
    let shapes = context.inputs.map { $0?.shape ?? [] }
    let isShared = context.inputs.map { $0?.layout == .shared }
    let count = context.count
    return .stacked { inputs in
      let tensors = try inputs.all().enumerated().map { place, tensor in
        isShared[place] ? try tensor.broadcast(to: [count] + shapes[place]) : tensor
      }
      return try function(NodeInputs(tensors: tensors))
    }
  }

  /// The units are one more of the axes that data and indices have in common.
  private static func nestedRows(_ context: RowContext) throws -> RowOutcome {
    guard let data = context.input(0), context.input(1)?.hasRows == true else { return .oneByOne }
    let batchAxes = try context.reader.integer("batch_dims", 0)
    let function = try context.function(
      attributes: ["batch_dims": .int(Int64(batchAxes) + 1)])
    let count = context.count
    return .stacked { inputs in
      let x = try inputs[0]
      let table = data.hasRows ? x : try x.broadcast(to: [count] + data.shape)
      return try function(NodeInputs(tensors: [table, try inputs[1]]))
    }
  }

  private static func oneHotRows(_ context: RowContext) throws -> RowOutcome {
    guard context.onlyFirstHasRows, let rank = context.input(0)?.shape.count else {
      return .oneByOne
    }
    let axis = try resolved(axis: try context.reader.integer("axis", -1), rank: rank + 1)
    return .stacked(
      try context.function(attributes: ["axis": .int(Int64(axis - rank - 1))]))
  }

  // MARK: Nested indices

  /// One number for each tuple of places that lies along the last axis, counting through axes of
  /// the lengths `lengths` in row-major order.
  private static func flattened(_ tuples: Tensor, _ lengths: [Int]) throws -> Tensor {
    var flat: Tensor?
    for (place, length) in lengths.enumerated() {
      let index = try wrapped(try tuples.selected(place, axis: -1), length)
      flat = try flat.map { try $0 * Double(length) + index } ?? index
    }
    guard let flat else { throw NodeFault("the index tuples are empty") }
    return flat
  }

  private static func gatherNested(_ node: NodeReader) throws -> NodeFunction {
    let batchAxes = try node.integer("batch_dims", 0)
    guard batchAxes >= 0 else { throw NodeFault("the attribute 'batch_dims' is \(batchAxes)") }
    return { inputs in
      let (x, indices) = try onOneDevice(try inputs[0], try inputs[1])
      let (shape, tuples) = (x.shape, indices.shape)
      guard let depth = tuples.last, batchAxes < tuples.count, batchAxes + depth <= shape.count,
        shape[..<batchAxes] == tuples[..<batchAxes]
      else { throw NodeFault("the indices of shape \(tuples) do not fit the shape \(shape)") }
      let batch = try product(shape[..<batchAxes])
      let lengths = Array(shape[batchAxes..<batchAxes + depth])
      let rest = Array(shape[(batchAxes + depth)...])
      let places = try flattened(indices, lengths).reshaped(to: [batch, -1])
      let table = try x.reshaped(to: [batch, try product(lengths), try product(rest)])
      let row = try Tensor.range(to: batch, on: x.device).reshaped(to: [batch, 1])
      return [try table.taking([row, places]).reshaped(to: Array(tuples.dropLast()) + rest)]
    }
  }

  // MARK: Writing

  private enum Reduction: String, Sendable {
    case none, add, mul, max, min
  }

  private static func scatterElements(
    _ name: String, since: Int = 9, until: Int = Graph.newestOperatorSet
  ) -> OperatorDefinition {
    OperatorDefinition(name, since: since, until: until, arity: 3...3, rows: .custom(alongRows)) {
      node in
      let axis = try node.integer("axis", 0)
      let reduction: Reduction = try node.choice("reduction", .none)
      return { inputs in
        let (x, indices) = try onOneDevice(try inputs[0], try inputs[1])
        let axis = try resolved(axis: axis, rank: x.rank)
        let places = try wrapped(indices, x.shape[axis])
        return [try written(try inputs[2], into: x, at: places, axis: axis, reduction)]
      }
    }
  }

  private static func written(
    _ updates: Tensor, into x: Tensor, at places: Tensor, axis: Int, _ reduction: Reduction
  ) throws -> Tensor {
    func combined(_ how: String) throws -> Tensor {
      try ATen.scatterReduce(
        .tensor(x), .integer(axis), .tensor(places), .tensor(updates), .text(how), .boolean(true))
    }
    switch reduction {
    case .none: return try x.scattered(updates, at: places, axis: axis)
    case .add: return try x.scattered(updates, at: places, axis: axis, .adding)
    case .mul: return try combined("prod")
    case .max: return try combined("amax")
    case .min: return try combined("amin")
    }
  }

  private static func scatterNested(_ node: NodeReader) throws -> NodeFunction {
    let reduction: Reduction = try node.choice("reduction", .none)
    return { inputs in
      let (x, indices) = try onOneDevice(try inputs[0], try inputs[1])
      let shape = x.shape
      guard let depth = indices.shape.last, depth <= shape.count else {
        throw NodeFault("the indices of shape \(indices.shape) do not fit the shape \(shape)")
      }
      let lengths = Array(shape[..<depth])
      let width = try product(shape[depth...])
      let places = try flattened(indices, lengths).reshaped(to: [-1, 1])
      let table = try x.reshaped(to: [try product(lengths), width])
      let updates = try inputs[2].reshaped(to: [places.shape[0], width])
      let result = try written(
        updates, into: table, at: try places.broadcast(to: [places.shape[0], width]), axis: 0,
        reduction)
      return [try result.reshaped(to: shape)]
    }
  }

  private static func oneHot(_ node: NodeReader) throws -> NodeFunction {
    let axis = try node.integer("axis", -1)
    return { inputs in
      let (indices, values) = try onOneDevice(try inputs[0], try inputs[2])
      guard let depth = try inputs.integers(1).first, depth > 0, depth <= 1 << 24 else {
        throw NodeFault("the depth is not a positive number")
      }
      let place = try resolved(axis: axis, rank: indices.rank + 1)
      var shape = [Int](repeating: 1, count: indices.rank + 1)
      shape[place] = depth
      let classes = try Tensor.range(to: depth, on: indices.device).reshaped(to: shape)
      let isHot = try classes .== wrapped(indices, depth).unsqueezed(axis: place)
      let (off, on) = (try values.selected(0, axis: 0), try values.selected(1, axis: 0))
      return [try on.chosen(where: isHot, else: off)]
    }
  }
}
