// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Gauss–Legendre: the rule of highest degree, 2n − 1 with n evaluations.
///
/// Nodes are the zeros of the Legendre polynomial Pₙ, found by Newton's method from the usual
/// cosine guesses; weights are 2 / ((1 − x²) Pₙ′(x)²). Both are mapped to 0…1, and exact to about
/// 1e-15. Finding n nodes takes time in n².
public struct GaussLegendreRule: QuadratureRule {
  public init() {}

  public var name: String { "gauss-legendre" }

  public func nodes(_ count: Int) throws -> [QuadratureNode] {
    guard count >= 1 else { throw QuadratureError.tooFew(rule: name, count: count, least: 1) }
    var nodes = [QuadratureNode](repeating: QuadratureNode(position: 0.5, weight: 1), count: count)
    // Zeros come in pairs ±x, so half of them are computed.
    for index in 0..<(count + 1) / 2 {
      var x = cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        let (value, derivative) = Self.legendre(count, at: x)
        slope = derivative
        let step = value / derivative
        x -= step
        if abs(step) < 1e-16 { break }
      }
      if 2 * index + 1 == count { x = 0 }
      slope = Self.legendre(count, at: x).derivative
      let weight = 1 / ((1 - x * x) * slope * slope)
      nodes[index] = QuadratureNode(position: (1 - x) / 2, weight: weight)
      nodes[count - 1 - index] = QuadratureNode(position: (1 + x) / 2, weight: weight)
    }
    return nodes
  }

  public func degree(_ count: Int) -> Int { 2 * count - 1 }

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

extension QuadratureRule where Self == GaussLegendreRule {
  public static var gaussLegendre: GaussLegendreRule { GaussLegendreRule() }
}
