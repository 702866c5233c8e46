// SPDX-License-Identifier: Apache-2.0

/// Where the rows of an operation's result lie, for a shape that it has; nil where that is not known.
///
/// It must hold that computing all rows at once is computing each end by itself.
typealias RowMap = @Sendable (_ call: SecantCall, _ shape: [Int]) throws -> CellRows?

enum RowMaps {
  static let unknown: RowMap = { _, _ in nil }

  /// The first argument's own rows on the first axis, each looked at apart; what else there is must
  /// repeat where its rank is that of the first argument, unless it is the weight of a layer.
  static func leading(besides others: Int...) -> RowMap {
    { call, shape in
      guard let rows = call.ownRows, rows.axis == 0, let tensor = call.tensors.first,
        shape.first == tensor.shape[0]
      else { return nil }
      for place in others {
        guard let other = call.optionalTensor(place) else { continue }
        guard other.shape[0] == tensor.shape[0], try other.repeats(rows) else { return nil }
      }
      return rows
    }
  }

  /// Batches of matrices: the last two axes are mixed, all others stay.
  static let batches: RowMap = { call, shape in
    guard let rows = call.ownRows, let tensor = call.tensors.first, rows.axis < tensor.rank - 2,
      shape.count >= tensor.rank - 2, shape[rows.axis] == tensor.shape[rows.axis]
    else { return nil }
    return rows
  }

  /// Images in a batch, `[batch, channels, …]`, under the weights of the second argument.
  static let convolved: RowMap = { call, shape in
    let x = try call.tensor(0)
    guard try x.rank == call.tensor(1).rank, !call.isFollowed(1), !call.isFollowed(2) else {
      return nil
    }
    return try leading()(call, shape)
  }

  /// Windows along an axis, whose elements lie on a new last one.
  static let windows: RowMap = { call, shape in
    guard let rows = call.ownRows, let tensor = call.tensors.first,
      var axis = call.integers(1).first
    else { return nil }
    if axis < 0 { axis += tensor.rank }
    return axis == rows.axis ? nil : rows
  }

  /// Indexing by plain tensors along other axes.
  static let indexed: RowMap = { call, shape in
    guard let tensor = call.tensors.first, tensor.secant != nil, call.followed.count == 1,
      let rows = tensor.secant?.rows, case .tensors(let list)? = call.arguments.dropFirst().first
    else { return nil }
    let places = list.indices.filter { list[$0] != nil }
    let indices = list.compactMap { $0 }
    guard let first = places.first, let last = places.last, !places.contains(rows.axis),
      indices.allSatisfy({ $0.elementType == .int64 || $0.elementType == .int32 })
    else { return nil }
    let added = indices.map(\.rank).max() ?? 0
    // Indices that stand beside each other put their axes where they are, others ahead of all.
    let isBlock = last - first == places.count - 1
    let keptAhead = rows.axis - places.count { $0 < rows.axis }
    let axis = isBlock && rows.axis < first ? keptAhead : keptAhead + added
    return CellRows(axis: axis, stride: rows.stride)
  }

  /// Broadcasting: axes are aligned at the last one.
  static let aligned: RowMap = { call, shape in
    var found: CellRows?
    for tensor in call.followed {
      guard var rows = tensor.secant?.rows else { return nil }
      let length = tensor.shape[rows.axis]
      rows.axis += shape.count - tensor.rank
      guard rows.axis >= 0, shape[rows.axis] == length, found == nil || found == rows else {
        return nil
      }
      found = rows
    }
    guard let found, try call.plainTensorsRepeat(found, in: shape) else { return nil }
    return found
  }

