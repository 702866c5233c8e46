// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let slice = Operator("aten::slice", "Tensor")
  static let select = Operator("aten::select", "int")
  static let indexSelect = Operator("aten::index_select")
  static let gather = Operator("aten::gather")
  static let scatter = Operator("aten::scatter", "src")
  static let scatterAdd = Operator("aten::scatter_add")
  static let scatterReduce = Operator("aten::scatter", "reduce")
  static let index = Operator("aten::index", "Tensor")
  static let indexPut = Operator("aten::index_put")
  static let maskedFill = Operator("aten::masked_fill", "Scalar")
  static let nonzero = Operator("aten::nonzero")
  static let sliceScatter = Operator("aten::slice_scatter")
  static let embedding = Operator("aten::embedding")
  static let oneHot = Operator("aten::one_hot")
}

/// One entry of `tensor[…]`: what is taken of one axis.
public protocol TensorIndex: Sendable {
  var position: TensorPosition { get }
}

/// What an index does to the axes of a tensor.
public enum TensorPosition: Sendable {
  /// One place; the axis goes.
  case place(Int)
  /// The places from `start`, before `end` (`nil`: to the end), `step` apart.
  case range(start: Int, end: Int?, step: Int)
  /// As many whole axes as the other indices leave over.
  case wholeAxes
  /// A new axis of length 1.
  case addedAxis
}

extension TensorPosition: TensorIndex { public var position: TensorPosition { self } }

extension TensorIndex where Self == TensorPosition {
  /// A whole axis.
  public static var all: TensorPosition { .range(start: 0, end: nil, step: 1) }
  /// As many whole axes as the other indices leave over.
  public static var ellipsis: TensorPosition { .wholeAxes }
  /// A new axis of length 1.
  public static var newAxis: TensorPosition { .addedAxis }
  /// Every `step`-th place, from `start` on.
  public static func every(_ step: Int, from start: Int = 0) -> TensorPosition {
    .range(start: start, end: nil, step: step)
  }
}

extension Int: TensorIndex { public var position: TensorPosition { .place(self) } }
extension Range<Int>: TensorIndex {
  public var position: TensorPosition {
    .range(start: lowerBound, end: end(before: upperBound, from: lowerBound), step: 1)
  }
}
extension ClosedRange<Int>: TensorIndex {
  public var position: TensorPosition {
    let next = upperBound == .max ? upperBound : upperBound + 1
    return .range(start: lowerBound, end: end(before: next, from: lowerBound), step: 1)
  }
}
extension PartialRangeThrough<Int>: TensorIndex {
  public var position: TensorPosition {
    .range(start: 0, end: upperBound == -1 || upperBound == .max ? nil : upperBound + 1, step: 1)
  }
}
extension PartialRangeFrom<Int>: TensorIndex {
  public var position: TensorPosition { .range(start: lowerBound, end: nil, step: 1) }
}
extension PartialRangeUpTo<Int>: TensorIndex {
  public var position: TensorPosition { .range(start: 0, end: upperBound, step: 1) }
}

/// Where a range of places ends; behind place −1 comes the end of the axis, not place 0.
private func end(before upperBound: Int, from lowerBound: Int) -> Int? {
  upperBound == 0 && lowerBound < 0 ? nil : upperBound
}

extension Tensor {
  /// Takes a part: `try x[0]`, `try x[.all, 2..<5]`, `try x[.ellipsis, .newAxis]`.
  ///
  /// Places and range ends may count from the end with negative numbers, so that `-2...-1` is the
  /// last two. Ranges are cut at the axis. A view: nothing is copied.
  ///
  /// - Throws: ``TorchError`` for a place that is not there, more indices than axes, two ellipses.
  public subscript(indices: any TensorIndex...) -> Tensor {
    get throws {
      let positions = indices.map(\.position)
      let consumed = positions.count { position in
        switch position {
        case .place, .range: true
        case .wholeAxes, .addedAxis: false
        }
      }
      let ellipses = positions.count { if case .wholeAxes = $0 { true } else { false } }
      guard ellipses <= 1 else {
        throw TorchError(
          operation: "index", shapes: [shape], message: "only one ellipsis has a meaning")
      }
      guard consumed <= rank else {
        throw TorchError(
          operation: "index", shapes: [shape], message: "\(consumed) indices for \(rank) axes")
      }
      var result = self
      var axis = 0
      for position in positions {
        switch position {
        case .place(let place): result = try result.selected(place, axis: axis)
        case .range(start: 0, end: nil, step: 1): axis += 1
        case .range(let start, let end, let step):
          result = try result.sliced(axis: axis, from: start, to: end, by: step)
          axis += 1
        case .wholeAxes: axis += rank - consumed
        case .addedAxis:
          result = try result.unsqueezed(axis: axis)
          axis += 1
        }
      }
      return result
    }
  }

