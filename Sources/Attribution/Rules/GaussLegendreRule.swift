// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Torch

/// Gauss–Legendre: the rule of highest degree, 2n − 1 with n evaluations.
///
/// Nodes are the zeros of the Legendre polynomial Pₙ; weights are 2 / ((1 − x²) Pₙ′(x)²). Both are
/// mapped to 0…1, and exact to about 1e-15. Finding n nodes takes time in n², once: they are kept.
public struct GaussLegendreRule: QuadratureRule {
  public init() {}

  public var name: String { "gauss-legendre" }

  private static let known = Mutex<[Int: [QuadratureNode]]>([:])

  public func nodes(_ count: Int) throws -> [QuadratureNode] {
    guard count >= 1 else { throw QuadratureError.tooFew(rule: name, count: count, least: 1) }
    if let nodes = Self.known.withLock({ $0[count] }) { return nodes }
    let nodes = GaussianNodes.nodes(count).map {
      QuadratureNode(position: $0.position, weight: $0.weight)
    }
    Self.known.withLock {
      if $0.count >= 64 { $0.removeAll() }
      $0[count] = nodes
    }
    return nodes
  }

  public func degree(_ count: Int) -> Int { 2 * count - 1 }
}

extension PathRule where Self == GaussLegendreRule {
  public static var gaussLegendre: GaussLegendreRule { GaussLegendreRule() }
}
