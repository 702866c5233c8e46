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

/// Student's distribution of a mean over its standard error.
enum StudentDistribution {
  /// The share below `t`, by the sums that it has for whole degrees of freedom (Zelen and Severo 1964).
  static func share(below t: Double, degrees: Int) -> Double {
    let angle = atan(t / Double(degrees).squareRoot())
    let (sine, square) = (sin(angle), cos(angle) * cos(angle))
    let isOdd = degrees % 2 == 1
    var term = isOdd ? cos(angle) : 1
    var sum = degrees == 1 ? 0 : term
    for step in stride(from: isOdd ? 3 : 2, to: degrees, by: 2) {
      term *= square * Double(step - 1) / Double(step)
      sum += term
    }
    let inside = isOdd ? 2 / Double.pi * (angle + sine * sum) : sine * sum
    return 0.5 + inside / 2
  }

  /// The number that a share above a half lies below; the normal distribution's beyond 500 degrees.
  static func number(above share: Double, degrees: Int) -> Double {
    guard degrees <= 500 else { return NormalDistribution.number(above: share) }
    var (low, high) = (0.0, 1.0)
    while self.share(below: high, degrees: degrees) < share, high < 1e12 { high *= 2 }
    for _ in 0..<64 {
      let middle = (low + high) / 2
      if self.share(below: middle, degrees: degrees) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
