// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Changes of shape that keep every element.
  static let shapes: [OperatorDefinition] = [
    reshaping("Reshape", arity: 2...2, shape: newShape),
    reshaping("Flatten", arity: 1...1) { node in
      let axis = try node.integer("axis", 1)
      return { shape, _ in
        let first = axis == shape.count ? axis : try resolved(axis: axis, rank: shape.count)
        return [try product(shape[..<first]), try product(shape[first...])]
      }
    },
    reshaping("Squeeze", arity: 1...2, shape: squeezedShape),
    reshaping("Unsqueeze", arity: 1...2, shape: unsqueezedShape),
    OperatorDefinition("Transpose", arity: 1...1, rows: .custom(transpositionRows)) { node in
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
    OperatorDefinition("Dropout", since: 7, arity: 1...3, rows: .leading, prepare: dropout),
  ]

  // MARK: Reshape

  private static func reshaping(
    _ name: String, arity: ClosedRange<Int>,
    shape prepare: @escaping @Sendable (NodeReader) throws -> ShapeFunction
  ) -> OperatorDefinition {
    OperatorDefinition(name, arity: arity, rows: .reshaping(prepare)) { node in
      let newShape = try prepare(node)
      return { inputs in
        let x = try inputs[0]
        return [try x.reshaped(to: try newShape(x.shape, inputs))]
      }
    }
  }

  private static func newShape(_ node: NodeReader) throws -> ShapeFunction {
    let zeroIsZero = try node.flag("allowzero")
    let constantShape = try node.constantIntegers(1)
    return { shape, inputs in
      let wanted = try constantShape ?? inputs.integers(1)
      return try filledIn(zeroIsZero ? wanted : try copyingZeros(wanted, from: shape), shape)
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

  /// A −1 takes what the other axes leave.
  private static func filledIn(_ shape: [Int], _ input: [Int]) throws -> [Int] {
    let count = try product(input)
    guard let open = shape.firstIndex(of: -1) else {
      guard shape.allSatisfy({ $0 >= 0 }), try product(shape) == count else {
        throw NodeFault("the shape \(input) does not become \(shape)")
      }
      return shape
    }
    var filled = shape
    filled[open] = 1
    let rest = try product(filled)
    guard filled.allSatisfy({ $0 >= 0 }), rest > 0, count % rest == 0 else {
      throw NodeFault("the shape \(input) does not become \(shape)")
    }
    filled[open] = count / rest
    return filled
  }

  private static func squeezedShape(_ node: NodeReader) throws -> ShapeFunction {
    let (axes, atRun) = try node.axes("axes", input: 1)
    return { shape, inputs in
      let given = atRun ? try inputs.integers(1) : axes
      let dropped =
        try given.map { try resolved(axes: $0, rank: shape.count) }
        ?? shape.indices.filter { shape[$0] == 1 }
      guard dropped.allSatisfy({ shape[$0] == 1 }) else {
        throw NodeFault("axes \(dropped) of \(shape) are not all of length 1")
      }
      return shape.indices.filter { !dropped.contains($0) }.map { shape[$0] }
    }
  }

  private static func unsqueezedShape(_ node: NodeReader) throws -> ShapeFunction {
    let (axes, atRun) = try node.axes("axes", input: 1)
    return { shape, inputs in
      guard let given = atRun ? try inputs.integers(1) : axes else {
        throw NodeFault("the axes are missing")
      }
      let rank = shape.count + given.count
      let added = Set(try resolved(axes: given, rank: rank))
      var rest = shape[...]
      return (0..<rank).map { added.contains($0) ? 1 : rest.popFirst() ?? 1 }
    }
  }

  private static func transpositionRows(_ context: RowContext) throws -> RowOutcome {
    let rank = context.input(0)?.shape.count ?? 0
    let order = try context.reader.integers("perm") ?? Array((0..<rank).reversed())
    if context.isMerged, order.first == 0 { return .apart(context.function) }
    return .stacked { inputs in [try inputs[0].permuted(to: [0] + order.map { $0 + 1 })] }
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
    let shape = context.input(0)?.shape ?? []
    return .shared { _ in [try Tensor(part(of: shape, start, end))] }
  }

  private static func sizeRows(_ context: RowContext) throws -> RowOutcome {
    let shape = context.input(0)?.shape ?? []
    return .shared { _ in [try Tensor(try product(shape))] }
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
