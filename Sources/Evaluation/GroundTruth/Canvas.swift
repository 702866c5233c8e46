// SPDX-License-Identifier: Apache-2.0

import Torch

/// A colour with whole samples, 0…255.
struct Ink: Equatable {
  var samples: [Int]

  init(_ samples: [Int]) { self.samples = samples }

  /// Drawn evenly from a range for each sample.
  static func random(_ range: ClosedRange<Int>, from random: inout PortableRandom) -> Ink {
    Ink((0..<3).map { _ in random.integer(range.lowerBound, range.upperBound) })
  }

  func distance(to other: Ink) -> Int {
    zip(samples, other.samples).reduce(0) { $0 + abs($1.0 - $1.1) }
  }
}

/// A small picture in whole samples: drawn with whole numbers alone, so that it is the same
/// everywhere.
struct Canvas {
  let side: Int
  /// `[3][side][side]`.
  private(set) var samples: [[Int]]

  init(side: Int) {
    self.side = side
    samples = [[Int]](repeating: [Int](repeating: 0, count: side * side), count: 3)
  }

  /// Paints where `covers` says so, at row and column.
  mutating func paint(_ ink: Ink, where covers: (Int, Int) -> Bool) {
    for place in 0..<side * side where covers(place / side, place % side) {
      for channel in 0..<3 { samples[channel][place] = ink.samples[channel] }
    }
  }

  /// Puts a smaller picture in.
  mutating func paste(_ other: Canvas, row: Int, column: Int) {
    for place in 0..<other.side * other.side {
      let target = (row + place / other.side) * side + column + place % other.side
      for channel in 0..<3 { samples[channel][target] = other.samples[channel][place] }
    }
  }

  /// Adds even noise to every sample.
  mutating func roughen(by width: Int, from random: inout PortableRandom) {
    for channel in 0..<3 {
      for place in 0..<side * side {
        let moved = samples[channel][place] + random.integer(-width, width)
        samples[channel][place] = min(max(moved, 0), 255)
      }
    }
  }

  /// The pictures as a model takes them, `[pictures, 3, side, side]`, float32, from 0 to 1.
  static func tensor(_ pictures: [Canvas]) throws -> Tensor {
    let side = pictures.first?.side ?? 0
    return try Tensor(
      pictures.flatMap { $0.samples.flatMap { $0.map { Float($0) / 255 } } },
      shape: [pictures.count, 3, side, side])
  }
}
