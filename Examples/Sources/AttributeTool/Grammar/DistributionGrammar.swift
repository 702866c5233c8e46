// SPDX-License-Identifier: Apache-2.0

import Attribution

/// How a distribution of interest is written on the command line.
public enum DistributionGrammar: Sendable, Equatable {
  case point
  case linear
  case gaussian(standardDeviation: Double, count: Int)
  case expected(count: Int)
  case polyline(file: String)

  public static let help = """
    DISTRIBUTIONS (--distribution)
      linear           the straight path from the baseline: integrated gradients
      polyline:FILE    straight pieces through the rows of a .npy file
      point            the instance alone: gradient × input; with --influence the
                       gradient
      gaussian:0.1     25 draws around the instance with that standard deviation;
                       gaussian:0.1:100 for 100. With --influence SmoothGrad
      expected:200     expected gradients: draws of baselines and of places on the
                       straight path from each; wants --baseline
    """

  /// Reads a distribution.
  ///
  /// - Throws: ``ToolError/usage(_:)``.
  public init(_ text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.count) {
    case ("point", 1): self = .point
    case ("linear", 1): self = .linear
    case ("gaussian", 2...3):
      guard let deviation = parts[1].finiteNumber, deviation >= 0 else {
        throw ToolError.usage(
          "'\(text)': '\(parts[1])' is no standard deviation: write a number, 0 or more, as in "
            + "gaussian:0.1")
      }
      self = .gaussian(
        standardDeviation: deviation, count: try Self.count(parts.dropFirst(2).first, 25, text))
    case ("expected", 1...2):
      self = .expected(count: try Self.count(parts.dropFirst().first, 50, text))
    case ("polyline", 2...):
      let file = text.dropFirst("polyline:".count)
      guard !file.isEmpty else {
        throw ToolError.usage("'\(text)' names no file: write polyline:POINTS.npy")
      }
      self = .polyline(file: String(file))
    default:
      throw ToolError.usage(
        "'\(text)' is no distribution: write linear, polyline:FILE.npy, point, gaussian:0.1, "
          + "gaussian:0.1:100 or expected:200")
    }
  }

  /// Whether it runs along paths by a rule with steps.
  var hasSteps: Bool {
    switch self {
    case .linear, .polyline: true
    default: false
    }
  }

  /// Whether it starts at a baseline.
  var hasBaseline: Bool {
    if case .expected = self { return true }
    return hasSteps
  }

  private static func count(_ part: String?, _ standard: Int, _ text: String) throws -> Int {
    guard let part else { return standard }
    if let count = part.count() { return count }
    throw ToolError.usage(
      "'\(text)': '\(part)' is no number of draws: write one from 1 to \(Limits.evaluations)")
  }
}
