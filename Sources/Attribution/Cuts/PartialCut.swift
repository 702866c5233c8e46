// SPDX-License-Identifier: Apache-2.0

import Torch

/// A part of another cut's activation: a channel, a token, a range.
///
/// The rest is held.
public struct PartialCut: Cut {
  public let base: any Cut
  /// The axis from which the part is taken; axis 0 has the rows.
  public let axis: Int
  /// The places that are taken; the axis stays.
  public let range: Range<Int>

  /// - Precondition: `axis ≠ 0`, and `range` is not empty.
  public init(of base: any Cut, axis: Int, range: Range<Int>) {
    precondition(axis != 0, "axis 0 has the rows: choose instances by what is fed")
    precondition(!range.isEmpty, "a part has at least one place, and \(range) has none")
    self.base = base
    self.axis = axis
    self.range = range
  }

  public var name: String {
    let places = range.count == 1 ? "\(range.lowerBound)" : "\(range)"
    return "\(base.name)[axis \(axis): \(places)]"
  }

  public func places(in model: any Model) throws -> [Place] {
    let places = try base.places(in: model)
    guard places.count == 1 else {
      throw CutError.severalTensors(cut: base.name, places: places.map(\.description))
    }
    return places
  }

  public func read(_ values: [Tensor]) throws -> [Tensor] {
    try base.read(values).map { value in
      try checkPart(of: value.shape)
      return try value.sliced(axis: axis, from: range.lowerBound, to: range.upperBound)
    }
  }

  public func write(_ part: [Tensor], into values: [Tensor]) throws -> [Tensor] {
    let whole = try base.read(values)
    let changed = try zip(part, whole).map { part, value in
      try value.replacingSlice(part, axis: axis, from: range.lowerBound, to: range.upperBound)
    }
    return try base.write(changed, into: values)
  }

  private func checkPart(of shape: [Int]) throws {
    let resolved = axis < 0 ? axis + shape.count : axis
    guard resolved > 0, resolved < shape.count else {
      throw CutError.part("axis \(axis)", shape: shape)
    }
    guard range.lowerBound >= 0, range.upperBound <= shape[resolved] else {
      throw CutError.part("places \(range) on axis \(axis)", shape: shape)
    }
  }
}

extension Cut where Self == PartialCut {
  /// One channel (axis 1) of a cut.
  public static func channel(_ index: Int, of cut: any Cut) -> PartialCut {
    PartialCut(of: cut, axis: 1, range: index..<index + 1)
  }
  /// Channels (axis 1) of a cut.
  public static func channels(_ range: Range<Int>, of cut: any Cut) -> PartialCut {
    PartialCut(of: cut, axis: 1, range: range)
  }
  /// One token of a `[rows, tokens, …]` cut.
  public static func token(_ index: Int, of cut: any Cut) -> PartialCut {
    PartialCut(of: cut, axis: 1, range: index..<index + 1)
  }
  /// Places of any axis of a cut.
  public static func part(of cut: any Cut, axis: Int, range: Range<Int>) -> PartialCut {
    PartialCut(of: cut, axis: axis, range: range)
  }
}