  /// All elements stay in their order.
  static let order: RowMap = { call, shape in
    guard let tensor = call.followed.first, let rows = tensor.secant?.rows else { return nil }
    let old = tensor.shape
    let ahead = old[..<rows.axis].reduce(1, *)
    let step = rows.stride * old[(rows.axis + 1)...].reduce(1, *)
    for axis in shape.indices where shape[..<axis].reduce(1, *) == ahead && shape[axis] != 1 {
      let behind = shape[(axis + 1)...].reduce(1, *)
      guard behind > 0, step % behind == 0, step / behind <= shape[axis] else { return nil }
      return CellRows(axis: axis, stride: step / behind)
    }
    return nil
  }

  static let permuted: RowMap = { call, _ in
    guard let tensor = call.followed.first, var rows = tensor.secant?.rows else { return nil }
    let order = call.integers(1).map { $0 < 0 ? $0 + tensor.rank : $0 }
    guard let axis = order.firstIndex(of: rows.axis) else { return nil }
    rows.axis = axis
    return rows
  }

  static let transposed: RowMap = { call, _ in
    guard let tensor = call.followed.first, var rows = tensor.secant?.rows else { return nil }
    let axes = (call.integers(1) + call.integers(2)).map { $0 < 0 ? $0 + tensor.rank : $0 }
    guard axes.count == 2 else { return nil }
    if rows.axis == axes[0] {
      rows.axis = axes[1]
    } else if rows.axis == axes[1] {
      rows.axis = axes[0]
    }
    return rows
  }

  /// Works along the axes in an argument, and alike at all places of the others, which stay.
  ///
  /// - Parameter keeps: Which argument tells whether those axes stay, too; nil where they always do.
  static func along(_ place: Int, keeps: Int? = nil) -> RowMap {
    { call, shape in
      guard let tensor = call.followed.first, var rows = try call.commonRows() else { return nil }
      let axes = Set(call.integers(place).map { $0 < 0 ? $0 + tensor.rank : $0 })
      guard !axes.isEmpty, !axes.contains(rows.axis) else { return nil }
      let length = tensor.shape[rows.axis]
      if shape.count != tensor.rank {
        guard let keeps, !call.flag(keeps), shape.count == tensor.rank - axes.count else {
          return nil
        }
        rows.axis -= axes.count { $0 < rows.axis }
      }
      return shape[rows.axis] == length ? rows : nil
    }
  }

  /// Works along one axis, which stays.
  static func along(axis: Int) -> RowMap {
    { call, _ in
      guard let rows = try call.commonRows(), rows.axis != axis else { return nil }
      return rows
    }
  }

  /// A part of an axis, or all of it.
  static let sliced: RowMap = { call, shape in
    guard let tensor = call.followed.first, let rows = tensor.secant?.rows,
      shape[rows.axis] == tensor.shape[rows.axis]
    else { return nil }
    return rows
  }

  /// One place of an axis, which goes.
  static let selected: RowMap = { call, _ in
    guard let tensor = call.followed.first, var rows = tensor.secant?.rows,
      var axis = call.integers(1).first
    else { return nil }
    if axis < 0 { axis += tensor.rank }
    guard axis != rows.axis else { return nil }
    if axis < rows.axis { rows.axis -= 1 }
    return rows
  }

  /// Matrix products: all axes but the last two are aligned; the first factor's rows may lie on its
  /// last but one.
  static let matrices: RowMap = { call, shape in
    let a = try call.tensor(0)
    let b = try call.tensor(1)
    if a.secant != nil, b.secant == nil, let rows = a.secant?.rows, rows.axis < a.rank - 1,
      b.rank <= 2, shape.count == a.rank - (b.rank == 1 ? 1 : 0)
    {
      return rows
    }
    guard a.rank >= (a.secant == nil ? 2 : 3), b.rank >= (b.secant == nil ? 2 : 3),
      let rows = try aligned(call, shape), rows.axis < shape.count - 2
    else { return nil }
    return rows
  }

