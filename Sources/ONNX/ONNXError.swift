// SPDX-License-Identifier: Apache-2.0

/// Why a model could not be read, checked or run.
///
/// Each case names the place, its text the remedy.
public enum ONNXError: Error, Equatable, Sendable {
  /// The file is missing, not a regular file, or cannot be read.
  case unreadableFile(path: String, reason: String)

  /// The bytes are not a model. `place` is the path of fields from the file down to the fault,
  /// as `graph.node[3].attribute[0]`, and `offset` the byte at which reading stopped.
  case malformedFile(place: String, offset: Int, reason: String)

  /// The bytes are a model, and the model breaks a rule of ONNX.
  case invalidGraph(place: String, reason: String)

  /// A stored tensor whose type, shape and data do not fit together.
  case invalidTensor(name: String, reason: String)

  /// Operators that this library does not have, all of them, each with every node that uses it.
  case unsupportedOperators([UnsupportedOperator])

  /// A node whose inputs or attributes break its operator's rules, or ask for a form of it that
  /// this library does not have. Found when the model is loaded.
  case invalidNode(node: String, operation: String, reason: String)

  /// A node that failed on the values of one run.
  case failedNode(node: String, operation: String, reason: String)

  /// A name that is neither a value nor a node of the graph.
  case unknownName(String, alternatives: [String])

  /// Given values that do not fit what the model declares.
  case invalidInput(name: String, reason: String)
}

/// An operator that a model uses and this library does not have.
public struct UnsupportedOperator: Equatable, Sendable {
  /// The operator's name, as `NonMaxSuppression`.
  public let name: String

  /// The operator's domain; empty for ONNX's own.
  public let domain: String

  /// The version of the domain's operator set that the model was written for.
  public let version: Int

  /// Every node that uses it, in the order of the graph.
  public let nodes: [String]

  public init(name: String, domain: String, version: Int, nodes: [String]) {
    self.name = name
    self.domain = domain
    self.version = version
    self.nodes = nodes
  }
}

extension ONNXError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadableFile(let path, let reason):
      "cannot read \(path): \(reason)"
    case .malformedFile(let place, let offset, let reason):
      "not a readable ONNX file: \(reason), at byte \(offset)"
        + " in " + (place.isEmpty ? "the model" : place)
        + "; export or copy the model again"
    case .invalidGraph(let place, let reason):
      "invalid ONNX model: \(place): \(reason)"
    case .invalidTensor(let name, let reason):
      "invalid tensor '\(name)': \(reason)"
    case .unsupportedOperators(let operators):
      "the model uses operators that are not supported:\n"
        + operators.map { "  \($0)" }.joined(separator: "\n")
    case .invalidNode(let node, let operation, let reason):
      "node '\(node)' (\(operation)): \(reason)"
    case .failedNode(let node, let operation, let reason):
      "node '\(node)' (\(operation)) failed: \(reason)"
    case .unknownName(let name, let alternatives):
      "the model has no value or node named '\(name)'"
        + (alternatives.isEmpty
          ? "" : "; near it: " + alternatives.map { "'\($0)'" }.joined(separator: ", "))
    case .invalidInput(let name, let reason):
      "input '\(name)': \(reason)"
    }
  }
}

extension UnsupportedOperator: CustomStringConvertible {
  public var description: String {
    (domain.isEmpty ? name : "\(domain).\(name)") + " (version \(version)), used by "
      + nodes.map { "'\($0)'" }.joined(separator: ", ")
      + (OperatorRefusals.reason(name: name, domain: domain).map { ": \($0)" } ?? "")
  }
}

extension ONNXError {
  /// The same fault, seen from the message that holds the field `name`.
  func inside(_ name: @autoclosure () -> String) -> ONNXError {
    guard case .malformedFile(let place, let offset, let reason) = self else { return self }
    return .malformedFile(
      place: place.isEmpty ? name() : name() + "." + place, offset: offset, reason: reason)
  }
}
