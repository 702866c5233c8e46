// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How a quadrature rule is written on the command line.
public enum RuleGrammar {
  public static let help = """
    RULES (--rule), how steps lie on a path
      gauss-legendre   the default: the fewest steps on smooth networks
      midpoint, left, trapezoid
      right            the sum of the paper on integrated gradients
    """

  private static let rules: [any QuadratureRule] = [
    GaussLegendreRule(), RiemannRule(.middle), RiemannRule(.left), RiemannRule(.right),
    TrapezoidRule(),
  ]

  /// Reads a rule, by the name that it goes by in results.
  ///
  /// - Throws: ``ToolError/usage(_:)``.
  public static func rule(_ text: String) throws -> any QuadratureRule {
    if let rule = rules.first(where: { $0.name == text }) { return rule }
    throw ToolError.usage(
      "'\(text)' is no rule: write \(rules.map(\.name).joined(separator: ", "))")
  }
}
