// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Gauss–Legendre's nodes on 0…1: with n of them polynomials up to degree 2n − 1 are integrated
/// exactly.
///
/// The zeros of the Legendre polynomial Pₙ, found by Newton's method from Tricomi's guesses (1950).
package enum GaussianNodes {
  /// - Precondition: `count > 0`.
  package static func nodes(_ count: Int) -> [(position: Double, weight: Double)] {
    var nodes = [(position: Double, weight: Double)](repeating: (0.5, 1), count: count)
    // Zeros come in pairs ±x, so half of them are computed.
    for index in 0..<(count + 1) / 2 {
      var x = guess(index, of: Double(count))
      var slope = 1.0
      for _ in 0..<100 {
        let (value, derivative) = legendre(count, at: x)
        slope = derivative
        let step = value / derivative
        x -= step
        // What is left after it is of the order of its square.
        if abs(step) < 1e-12 { break }
      }
      if 2 * index + 1 == count { x = 0 }
      slope = legendre(count, at: x).derivative
      let weight = 1 / ((1 - x * x) * slope * slope)
      nodes[index] = ((1 - x) / 2, weight)
      nodes[count - 1 - index] = ((1 + x) / 2, weight)
    }
    return nodes
  }

  /// Where the zero of an index lies, to about n⁻⁴.
  private static func guess(_ index: Int, of n: Double) -> Double {
    let angle = .pi * (Double(index) + 0.75) / (n + 0.5)
    let sine = sin(angle)
    let first = (n - 1) / (8 * n * n * n)
    let second = (39 - 28 / (sine * sine)) / (384 * n * n * n * n)
    return (1 - first - second) * cos(angle)
  }

  /// Pₙ and its derivative, by Bonnet's recursion.
  private static func legendre(_ n: Int, at x: Double) -> (value: Double, derivative: Double) {
    var previous = 1.0
    var current = x
    for k in stride(from: 2, through: n, by: 1) {
      let k = Double(k)
      (previous, current) = (current, ((2 * k - 1) * x * current - (k - 1) * previous) / k)
    }
    return (current, Double(n) * (x * current - previous) / (x * x - 1))
  }
}
