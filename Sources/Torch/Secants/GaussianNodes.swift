// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Gauss–Legendre's rule on 0…1: with n nodes exact for polynomials up to degree 2n − 1.
enum GaussianNodes {
  static func nodes(_ count: Int) -> [(node: Double, weight: Double)] {
    (1...Swift.max(1, count)).map { index in
      // Newton's method from Tricomi's start.
      let n = Double(count)
      var x = cos(.pi * (Double(index) - 0.25) / (n + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        var (last, value) = (1.0, x)
        for degree in stride(from: 2.0, through: n, by: 1) {
          (last, value) = (value, ((2 * degree - 1) * x * value - (degree - 1) * last) / degree)
        }
        slope = count == 1 ? 1 : n * (last - x * value) / (1 - x * x)
        let step = value / slope
        x -= step
        if abs(step) < 1e-16 { break }
      }
      return ((1 - x) / 2, 1 / ((1 - x * x) * slope * slope))
    }
  }
}
