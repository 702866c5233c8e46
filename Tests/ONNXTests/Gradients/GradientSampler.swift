// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import ONNX

/// Draws shapes, numbers and attributes for cases of one operator.
struct GradientSampler {
  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &generator)
  }

  mutating func flag() -> Bool { Bool.random(using: &generator) }

  mutating func pick<Choice>(_ choices: Choice...) -> Choice {
    choices[integer(0...choices.count - 1)]
  }

  mutating func number(_ range: ClosedRange<Double>) -> Double {
    Double.random(in: range, using: &generator)
  }

  /// A number that a float32 attribute holds without rounding.
  mutating func parameter(_ range: ClosedRange<Double>) -> Attribute {
    .float(Float((number(range) * 64).rounded() / 64))
  }

  mutating func shape(_ ranks: ClosedRange<Int> = 1...4, _ lengths: ClosedRange<Int> = 1...4)
    -> [Int]
  {
    (0..<integer(ranks)).map { _ in integer(lengths) }
  }

  /// An axis, counted from either end.
  mutating func axis(_ rank: Int) -> Int { integer(-rank...rank - 1) }

  /// A shape that broadcasts to another.
  mutating func narrower(_ shape: [Int]) -> [Int] {
    shape.dropFirst(integer(0...shape.count)).map { flag() ? $0 : 1 }
  }

  mutating func tensor(_ shape: [Int], _ range: ClosedRange<Double> = -2...2) throws -> Tensor {
    try Tensor((0..<shape.reduce(1, *)).map { _ in number(range) }, shape: shape)
  }

  /// Numbers no nearer to any of `kinks` than 0.02.
  mutating func tensor(
    _ shape: [Int], _ range: ClosedRange<Double> = -2...2, awayFrom kinks: [Double]
  ) throws -> Tensor {
    let numbers = (0..<shape.reduce(1, *)).map { _ -> Double in
      var draw = number(range)
      while kinks.contains(where: { abs($0 - draw) < 0.02 }) { draw = number(range) }
      return draw
    }
    return try Tensor(numbers, shape: shape)
  }

  /// Numbers of which no two are nearer to each other than 0.05.
  mutating func distinct(_ shape: [Int]) throws -> Tensor {
    let count = shape.reduce(1, *)
    let places = (0..<count).map { Double($0) - Double(count) / 2 }.shuffled(using: &generator)
    return try Tensor(places.map { 0.1 * $0 + number(0...0.05) }, shape: shape)
  }

  mutating func integers(_ shape: [Int], _ range: ClosedRange<Int>) throws -> Tensor {
    try Tensor((0..<shape.reduce(1, *)).map { _ in integer(range) }, shape: shape)
  }

  mutating func truths(_ shape: [Int]) throws -> Tensor {
    try Tensor((0..<shape.reduce(1, *)).map { _ in flag() }, shape: shape)
  }
}

extension Attribute {
  static func ints(_ numbers: [Int]) -> Attribute { .ints(numbers.map(Int64.init)) }
  static func int(_ number: Int) -> Attribute { .int(Int64(number)) }
  static func flag(_ flag: Bool) -> Attribute { .int(flag ? 1 : 0) }
}
