// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The normal distribution with mean 0 and deviation 1.
enum NormalDistribution {
  /// Φ(z), the share below `z`.
  static func share(below z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

  /// Φ⁻¹: below which number a share lies; infinite for 0 and 1.
  ///
  /// By halving, to the last digit of what Φ tells: it is asked for a few times in an interval.
  static func number(above share: Double) -> Double {
    guard share > 0 else { return -.infinity }
    // The tail below has all digits, that above would lose them.
    guard share <= 0.5 else { return -number(above: 1 - share) }
    var (low, high) = (-40.0, 0.0)
    for _ in 0..<64 {
      let middle = (low + high) / 2
      if self.share(below: middle) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
