// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// What the tool tells a caller by its exit status, after BSD's sysexits.
public enum ExitStatus: Int32, Sendable {
  case success = 0
  /// The command line makes no sense.
  case usage = 64
  /// A file is unreadable, broken, or does not fit the rest.
  case data = 65
  /// The tool itself is at fault.
  case defect = 70

  /// The status that an error ends the tool with.
  ///
  /// What the libraries throw is about what they were fed, so that one nobody has thought of is not
  /// called a defect; those that are ours alone are named here.
  public init(_ error: any Error) {
    switch error {
    case let error as ToolError: self = error.status
    case is QuadratureError, is PathRuleError: self = .usage
    case is InstancesError, is FunctionModelError, is LawViolation, ExactRuleError.needsNetwork,
      PathError.otherInstances:
      self = .defect
    default: self = .data
    }
  }
}

/// What stops the tool; the text names cause and remedy.
public enum ToolError: Error, Sendable, Equatable, CustomStringConvertible {
  case usage(String)
  case data(String)

  package var status: ExitStatus {
    switch self {
    case .usage: .usage
    case .data: .data
    }
  }

  public var description: String {
    switch self {
    case .usage(let text), .data(let text): text
    }
  }
}

/// The text that the tool shows for an error.
public func message(for error: any Error) -> String {
  if let error = error as? TorchError, error.kind == .outOfMemory {
    return "memory ran out in \(error.operation): evaluate fewer rows at once with --rows"
  }
  if case QuantityError.noClasses(let shape, _) = error, shape.count > 2 {
    return "\(error): --quantity class:1@predicted, class:1@pixel:12,30, channel:1, unit:1,12,30"
  }
  if let error = error as? OutputValueError, case .several = error {
    return "\(error): --quantity value:0"
  }
  guard ExitStatus(error) == .defect else { return "\(error)" }
  return "this is a defect of the tool, please report it: \(error)"
}
