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
    var result: OpaquePointer?
    let count = try call(arguments, into: &result, capacity: 1)
    guard count == 1, let result else {
      throw TorchError(operation: name, message: "gave no tensor where one was expected")
    }
    return Tensor(owning: result)
  }

  /// Calls an operator that has several results, or a list as result.
  public func all(_ arguments: Argument..., atMost capacity: Int = 8) throws -> [Tensor] {
    var results = [OpaquePointer?](repeating: nil, count: capacity)
    let count = try results.withUnsafeMutableBufferPointer { buffer -> Int in
      guard let base = buffer.baseAddress else { return 0 }
      return try call(arguments, into: base, capacity: capacity)
    }
    return results[..<count].compactMap { $0.map(Tensor.init(owning:)) }
  }

  private func call(
    _ arguments: [Argument], into results: UnsafeMutablePointer<OpaquePointer?>, capacity: Int
  ) throws -> Int {
    guard let pointer else { throw TorchError(operation: name, message: complaint) }
    var packer = ArgumentPacker()
    for argument in arguments { packer.append(argument) }
    return try withExtendedLifetime(arguments) {
      try packer.withArguments { packed in
        var count = 0
        try check(
          ct_operator_call(pointer, packed.baseAddress, packed.count, results, capacity, &count),
          name, Self.tensors(in: arguments))
        return count
      }
    }
  }

  private static func tensors(in arguments: [Argument]) -> [Tensor] {
    arguments.flatMap { argument -> [Tensor] in
      switch argument {
      case .tensor(let tensor): [tensor]
      case .tensors(let tensors): tensors.compactMap { $0 }
      default: []
      }
    }
  }
}

/// Lays arguments out as the C interface wants them: lists go to one buffer a kind, whose addresses
/// are filled in once the buffers no longer move.
private struct ArgumentPacker {
  private var arguments: [ct_argument] = []
  private var tensors: [OpaquePointer?] = []
  private var integers: [Int64] = []
  private var numbers: [Double] = []
  private var booleans: [Bool] = []
  private var text: [CChar] = []
  /// Where in its buffer the list of each argument starts.
  private var starts: [Int] = []

  mutating func append(_ argument: Operator.Argument) {
    var packed = ct_argument()
    var start = 0
    switch argument {
    case .tensor(let tensor):
      packed.kind = CT_ARGUMENT_TENSOR
      packed.tensor = tensor.pointer
    case .tensors(let list):
      packed.kind = CT_ARGUMENT_TENSORS
      packed.count = list.count
      start = tensors.count
      tensors += list.map { $0?.pointer }
    case .integer(let integer):
      packed.kind = CT_ARGUMENT_INTEGER
      packed.integer = Int64(integer)
    case .integers(let list):
      packed.kind = CT_ARGUMENT_INTEGERS
      packed.count = list.count
      start = integers.count
      integers += list.lazy.map(Int64.init)
    case .number(let number):
      packed.kind = CT_ARGUMENT_NUMBER
      packed.number = number
    case .numbers(let list):
      packed.kind = CT_ARGUMENT_NUMBERS
      packed.count = list.count
      start = numbers.count
      numbers += list
    case .boolean(let boolean):
      packed.kind = CT_ARGUMENT_BOOLEAN
      packed.boolean = boolean
    case .booleans(let list):
      packed.kind = CT_ARGUMENT_BOOLEANS
      packed.count = list.count
      start = booleans.count
      booleans += list
    case .text(let string):
      packed.kind = CT_ARGUMENT_TEXT
      start = text.count
      text += string.utf8CString
    case .device(let device):
      packed.kind = CT_ARGUMENT_DEVICE
      packed.device = device.code
    case .generator(let generator):
      packed.kind = CT_ARGUMENT_GENERATOR
      packed.generator = generator.pointer
    case .elementType(let type):
      packed.kind = CT_ARGUMENT_INTEGER
      packed.integer = Int64(type.code.rawValue)
    case .none:
      packed.kind = CT_ARGUMENT_NONE
    case .standard:
      packed.kind = CT_ARGUMENT_DEFAULT
    }
    arguments.append(packed)
    starts.append(start)
  }

  mutating func withArguments<Result>(
    _ body: (UnsafeBufferPointer<ct_argument>) throws -> Result
  ) rethrows -> Result {
    try tensors.withUnsafeBufferPointer { tensors in
      try integers.withUnsafeBufferPointer { integers in
        try numbers.withUnsafeBufferPointer { numbers in
          try booleans.withUnsafeBufferPointer { booleans in
            try text.withUnsafeBufferPointer { text in
              for index in arguments.indices {
                let start = starts[index]
                switch arguments[index].kind {
                case CT_ARGUMENT_TENSORS:
                  arguments[index].tensors = tensors.baseAddress.map { $0 + start }
                case CT_ARGUMENT_INTEGERS:
                  arguments[index].integers = integers.baseAddress.map { $0 + start }
                case CT_ARGUMENT_NUMBERS:
                  arguments[index].numbers = numbers.baseAddress.map { $0 + start }
                case CT_ARGUMENT_BOOLEANS:
                  arguments[index].booleans = booleans.baseAddress.map { $0 + start }
                case CT_ARGUMENT_TEXT:
                  arguments[index].text = text.baseAddress.map { $0 + start }
                default:
                  break
                }
              }
              return try arguments.withUnsafeBufferPointer(body)
            }
          }
        }
      }
    }
  }
}
