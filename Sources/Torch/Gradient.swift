// SPDX-License-Identifier: Apache-2.0

import CTorch

extension Tensor {
  /// The same numbers, at the start of a new record: operations on the result are remembered, so
  /// that ``gradient(of:withRespectTo:weight:keepingRecord:differentiable:)`` can go back through
  /// them.
  ///
  /// - Throws: ``TorchError`` for types without gradients (integers, bool).
  public func tracked() throws -> Tensor {
    var made: OpaquePointer?
    try check(ct_tensor_tracked(pointer, &made), "tracked", [self])
    return try Tensor(orFail: made)
  }

  /// The same numbers without a record.
  public func detached() throws -> Tensor {
    var made: OpaquePointer?
    try check(ct_tensor_detached(pointer, &made), "detached", [self])
    return try Tensor(orFail: made)
  }

  /// Whether operations on this tensor are recorded.
  public var isTracked: Bool { ct_tensor_is_tracked(pointer) }

  init(orFail pointer: OpaquePointer?) throws {
    guard let pointer else { throw TorchError(operation: "tensor", message: "gave nothing") }
    self.init(owning: pointer)
  }
}

/// The gradient of `output` with respect to tracked tensors.
///
/// - Parameters:
///   - output: One number, or any shape where `weight` is given.
///   - inputs: Tracked tensors, or results of operations on them.
///   - weight: The shape of `output`: the gradient of `Σ weight ⊙ output` is taken.
///   - keepingRecord: Whether another gradient through the same record will follow.
///   - differentiable: Whether the gradient itself is recorded, for gradients of it.
/// - Returns: A tensor for each input, of its shape; zeros where `output` does not depend on it.
/// - Throws: ``TorchError`` where an input is not tracked, or `output` has more than one element and
///   no weight.
/// - Complexity: About twice the forward pass.
public func gradient(
  of output: Tensor, withRespectTo inputs: [Tensor], weight: Tensor? = nil,
  keepingRecord: Bool = false, differentiable: Bool = false
) throws -> [Tensor] {
  var results = [OpaquePointer?](repeating: nil, count: inputs.count)
  guard !inputs.isEmpty else { return [] }
  let pointers = inputs.map { Optional($0.pointer) }
  try withExtendedLifetime(inputs) {
    try pointers.withUnsafeBufferPointer { wanted in
      try wanted.withMemoryRebound(to: OpaquePointer.self) { wanted in
        guard let base = wanted.baseAddress else { return }
        try check(
          ct_gradient(
            output.pointer, weight?.pointer, base, wanted.count, keepingRecord, differentiable,
            &results),
          "gradient", [output] + inputs)
      }
    }
  }
  return try results.map { try Tensor(orFail: $0) }
}

/// The gradient of `output` with respect to one tracked tensor.
public func gradient(of output: Tensor, withRespectTo input: Tensor) throws -> Tensor {
  try gradient(of: output, withRespectTo: [input])[0]
}

/// Runs `body` without recording operations, whatever it works on.
public func withoutRecording<Result>(_ body: () throws -> Result) rethrows -> Result {
  try recording(false, body)
}

/// Runs `body` with operations recorded, or not, whatever is so around it.
func recording<Result>(_ isRecorded: Bool, _ body: () throws -> Result) rethrows -> Result {
  let before = ct_set_recording(isRecorded)
  defer { _ = ct_set_recording(before) }
  return try body()
}