  /// The places from `start` before `end` of an axis, `step` apart; ends past the axis are cut.
  ///
  /// - Precondition: `step > 0`.
  public func sliced(
    axis: Int, from start: Int = 0, to end: Int? = nil, by step: Int = 1
  ) throws -> Tensor {
    precondition(step > 0, "slices go forward, not by \(step)")
    return try Operators.slice(
      .tensor(self), .integer(axis), .integer(Self.tame(start)), .optional(end.map(Self.tame)),
      .integer(step))
  }

  /// Files mean "before everything" by the least integers, which libtorch takes for symbols of its
  /// own.
  private static func tame(_ place: Int) -> Int { Swift.max(place, -(1 << 61)) }

  /// One place of an axis; the axis goes.
  public func selected(_ place: Int, axis: Int) throws -> Tensor {
    try Operators.select(.tensor(self), .integer(axis), .integer(place))
  }

  /// The places `indices` (int64, one axis) of an axis, in that order.
  public func selecting(_ indices: Tensor, axis: Int = 0) throws -> Tensor {
    try Operators.indexSelect(.tensor(self), .integer(axis), .tensor(indices))
  }

  /// Takes along `axis` the place that `indices` (int64, of the same rank) names for each element.
  public func gathered(_ indices: Tensor, axis: Int) throws -> Tensor {
    try Operators.gather(.tensor(self), .integer(axis), .tensor(indices))
  }

  /// How scattered values meet those that are there.
  public enum Scattering: Sendable {
    case replacing
    case adding
    case multiplying
  }

  /// Writes `values` along `axis` to the places that `indices` (int64) names, into a copy.
  public func scattered(
    _ values: Tensor, at indices: Tensor, axis: Int, _ how: Scattering = .replacing
  ) throws -> Tensor {
    switch how {
    case .replacing:
      try Operators.scatter(.tensor(self), .integer(axis), .tensor(indices), .tensor(values))
    case .adding:
      try Operators.scatterAdd(.tensor(self), .integer(axis), .tensor(indices), .tensor(values))
    case .multiplying:
      try Operators.scatterReduce(
        .tensor(self), .integer(axis), .tensor(indices), .tensor(values), .text("multiply"))
    }
  }

  /// Takes by several index tensors at once, which broadcast against each other; `nil` keeps an axis.
  public func taking(_ indices: [Tensor?]) throws -> Tensor {
    try Operators.index(.tensor(self), .tensors(indices))
  }

  /// Writes `values` where ``taking(_:)`` with the same indices would read, into a copy.
  public func putting(
    _ values: Tensor, at indices: [Tensor?], accumulating: Bool = false
  ) throws -> Tensor {
    try Operators.indexPut(
      .tensor(self), .tensors(indices), .tensor(values), .boolean(accumulating))
  }

  /// Writes `values` where ``sliced(axis:from:to:by:)`` with the same arguments would read, into a
  /// copy.
  public func replacingSlice(
    _ values: Tensor, axis: Int, from start: Int = 0, to end: Int? = nil, by step: Int = 1
  ) throws -> Tensor {
    try Operators.sliceScatter(
      .tensor(self), .tensor(values), .integer(axis), .integer(Self.tame(start)),
      .optional(end.map(Self.tame)), .integer(step))
  }

  /// `value` where `mask` (bool, broadcasts) holds.
  public func filled(with value: Double, where mask: Tensor) throws -> Tensor {
    try Operators.maskedFill(
      .tensor(self), .tensor(mask), elementType.exactly(value, for: "filled"))
  }

  /// The indices of elements that are not 0, `[count, rank]`, int64.
  public func indicesOfNonzero() throws -> Tensor { try Operators.nonzero(.tensor(self)) }

  /// The rows of this `[entries, …]` table that `ids` (int64 or int32) names.
  public func embedded(_ ids: Tensor) throws -> Tensor {
    try Operators.embedding(.tensor(self), .tensor(ids))
  }

  /// 1 at the place that each element names, on a new last axis of length `classes`: int64.
  public func oneHot(classes: Int) throws -> Tensor {
    try Operators.oneHot(.tensor(self), .integer(classes))
  }
}
