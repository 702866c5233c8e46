// SPDX-License-Identifier: Apache-2.0

/// As fine as a tolerance wants it: the number of steps is doubled, for each instance, until its
/// estimated error is below.
///
/// The operations on the slice decide about the rule. Where one of them has corners, as ReLU and
/// maxima have, it is ``SecantRule``; where all are smooth it is ``GaussLegendreRule``; where both
/// sorts are met, that of the two whose estimate is smaller. Operations that have no secant lead to
/// Gauss–Legendre's rule, too.
///
/// The error is Σ |A − A*| / Σ |A*| of an instance, A* being what the path integral is. It is
/// estimated from how results change when steps are doubled; ``Attributions/errorEstimate`` has the
/// estimate, also where ``PathDistribution/steps`` was the end before it was below the tolerance.
public struct AutomaticRule: PathRule {
  /// The error that is good enough, relative.
  public let tolerance: Double
  public let grid: any Grid

  /// - Parameters:
  ///   - tolerance: Above 0.
  ///   - grid: That of the secants' cells.
  public init(tolerance: Double = 0.01, grid: any Grid = PowerGrid(1.5)) {
    self.tolerance = tolerance
    self.grid = grid
  }

  public var name: String { "automatic" }

  /// The most steps.
  public var standardSteps: Int { 1024 }
}

extension PathRule where Self == AutomaticRule {
  public static var automatic: AutomaticRule { AutomaticRule() }

  public static func automatic(tolerance: Double) -> AutomaticRule {
    AutomaticRule(tolerance: tolerance)
  }
}
