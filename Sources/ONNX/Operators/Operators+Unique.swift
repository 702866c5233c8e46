// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Each different element, or slice along an axis, once.
  static let uniqueness: [OperatorDefinition] = [
    OperatorDefinition("Unique", since: 11, arity: 1...1, rows: .unknown) { node in
      let axis = try node.integer("axis")
      let isSorted = try node.flag("sorted", true)
      return { inputs in
        let given = try inputs[0]
        let x = axis == nil ? try given.reshaped(to: [-1]) : given
        let place = try resolved(axis: axis ?? 0, rank: x.rank)
        let groups = try groups(of: x, along: place, isSorted: isSorted)
        func column(_ numbers: [Int]) throws -> Tensor { try Tensor(numbers).moved(to: x.device) }
        return [
          try x.selecting(column(groups.first), axis: place), try column(groups.first),
          try column(groups.inverse), try column(groups.counts),
        ]
      }
    }
  ]

  /// Where each different slice comes first, which group each slice is in, and how large those are.
  private static func groups(
    of x: Tensor, along axis: Int, isSorted: Bool
  ) throws -> (first: [Int], inverse: [Int], counts: [Int]) {
    let count = x.shape[axis]
    let table = try x.transposed(0, axis).reshaped(
      to: [count, try product(x.shape) / max(count, 1)])
    let width = table.shape[1]
    // Whole numbers are compared as such: not all have a place among floating-point ones.
    let ranks: [Int] =
      x.elementType.isFloatingPoint ? ordered(try table.numbers()) : try table.integers()
    func slice(_ place: Int) -> ArraySlice<Int> { ranks[place * width..<(place + 1) * width] }
    let order = (0..<count).sorted { a, b in
      slice(a).lexicographicallyPrecedes(slice(b)) || (slice(a) == slice(b) && a < b)
    }
    var members: [[Int]] = []
    for place in order {
      if let last = members.last?.first, slice(last) == slice(place) {
        members[members.count - 1].append(place)
      } else {
        members.append([place])
      }
    }
    if !isSorted { members.sort { ($0.first ?? 0) < ($1.first ?? 0) } }
    var inverse = [Int](repeating: 0, count: count)
    for (group, places) in members.enumerated() {
      for place in places { inverse[place] = group }
    }
    return (members.compactMap(\.first), inverse, members.map(\.count))
  }

  /// Whole numbers in the order of the numbers, equal where those are; NaN equals itself, and comes
  /// last.
  private static func ordered(_ numbers: [Double]) -> [Int] {
    numbers.map { number in
      if number.isNaN { return .max }
      let bits = Int(bitPattern: UInt((number == 0 ? 0 : number).bitPattern))
      return bits >= 0 ? bits : .min - bits
    }
  }
}
