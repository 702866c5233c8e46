// SPDX-License-Identifier: Apache-2.0

import Torch

/// Values of any shapes as one tensor, `[rows, numbers of all]`, those of each cut behind those of the
/// cut ahead of it.
///
/// A slice ends in one tensor. With this it may end in several outputs of a network, and a quantity may
/// be of all of them: with `[rows, 4]` of classes and `[rows, 1]` of a size, `.value(2)` is class 2 and
/// `.value(4)` the size. ``StackedCut`` is for outputs of one shape.
public struct SideBySideCut: Cut {
  public let cuts: [any Cut]

  /// - Precondition: There is a cut.
  public init(_ cuts: [any Cut]) {
    precondition(!cuts.isEmpty, "at least one cut is read")
    self.cuts = cuts
  }

  public var name: String { cuts.map(\.name).joined(separator: ", ") }

  public func places(in model: any Model) throws -> [Place] {
    try JointCut(cuts).places(in: model)
  }

  public func read(_ values: [Tensor]) throws -> [Tensor] {
    let parts = try JointCut(cuts).read(values)
    let rows = try parts.map { try $0.converted(like: parts[0]).reshaped(to: [$0.shape[0], -1]) }
    return [try .concatenated(rows, axis: 1)]
  }

  public func write(_ part: [Tensor], into values: [Tensor]) throws -> [Tensor] {
    let parts = try JointCut(cuts).read(values)
    let widths = parts.map { $0.shape.dropFirst().reduce(1, *) }
    guard let whole = part.first, part.count == 1, whole.rank == 2,
      whole.shape[1] == widths.reduce(0, +)
    else {
      throw CutError.part("axis of \(widths.reduce(0, +))", shape: part.first?.shape ?? [])
    }
    var start = 0
    let written = try zip(parts, widths).map { own, width in
      defer { start += width }
      return try whole.sliced(axis: 1, from: start, to: start + width)
        .reshaped(to: [whole.shape[0]] + own.shape.dropFirst())
    }
    return try JointCut(cuts).write(written, into: values)
  }
}

extension Cut where Self == SideBySideCut {
  /// Several cuts as one tensor, `[rows, numbers of all]`.
  public static func sideBySide(_ cuts: any Cut...) -> SideBySideCut { SideBySideCut(cuts) }
}
