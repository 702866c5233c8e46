// SPDX-License-Identifier: Apache-2.0

/// How often the mean of paired differences would be as far from 0 if each difference had either sign
/// with the same chance.
///
/// That is what holds where two configurations are alike and the instances are apart: it asks for no
/// normal distribution, and is about the very mean that is reported (Fisher 1935).
public enum SignFlipTest {
  /// Differences up to which every pattern of signs is tried: 2¹⁵ of them, by symmetry.
  static let mostEnumerated = 16

  /// The two-sided p-value, exact for up to 16 differences that are not 0, and else by drawing
  /// patterns of signs, the observed one counted with them (Phipson and Smyth 2010): never 0.
  ///
  /// - Parameters:
  ///   - differences: Finite.
  ///   - flips: Patterns drawn where there are too many to try; the least p-value is 1 / (flips + 1).
  /// - Returns: NaN without differences, 1 where all are 0.
  public static func pValue(
    _ differences: [Double], flips: Int = 9999, seed: UInt64 = 0
  ) -> Double {
    guard !differences.isEmpty else { return .nan }
    // Differences of 0 have no sign: they change no sum.
    let largest = differences.reduce(0) { max($0, abs($1)) }
    let moving = differences.filter { $0 != 0 }.map { $0 / largest }
    guard !moving.isEmpty else { return 1 }
    // Equal sums come out a little apart where they are added in another order.
    let observed =
      abs(moving.reduce(0, +)) - 1e-10 * moving.reduce(0) { $0 + abs($1) }
    return moving.count <= mostEnumerated
      ? exact(moving, observed) : drawn(moving, observed, flips: flips, seed: seed)
  }

  private static func exact(_ differences: [Double], _ observed: Double) -> Double {
    var sum = differences.reduce(0, +)
    var signs = [Double](repeating: 1, count: differences.count)
    let patterns = 1 << (differences.count - 1)
    var hits = 1
    // In Gray's order, one sign changes from pattern to pattern; the last stays, by symmetry.
    for pattern in 1..<max(1, patterns) {
      let place = pattern.trailingZeroBitCount
      signs[place] = -signs[place]
      sum += 2 * signs[place] * differences[place]
      if abs(sum) >= observed { hits += 1 }
    }
    return Double(hits) / Double(patterns)
  }

  private static func drawn(
    _ differences: [Double], _ observed: Double, flips: Int, seed: UInt64
  ) -> Double {
    var random = SeededNumbers(seed: seed)
    var hits = 1
    for _ in 0..<flips {
      var sum = 0.0
      var (bits, left): (UInt64, Int) = (0, 0)
      for difference in differences {
        if left == 0 { (bits, left) = (random.next(), 64) }
        sum += bits & 1 == 0 ? difference : -difference
        bits >>= 1
        left -= 1
      }
      if abs(sum) >= observed { hits += 1 }
    }
    return Double(hits) / Double(flips + 1)
  }
}
