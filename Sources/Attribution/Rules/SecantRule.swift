// SPDX-License-Identifier: Apache-2.0

import Torch

/// Cells along the path, in each of which every operation has its secant in its derivative's place.
///
/// Between neighbouring points p and q of the path both are run forward, and the quantity is pulled
/// back through the secants of all operations: (φ(b) − φ(a)) / (b − a) for a function of single
/// elements, means of both ends as factors of a product, and so on; see `SecantPass`. The cell's
/// attribution is that times q − p. Properties:
///
/// - Attributions add up to the quantity's change, exactly, whatever the number of cells, on every
///   path, and at every layer.
/// - One cell is the rescale rule of DeepLIFT (Shrikumar et al. 2017, arXiv:1704.02685); many cells
///   converge to the path integral. Through piecewise linear networks the error falls like N^−1.5,
///   where that of every quadrature rule, Gauss–Legendre's included, falls like 1 / N; through smooth
///   ones like N^−2, where Gauss–Legendre's falls faster than any power.
/// - Adding up exactly is no sign of a small error: see ``AutomaticRule`` for that.
///
/// - Complexity: N + 1 rows forward and N backward for N cells, and some passes over the elements of
///   nonlinear operations.
public struct SecantRule: PathRule {
  public let grid: any Grid
  /// What happens at an operation that has no secant.
  public let fallback: SecantPass.Fallback

  public init(grid: any Grid = SquareGrid(), fallback: SecantPass.Fallback = .refuse) {
    self.grid = grid
    self.fallback = fallback
  }

  public var name: String { grid is SquareGrid ? "secant" : "secant, \(grid.name) grid" }

  public var standardSteps: Int { 16 }
}

extension PathRule where Self == SecantRule {
  /// Secants on cells that grow from the start on.
  public static var secant: SecantRule { SecantRule() }

  public static func secant(
    grid: any Grid, fallback: SecantPass.Fallback = .refuse
  ) -> SecantRule {
    SecantRule(grid: grid, fallback: fallback)
  }
}
