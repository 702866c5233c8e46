// SPDX-License-Identifier: Apache-2.0

import CTorch

/// What went wrong inside a tensor operation.
public struct TorchError: Error, Sendable, Equatable {
  /// The sort of failure, for callers that can do something about it.
  public enum Kind: Sendable, Equatable {
    /// The operation refuses its arguments: shapes, element types, an unknown name.
    case invalidArgument
    /// Memory ran out, on the processor or on a device.
    case outOfMemory
  }

  public var kind: Kind
  /// The operation's name, as `aten::conv2d`.
  public var operation: String
  /// The shapes of the tensors that it was given.
  public var shapes: [[Int]]
  /// What libtorch, or this library, says about it.
  public var message: String

  public init(
    _ kind: Kind = .invalidArgument, operation: String, shapes: [[Int]] = [], message: String
  ) {
    self.kind = kind
    self.operation = operation
    self.shapes = shapes
    self.message = message
  }
}

extension TorchError: CustomStringConvertible {
  public var description: String {
    let tensors = shapes.isEmpty ? "" : " on " + shapes.map(\.description).joined(separator: " × ")
    return "\(operation)\(tensors): \(message)"
  }
}

/// Turns a status of the C interface into an error.
///
/// Every call goes through here.
@inline(__always)
func check(
  _ status: ct_status, _ operation: @autoclosure () -> String,
  _ tensors: @autoclosure () -> [Tensor] = []
) throws {
  guard status != CT_OK else { return }
  throw TorchError(
    status == CT_OUT_OF_MEMORY ? .outOfMemory : .invalidArgument, operation: operation(),
    shapes: tensors().map(\.shape), message: String(cString: ct_error_message()))
}
