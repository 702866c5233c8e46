// SPDX-License-Identifier: Apache-2.0

import CTorch
import Glibc
import Testing

/// The contract in `CTorch.h`, called as C calls it.
@Suite struct InterfaceTests {
  /// Stands in out parameters, to see whether they were written; never read through.
  private static var untouched: OpaquePointer? { OpaquePointer(bitPattern: 0x1234) }

  private func tensor(_ numbers: [Float], shape: [Int64]) -> OpaquePointer? {
    var made: OpaquePointer?
    let status = numbers.withUnsafeBytes {
      ct_tensor_from_bytes($0.baseAddress, $0.count, shape, shape.count, CT_FLOAT32, &made)
    }
    #expect(status == CT_OK)
    return made
  }

  private func argument(_ tensor: OpaquePointer) -> ct_argument {
    var argument = ct_argument()
    argument.kind = CT_ARGUMENT_TENSOR
    argument.tensor = tensor
    return argument
  }

  @Test func `a tensor goes in and out byte by byte`() throws {
    let made = try #require(tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]))
    defer { ct_tensor_free(made) }
    #expect(ct_tensor_rank(made) == 2)
    #expect(ct_tensor_count(made) == 6)
    #expect(ct_tensor_type(made) == CT_FLOAT32)
    #expect(ct_tensor_device(made).kind == CT_CPU)
    var shape: [Int64] = [0, 0]
    ct_tensor_shape(made, &shape)
    #expect(shape == [2, 3])
    var numbers = [Float](repeating: 0, count: 6)
    #expect(ct_tensor_to_bytes(made, &numbers, 24) == CT_OK)
    #expect(numbers == [1, 2, 3, 4, 5, 6])
  }

  @Test func `no out parameter is written when a function fails`() throws {
    var result = Self.untouched
    let byte: [UInt8] = [1]
    for (shape, type) in [
      ([2], CT_FLOAT32), ([-1], CT_UINT8), ([2], CT_UINT8), ([1], ct_scalar_type(rawValue: 8)),
      ([1], ct_scalar_type(rawValue: 999)), ([.max, .max], CT_UINT8), ([0, .max, .max], CT_UINT8),
    ] as [([Int64], ct_scalar_type)] {
      #expect(ct_tensor_from_bytes(byte, 1, shape, shape.count, type, &result) == CT_FAILED)
      #expect(result == Self.untouched)
      #expect(strlen(ct_error_message()) > 0)
    }
    #expect(
      ct_tensor_filled([1], 1, CT_FLOAT32, { _, _, _ in false }, nil, &result) == CT_FAILED)
    #expect(ct_operator_find("aten::nothing", "", &result) == CT_FAILED)
    let made = try #require(tensor([1, 2], shape: [2]))
    defer { ct_tensor_free(made) }
    var numbers: [Float] = [7, 7]
    #expect(ct_tensor_to_bytes(made, &numbers, 4) == CT_FAILED)
    #expect(numbers == [7, 7])
    // Not tracked.
    var inputs = made
    #expect(ct_gradient(made, nil, &inputs, 1, false, false, &result) == CT_FAILED)
    #expect(result == Self.untouched)
  }

  @Test func `results beyond the capacity are an error and none is written`() throws {
    var unbind: OpaquePointer?
    #expect(ct_operator_find("aten::unbind", "int", &unbind) == CT_OK)
    let call = try #require(unbind)
    let made = try #require(tensor([1, 2, 3], shape: [3]))
    defer { ct_tensor_free(made) }
    var results = [OpaquePointer?](repeating: Self.untouched, count: 3)
    var count = 77
    #expect(ct_operator_call(call, [argument(made)], 1, &results, 2, &count) == CT_FAILED)
    #expect(count == 77)
    #expect(results.allSatisfy { $0 == Self.untouched })
    #expect(ct_operator_call(call, [argument(made)], 1, &results, 3, &count) == CT_OK)
    #expect(count == 3)
    for result in results { ct_tensor_free(try #require(result)) }
  }

  @Test func `an operator is found once`() {
    var first: OpaquePointer?
    var second: OpaquePointer?
    #expect(ct_operator_find("aten::add", "Tensor", &first) == CT_OK)
    #expect(ct_operator_find("aten::add", "Tensor", &second) == CT_OK)
    #expect(first != nil && first == second)
  }

  @Test func `each thread has an error message of its own`() throws {
    var result = Self.untouched
    #expect(ct_operator_find("aten::first", "", &result) == CT_FAILED)
    var thread = pthread_t()
    let started = pthread_create(
      &thread, nil,
      { _ in
        var found: OpaquePointer?
        _ = ct_operator_find("aten::second", "", &found)
        let isOwn = String(cString: ct_error_message()).contains("aten::second")
        return UnsafeMutableRawPointer(bitPattern: isOwn ? 1 : 2)
      }, nil)
    #expect(started == 0)
    var answer: UnsafeMutableRawPointer?
    pthread_join(thread, &answer)
    #expect(answer == UnsafeMutableRawPointer(bitPattern: 1))
    #expect(String(cString: ct_error_message()).contains("aten::first"))
  }

  @Test func `bytes of a bool are 0 and 1 after that`() throws {
    var made: OpaquePointer?
    #expect(ct_tensor_from_bytes([0, 1, 2, 255] as [UInt8], 4, [4], 1, CT_BOOL, &made) == CT_OK)
    let truths = try #require(made)
    defer { ct_tensor_free(truths) }
    var bytes = [UInt8](repeating: 9, count: 4)
    #expect(ct_tensor_to_bytes(truths, &bytes, 4) == CT_OK)
    #expect(bytes == [0, 1, 1, 1])
  }

  @Test func `turning recording off gives back what it was`() {
    #expect(ct_set_recording(false))
    #expect(!ct_set_recording(true))
    #expect(ct_set_recording(true))
  }

  @Test func `a path that does not fit is not written`() {
    var path: [CChar] = [5, 5]
    #expect(!ct_matrix_library(&path, 2))
    #expect(path == [5, 5])
  }
}
