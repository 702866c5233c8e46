// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Numbers of the kinds that generators of instances draw, the same on every machine and with every
/// libtorch.
///
/// Every instance of a set draws from a stream of its own, so that it does not depend on how many there
/// are.
struct PortableRandom: RandomNumberGenerator {
  private var numbers: SeededNumbers

  /// - Parameter stream: Which of the seed's streams.
  init(seed: UInt64, stream: Int = 0) {
    numbers = SeededNumbers(seed: seed, stream: stream)
  }

  mutating func next() -> UInt64 { numbers.next() }

  /// 0 ≤ x < 1, a multiple of 2⁻⁵³.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

  /// 0 ≤ n < count; the remainder's bias is below count / 2⁶⁴.
  mutating func integer(below count: Int) -> Int { Int(next() % UInt64(count)) }

  /// From low to high, both included.
  mutating func integer(_ low: Int, _ high: Int) -> Int { low + integer(below: high - low + 1) }

  /// Normal, of mean 0 and deviation 1, by Box and Muller; the last digits are those of the C
  /// library's logarithm and cosine.
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// The numbers below `count` in random order.
  mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }
}
