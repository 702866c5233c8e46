// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How a rule for paths is written on the command line.
public enum RuleGrammar {
  public static let help = """
    RULES (--rule), how a path is integrated
      automatic        the default: as many steps as --tolerance asks for, by
                       secant or gauss-legendre as suits the model
      secant           cells in which every operator has its secant slope: adds up
                       exactly; for ReLU, maxima and the like
      secant:uniform   the same with cells of one length
      gauss-legendre   the fewest steps on smooth models; the default with --steps
      midpoint, trapezoid, left
      right            the sum of the paper on integrated gradients
      exact            all straight pieces of a piecewise linear model, at most
                       --steps of them; wants --float64 to be exact
    """

  private static let rules: [any PathRule] = [
    AutomaticRule(), SecantRule(), GaussLegendreRule(), RiemannRule(.middle), RiemannRule(.left),
    RiemannRule(.right), TrapezoidRule(), ExactRule(),
  ]

  /// Reads a rule.
  ///
  /// - Parameters:
  ///   - text: The name that it goes by in results; nil for what is the standard.
  ///   - steps: Where given, they are Gauss–Legendre's by default.
  /// - Throws: ``ToolError/usage(_:)``.
  public static func rule(
    _ text: String?, steps: Int?, tolerance: Double?
  ) throws -> any PathRule {
    let isAutomatic = text == nil ? steps == nil || tolerance != nil : text == "automatic"
    if isAutomatic {
      guard let tolerance else { return AutomaticRule() }
      guard tolerance > 0, tolerance < 1 else {
        throw ToolError.usage(
          "--tolerance \(tolerance): write a number between 0 and 1, as 0.01 for 1 %")
      }
      return AutomaticRule(tolerance: tolerance)
    }
    guard tolerance == nil else {
      throw ToolError.usage(
        "--tolerance is for --rule automatic: leave one of them out, '\(text ?? "")' takes --steps")
    }
    guard let text else { return GaussLegendreRule() }
    switch text {
    case "secant:uniform": return SecantRule(grid: .uniform)
    case "exact": return ExactRule(maximumPieces: steps ?? ExactRule().maximumPieces)
    default: break
    }
    if let rule = rules.first(where: { $0.name == text }) { return rule }
    let names = ["automatic", "secant", "secant:uniform"] + rules.dropFirst(2).map(\.name)
    throw ToolError.usage("'\(text)' is no rule: write \(names.joined(separator: ", "))")
  }
}
