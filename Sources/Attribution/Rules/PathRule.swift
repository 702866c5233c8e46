// SPDX-License-Identifier: Apache-2.0

/// How an integral along a path is computed.
///
/// One of
///
/// - ``QuadratureRule``: gradients at places on the path, weighted.
/// - ``SecantRule``: secants between places on the path.
/// - ``AutomaticRule``: either of them, as fine as a tolerance wants it.
public protocol PathRule: Sendable {
  /// How the rule is called in results and on the command line.
  var name: String { get }

  /// Evaluations for each instance and baseline where nobody says how many.
  var standardSteps: Int { get }
}

extension PathRule {
  /// The rule with its steps, or what decides about them, as names of distributions have it.
  func described(steps: Int) -> String {
    switch self {
    case let rule as AutomaticRule: "\(name) rule, tolerance \(rule.tolerance)"
    case is ExactRule: "\(name) rule"
    default: "\(name) rule, \(steps) step\(steps == 1 ? "" : "s")"
    }
  }
}

/// The rule where nobody says which.
enum StandardRule {
  static func rule(steps: Int?) -> any PathRule {
    steps == nil ? AutomaticRule() : GaussLegendreRule()
  }
}

/// What is wrong with a rule for a path.
public enum PathRuleError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A rule of none of the known kinds.
  case unknown(String)

  public var description: String {
    switch self {
    case .unknown(let name):
      return "the rule '\(name)' is neither a quadrature rule nor a secant rule: conform it to"
        + " QuadratureRule, or give SecantRule a grid of your own"
    }
  }
}
