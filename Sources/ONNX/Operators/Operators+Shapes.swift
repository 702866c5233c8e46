// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Changes of shape that keep every element.
  static let shapes: [OperatorDefinition] = [
    OperatorDefinition("Reshape", arity: 2...2, rows: .custom(reshapeRows), prepare: reshape),
    OperatorDefinition("Flatten", arity: 1...1, rows: .reshaping) { node in
      let axis = try node.integer("axis", 1)
      return { inputs in
        let x = try inputs[0]
        let shape = x.shape
        let first = axis == shape.count ? axis : try resolved(axis: axis, rank: shape.count)
        return [try x.reshaped(to: [try product(shape[..<first]), try product(shape[first...])])]
      }
    },
    OperatorDefinition("Squeeze", arity: 1...2, rows: .reshaping, prepare: squeeze),
    OperatorDefinition("Unsqueeze", arity: 1...2, rows: .reshaping, prepare: unsqueeze),
    OperatorDefinition(
      "Transpose", arity: 1...1,
      rows: .custom { context in
        try context.reader.integers("perm")?.first == 0 ? .apart(context.function) : .mixed
      }
    ) { node in
      let order = try node.integers("perm")
      return { inputs in
        let x = try inputs[0]
        return [try x.permuted(to: order ?? (0..<x.rank).reversed())]
      }
    },
    OperatorDefinition("Shape", arity: 1...1, rows: .custom(shapeRows), prepare: shape),
    OperatorDefinition("Size", arity: 1...1, rows: .custom(sizeRows)) { _ in
      { inputs in [try Tensor(try inputs[0].count)] }
    },
    OperatorDefinition("DepthToSpace", arity: 1...1, rows: .leading, prepare: depthToSpace),
    OperatorDefinition("SpaceToDepth", arity: 1...1, rows: .leading, prepare: spaceToDepth),
    OperatorDefinition("Dropout", arity: 1...3, rows: .leading, prepare: dropout),
  ]

  // MARK: Reshape

  /// Rows stay apart whatever the shape was made of, as long as that is not the rows themselves.
  private static func reshapeRows(_ context: RowContext) throws -> RowOutcome {
    try RowRule.reshaping.outcome(context)
  }

  private static func reshape(_ node: NodeReader) throws -> NodeFunction {
    let zeroIsZero = try node.flag("allowzero")
    if let shape = try node.constantIntegers(1) {
      if zeroIsZero || !shape.contains(0) {
        return { inputs in [try inputs[0].reshaped(to: shape)] }
      }
      return { inputs in
        let x = try inputs[0]
        return [try x.reshaped(to: try copyingZeros(shape, from: x.shape))]
      }
    }
    return { inputs in
      let x = try inputs[0]
      let shape = try inputs.integers(1)
      return [try x.reshaped(to: zeroIsZero ? shape : try copyingZeros(shape, from: x.shape))]
    }
  }

  /// A zero takes the length that the axis has in the input.
  private static func copyingZeros(_ shape: [Int], from input: [Int]) throws -> [Int] {
    try shape.enumerated().map { axis, length in
      guard length == 0 else { return length }
      guard axis < input.count else {
        throw NodeFault("the shape \(shape) copies axis \(axis) of \(input), which has none")
      }
      return input[axis]
    }
  }

  private static func squeeze(_ node: NodeReader) throws -> NodeFunction {
    let (axes, atRun) = try node.axes("axes", input: 1)
    return { inputs in
      let x = try inputs[0]
      let shape = x.shape
      let given = atRun ? try inputs.integers(1) : axes
      let dropped =
        try given.map { try resolved(axes: $0, rank: shape.count) }
        ?? shape.indices.filter { shape[$0] == 1 }
      guard dropped.allSatisfy({ shape[$0] == 1 }) else {
        throw NodeFault("axes \(dropped) of \(shape) are not all of length 1")
      }
      return [try x.reshaped(to: shape.indices.filter { !dropped.contains($0) }.map { shape[$0] })]
    }
  }

  private static func unsqueeze(_ node: NodeReader) throws -> NodeFunction {
    let (axes, atRun) = try node.axes("axes", input: 1)
    return { inputs in
      let x = try inputs[0]
      guard let given = atRun ? try inputs.integers(1) : axes else {
        throw NodeFault("the axes are missing")
      }
      let added = Set(try resolved(axes: given, rank: x.rank + given.count))
      var rest = x.shape[...]
      return [
        try x.reshaped(
          to: (0..<x.rank + given.count).map { added.contains($0) ? 1 : rest.popFirst() ?? 1 })
      ]
    }
  }

  // MARK: Shape as a value

  private static func shape(_ node: NodeReader) throws -> NodeFunction {
    let start = try node.integer("start", 0)
    let end = try node.integer("end")
    return { inputs in [try Tensor(part(of: try inputs[0].shape, start, end))] }
  }

  private static func part(of shape: [Int], _ start: Int, _ end: Int?) -> [Int] {
    func bound(_ place: Int) -> Int {
      min(max(place < 0 ? place + shape.count : place, 0), shape.count)
    }
    let (first, last) = (bound(start), end.map(bound) ?? shape.count)
    return first < last ? Array(shape[first..<last]) : []
  }

  /// The shape that a row alone has: the same for each.
  private static func shapeRows(_ context: RowContext) throws -> RowOutcome {
    let start = try context.reader.integer("start", 0)
    let end = try context.reader.integer("end")
    return .shared { inputs in
      [try Tensor(part(of: [1] + (try inputs[0].shape.dropFirst()), start, end))]
    }
  }

  private static func sizeRows(_ context: RowContext) throws -> RowOutcome {
    .shared { inputs in [try Tensor(try product(try inputs[0].shape.dropFirst()))] }
  }

  // MARK: Blocks

  private static func blockSize(_ node: NodeReader) throws -> Int {
    guard let size = try node.integer("blocksize"), size > 0, size <= 65_536 else {
      throw NodeFault("the attribute 'blocksize' is missing or out of range")
    }
    return size
  }

  /// Whether the channels of a block lie apart (depth, column, row) or together.
  private enum BlockOrder: String {
    case depthFirst = "DCR"
    case columnFirst = "CRD"
  }

  private static func depthToSpace(_ node: NodeReader) throws -> NodeFunction {
    let size = try blockSize(node)
    let order: BlockOrder = try node.choice("mode", .depthFirst)
    return { inputs in
      let x = try inputs[0]
      guard x.rank == 4, x.shape[1] % (size * size) == 0 else {
        throw NodeFault("the shape \(x.shape) does not divide into blocks of \(size) × \(size)")
      }
      let (rows, depth, height, width) = (
        x.shape[0], x.shape[1] / (size * size), x.shape[2], x.shape[3]
      )
      let parts =
        order == .depthFirst
        ? try x.reshaped(to: [rows, size, size, depth, height, width])
          .permuted(to: [0, 3, 4, 1, 5, 2])
        : try x.reshaped(to: [rows, depth, size, size, height, width])
          .permuted(to: [0, 1, 4, 2, 5, 3])
      return [try parts.reshaped(to: [rows, depth, height * size, width * size])]
    }
  }

  private static func spaceToDepth(_ node: NodeReader) throws -> NodeFunction {
    let size = try blockSize(node)
    let order: BlockOrder = try node.choice("mode", .depthFirst)
    let axes = order == .depthFirst ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]
    return { inputs in
      let x = try inputs[0]
      guard x.rank == 4, x.shape[2] % size == 0, x.shape[3] % size == 0 else {
        throw NodeFault("the shape \(x.shape) does not divide into blocks of \(size) × \(size)")
      }
      let (rows, depth, height, width) = (
        x.shape[0], x.shape[1], x.shape[2] / size, x.shape[3] / size
      )
      return [
        try x.reshaped(to: [rows, depth, height, size, width, size])
          .permuted(to: axes)
          .reshaped(to: [rows, depth * size * size, height, width])
      ]
    }
  }

  // MARK: Dropout

  /// In inference dropout is the identity, and its mask keeps everything.
  private static func dropout(_ node: NodeReader) throws -> NodeFunction {
    if node.hasInput(2) {
      guard try node.constantNumber(2) == 0 else {
        throw NodeFault("dropout is in training mode; export the model in evaluation mode")
      }
    }
    let maskIsBool = node.version >= 10
    let wantsMask = node.hasOutput(1)
    return { inputs in
      let x = try inputs[0]
      guard wantsMask else { return [x] }
      return [
        x, try .ones(x.shape, type: maskIsBool ? .bool : x.elementType, on: x.device),
      ]
    }
  }
}
