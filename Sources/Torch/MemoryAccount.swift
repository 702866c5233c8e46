// SPDX-License-Identifier: Apache-2.0

import CTorch

/// So much memory and no more for tensors on the processor.
///
/// Bounds what untrusted data may ask for. What is freed comes back.
public final class MemoryAccount: @unchecked Sendable {
  // Safe to share: the count of bytes is atomic.
  private let pointer: OpaquePointer

  /// - Parameter byteCount: Bytes that tensors may take together.
  public init(byteCount: Int) throws {
    var made: OpaquePointer?
    try check(ct_memory_account_new(Int64(byteCount), &made), "memory account")
    guard let made else { throw TorchError(operation: "memory account", message: "gave nothing") }
    pointer = made
  }

  deinit { ct_memory_account_free(pointer) }

  /// Runs `body`, on this thread, with the account paying for every new tensor.
  ///
  /// - Throws: What `body` throws; ``TorchError`` from the operation for which too little is left.
  public func pay<Result>(for body: () throws -> Result) rethrows -> Result {
    let before = ct_set_memory_account(pointer)
    defer { ct_set_memory_account(before) }
    return try body()
  }
}