  /// Einstein's convention: the axis of the rows keeps its letter.
  static let contracted: RowMap = { call, shape in
    guard case .text(let equation)? = call.arguments.first,
      case .tensors(let list)? = call.arguments.dropFirst().first
    else { return nil }
    let sides = equation.filter { $0 != " " }.split(
      separator: ">", omittingEmptySubsequences: false)
    guard sides.count == 2, sides[0].hasSuffix("-"), !equation.contains(".") else { return nil }
    let terms = sides[0].dropLast().split(separator: ",", omittingEmptySubsequences: false)
      .map(Array.init)
    let tensors = list.compactMap { $0 }
    guard terms.count == tensors.count, zip(terms, tensors).allSatisfy({ $0.count == $1.rank }),
      let first = tensors.firstIndex(where: { $0.secant != nil }),
      let rows = tensors[first].secant?.rows, case let letter = terms[first][rows.axis],
      let axis = sides[1].firstIndex(of: letter)
    else { return nil }
    for (term, tensor) in zip(terms, tensors) {
      let axes = term.indices.filter { term[$0] == letter }
      if tensor.secant != nil {
        guard axes.count == 1, let own = tensor.secant?.rows, own.axis == axes[0],
          own.stride == rows.stride
        else { return nil }
      } else {
        for axis in axes {
          guard try tensor.repeats(CellRows(axis: axis, stride: rows.stride)) else { return nil }
        }
      }
    }
    return CellRows(
      axis: sides[1].distance(from: sides[1].startIndex, to: axis), stride: rows.stride)
  }

  /// Padding: pairs for the last axes, the last one first.
  static let padded: RowMap = { call, _ in
    guard let tensor = call.followed.first, let rows = tensor.secant?.rows else { return nil }
    let pads = call.integers(1)
    let place = 2 * (tensor.rank - 1 - rows.axis)
    guard place >= pads.count || (pads[place] == 0 && pads[place + 1] == 0) else { return nil }
    return rows
  }

  static let tiled: RowMap = { call, shape in
    guard let tensor = call.followed.first, var rows = tensor.secant?.rows else { return nil }
    let length = tensor.shape[rows.axis]
    rows.axis += shape.count - tensor.rank
    return shape[rows.axis] == length ? rows : nil
  }

  static let stacked: RowMap = { call, shape in
    guard var rows = try call.commonRows(), var axis = call.integers(1).first else { return nil }
    if axis < 0 { axis += shape.count }
    if axis <= rows.axis { rows.axis += 1 }
    return rows
  }
}

extension SecantCall {
  /// The rows of the first argument, where it alone is followed.
  fileprivate var ownRows: CellRows? {
    guard followed.count == 1, let first = tensors.first else { return nil }
    return first.secant?.rows
  }

  /// The rows that all followed tensors have, where the plain ones of their rank repeat there.
  fileprivate func commonRows() throws -> CellRows? {
    guard let first = followed.first, let rows = first.secant?.rows,
      followed.allSatisfy({ $0.secant?.rows == rows && $0.rank == first.rank })
    else { return nil }
    let length = first.shape[rows.axis]
    for tensor in tensors where tensor.rank == first.rank {
      guard tensor.shape[rows.axis] == length, try tensor.secant != nil || tensor.repeats(rows)
      else { return nil }
    }
    return rows
  }

  /// Whether tensors that are not followed are the same at both ends of each way.
  fileprivate func plainTensorsRepeat(_ rows: CellRows, in shape: [Int]) throws -> Bool {
    for tensor in tensors where tensor.secant == nil {
      let axis = rows.axis - (shape.count - tensor.rank)
      guard axis >= 0 else { continue }
      guard try tensor.repeats(CellRows(axis: axis, stride: rows.stride)) else { return false }
    }
    return true
  }
}

extension Tensor {
  /// Whether the numbers are the same `stride` places further on.
  fileprivate func repeats(_ rows: CellRows) throws -> Bool {
    let length = shape[rows.axis]
    guard length > rows.stride else { return true }
    return try withoutRecording {
      let start = try near.sliced(axis: rows.axis, to: length - rows.stride)
      return try start.hasSameElements(as: near.sliced(axis: rows.axis, from: rows.stride))
    }
  }
}
