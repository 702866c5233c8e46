// SPDX-License-Identifier: Apache-2.0

import CTorch

/// An operator of libtorch, by name.
///
/// Every operation of ``Tensor`` is one of these, and what has no method can be reached the same
/// way: `try Operator("aten::erfinv")(.tensor(x))`. Gradients flow through all of them.
public struct Operator: Sendable {
  public let name: String
  // Operators live as long as the process and are never written.
  nonisolated(unsafe) private let pointer: OpaquePointer?
  private let complaint: String

  /// Looks an operator up; that it is unknown is told by the call.
  ///
  /// - Parameters:
  ///   - name: With its namespace, as `aten::add`.
  ///   - overload: As libtorch names it, `Tensor` in `aten::add.Tensor`; empty for none.
  public init(_ name: String, _ overload: String = "") {
    _ = Runtime.started
    self.name = name
    var found: OpaquePointer?
    let status = ct_operator_find(name, overload, &found)
    pointer = found
    complaint = status == CT_OK ? "" : String(cString: ct_error_message())
  }

  /// An argument of an operator.
  public enum Argument: Sendable {
    case tensor(Tensor)
    case tensors([Tensor?])
    case integer(Int)
    case integers([Int])
    case number(Double)
    case numbers([Double])
    case boolean(Bool)
    case booleans([Bool])
    case text(String)
    case device(Device)
    case generator(Generator)
    case elementType(ElementType)
    case none
    /// The operator's own default.
    case standard

    static func optional(_ tensor: Tensor?) -> Argument { tensor.map { .tensor($0) } ?? .none }
    static func optional(_ integer: Int?) -> Argument { integer.map { .integer($0) } ?? .none }
  }

  /// Calls the operator for its one result.
  public func callAsFunction(_ arguments: Argument...) throws -> Tensor {
    try callAsFunction(arguments: arguments)
  }

  /// Calls the operator for its one result, with a list of arguments.
  public func callAsFunction(arguments: [Argument]) throws -> Tensor {
    if let call = SecantCall(self, arguments) { return try call.result() }
    var result: OpaquePointer?
    let count = try call(arguments, into: &result, capacity: 1)
    guard count == 1, let result else {
      throw TorchError(operation: name, message: "gave no tensor where one was expected")
    }
    return Tensor(owning: result)
  }

  /// Calls an operator that has several results, or a list as result.
  ///
  /// - Throws: ``TorchError`` where there are more than `capacity`, or one of them is absent.
  public func all(_ arguments: Argument..., atMost capacity: Int = 8) throws -> [Tensor] {
    try all(arguments: arguments, atMost: capacity)
  }

  /// Calls an operator that has several results, with a list of arguments.
  public func all(arguments: [Argument], atMost capacity: Int = 8) throws -> [Tensor] {
    if let call = SecantCall(self, arguments, atMost: capacity) { return try call.results() }
    return try plain(arguments, atMost: capacity)
  }

  /// The results for arguments of which none is followed by secants.
  func plain(_ arguments: [Argument], atMost capacity: Int) throws -> [Tensor] {
    var results = [OpaquePointer?](repeating: nil, count: capacity)
    let count = try results.withUnsafeMutableBufferPointer { buffer -> Int in
      guard let base = buffer.baseAddress else { return 0 }
      return try call(arguments, into: base, capacity: capacity)
    }
    let tensors = results[..<count].map { $0.map(Tensor.init(owning:)) }
    return try tensors.enumerated().map { index, tensor in
      guard let tensor else {
        throw TorchError(operation: name, message: "gave nothing as result \(index)")
      }
      return tensor
    }
  }

  private func call(
    _ arguments: [Argument], into results: UnsafeMutablePointer<OpaquePointer?>, capacity: Int
  ) throws -> Int {
    guard let pointer else { throw TorchError(operation: name, message: complaint) }
    var count = 0
    let status = arguments.withPacked {
      ct_operator_call(pointer, $0.baseAddress, $0.count, results, capacity, &count)
    }
    try check(status, name, arguments.flatMap(\.tensors))
    return count
  }
}

extension Operator.Argument {
  fileprivate var tensors: [Tensor] {
    switch self {
    case .tensor(let tensor): [tensor]
    case .tensors(let tensors): tensors.compactMap { $0 }
    default: []
    }
  }
}
