// SPDX-License-Identifier: Apache-2.0

import Torch

/// Which positions of a sequence a quantity is read at.
public enum PositionChoice: Sendable, Hashable {
  /// The same for all instances: counted from 0, or from the end of the axis where negative, −1 being
  /// the last.
  case at([Int])
  /// Those of each instance of the batch, likewise: where its mask stands, for one, or its last token,
  /// behind which others fill it up.
  case each([[Int]])

  /// The positions, one after another.
  ///
  /// - Parameter length: Of the axis.
  func places(
    of explained: ExplainedOutput, length: Int, for quantity: String
  ) throws -> [RowPlace] {
    switch self {
    case .at(let positions):
      return try Self.resolved(positions, length, quantity).map { .same($0) }
    case .each(let lists):
      let instances = Int(try explained.instance.max().number()) + 1
      guard instances <= lists.count else {
        throw QuantityError.positionCount(lists.count, instances: instances)
      }
      let resolved = try lists.map { try Self.resolved($0, length, quantity) }
      return try (0..<(resolved.map(\.count).max() ?? 0)).map { index in
        func rows(_ numbers: [Double]) throws -> Tensor {
          try Tensor(numbers).moved(to: explained.output.device).selecting(explained.instance)
        }
        let counts = resolved.map { index < $0.count ? 1.0 : 0 }
        let places = resolved.map { index < $0.count ? Double($0[index]) : 0 }
        return .own(
          try rows(places).converted(to: .int64),
          weights: counts.contains(0) ? try rows(counts) : nil)
      }
    }
  }

  private static func resolved(
    _ positions: [Int], _ length: Int, _ quantity: String
  ) throws -> [Int] {
    guard !positions.isEmpty else { throw QuantityError.noPositions(quantity: quantity) }
    return try positions.map { position in
      guard position >= -length, position < length else {
        throw QuantityError.position(position, length: length, quantity: quantity)
      }
      return position < 0 ? position + length : position
    }
  }

  var label: String {
    switch self {
    case .at(let positions): Self.list(positions)
    case .each(let lists) where lists.count == 1: Self.list(lists[0])
    case .each: "each instance's position"
    }
  }

  private static func list(_ positions: [Int]) -> String {
    positions.map(String.init).joined(separator: ", ")
  }
}

/// One place along an axis, for each row.
enum RowPlace {
  case same(Int)
  /// `[rows]`, int64, and how much each counts: 0 where an instance has fewer places than others.
  case own(Tensor, weights: Tensor? = nil)

  /// What stands there, without the axis.
  func entry(of output: Tensor, axis: Int) throws -> Tensor {
    switch self {
    case .same(let place): return try output.selected(place, axis: axis)
    case .own(let places, _):
      var shape = output.shape
      shape[axis] = 1
      let index = try places.alignedToRows(rank: shape.count).broadcast(to: shape)
      return try output.gathered(index, axis: axis).squeezed(axis: axis)
    }
  }

  /// A number for each row, as much as it counts.
  func weighted(_ values: Tensor) throws -> Tensor {
    guard case .own(_, let weights?) = self else { return values }
    return try values * weights.converted(like: values)
  }
}
