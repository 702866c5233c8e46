// SPDX-License-Identifier: Apache-2.0

import Torch

/// Values of one shape as one tensor, along a last axis of its own: `[rows, …]` from each of two cuts
/// is `[rows, …, 2]`.
///
/// A slice ends in one tensor. With this it may end in several outputs, such as the starts and ends of
/// spans (``SpanScore``).
public struct StackedCut: Cut {
  public let cuts: [any Cut]

  /// - Precondition: There is a cut.
  public init(_ cuts: [any Cut]) {
    precondition(!cuts.isEmpty, "at least one cut is stacked")
    self.cuts = cuts
  }

  public var name: String { cuts.map(\.name).joined(separator: " beside ") }

  public func places(in model: any Model) throws -> [Place] {
    try JointCut(cuts).places(in: model)
  }

  public func read(_ values: [Tensor]) throws -> [Tensor] {
    let parts = try JointCut(cuts).read(values)
    if let other = parts.first(where: { $0.shape != parts[0].shape }) {
      throw CutError.unequal(cut: name, parts[0].shape, other.shape)
    }
    return [try .stacked(parts, axis: -1)]
  }

  public func write(_ part: [Tensor], into values: [Tensor]) throws -> [Tensor] {
    guard let whole = part.first, part.count == 1, whole.rank > 1,
      whole.shape.last == cuts.count
    else { throw CutError.part("last axis of \(cuts.count)", shape: part.first?.shape ?? []) }
    let parts = try cuts.indices.map { try whole.selected($0, axis: whole.rank - 1) }
    return try JointCut(cuts).write(parts, into: values)
  }
}

extension Cut where Self == StackedCut {
  /// Several cuts of one shape as one tensor, with a last axis for them.
  public static func stacked(_ cuts: any Cut...) -> StackedCut { StackedCut(cuts) }
}
