// SPDX-License-Identifier: Apache-2.0

/// The path integral itself, for piecewise linear networks on straight paths.
///
/// On a straight line such a network consists of straight pieces. All places where one ends are found,
/// operation after operation: what reaches the first one that bends is straight, so that its corners
/// are known exactly; cut there, what reaches the next one is straight on each piece; and so on. One
/// gradient for each piece then gives the integral, up to rounding; work in float64. After Sotoudeh
/// and Thakur 2019 (ExactLine, arXiv:1908.06214).
///
/// Curved operations are refused by name: where a softmax ends the network, take the logits. Pieces
/// are many, some hundreds for small networks and more than a million for large ones; this is the
/// reference for rules that are faster, not a rule for every day.
///
/// - Complexity: A gradient for each piece, and a forward row for each piece and operation that bends.
public struct ExactRule: PathRule {
  /// More are an error.
  public let maximumPieces: Int

  public init(maximumPieces: Int = 100_000) { self.maximumPieces = maximumPieces }

  public var name: String { "exact" }

  public var standardSteps: Int { maximumPieces }
}

extension PathRule where Self == ExactRule {
  public static var exact: ExactRule { ExactRule() }
}

/// Why there is no exact integral.
public enum ExactRuleError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Operations that are not piecewise linear.
  case curved(operations: [String])
  case curvedPath(String)
  case tooManyPieces(instance: Int, limit: Int)
  /// Asked for samples without an engine, which alone knows the network.
  case needsNetwork

  public var description: String {
    switch self {
    case .curved(let operations):
      return
        "the exact rule is for piecewise linear networks, and \(operations.joined(separator: ", "))"
        + " is curved: explain the logits where it is a softmax at the end, or use the automatic rule"
    case .curvedPath(let path):
      return
        "the exact rule is for straight paths, and '\(path)' is none: use the automatic rule, or"
        + " a secant rule with many steps"
    case .tooManyPieces(let instance, let limit):
      return "the path of instance \(instance) has more than \(limit) straight pieces: allow"
        + " more, or use the automatic rule with a small tolerance"
    case .needsNetwork:
      return "the exact rule's samples depend on the network: explain with InternalInfluence"
    }
  }
}
