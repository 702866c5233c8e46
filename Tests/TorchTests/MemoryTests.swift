// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Torch

@Suite struct MemoryTests {
  @Test func `an account pays for so much and no more`() throws {
    let account = try MemoryAccount(byteCount: (1 << 20) + 4096)
    try account.pay {
      let half = try Tensor.zeros([1 << 17])
      #expect(throws: TorchError.self) { try Tensor.zeros([1 << 18]) }
      // What is freed comes back: a thousand halves, one after the other.
      for _ in 0..<1000 { _ = try half + 1 }
    }
    // Nobody pays outside.
    _ = try Tensor.zeros([1 << 20])
  }

  @Test func `what an account has paid for outlives it`() throws {
    let tensor = try MemoryAccount(byteCount: 1 << 20).pay { try Tensor.ones([1 << 10]) }
    #expect(try tensor.sum().number() == 1024)
  }

  private final class Owner: @unchecked Sendable {
    // Safe to share: written before anybody else has it.
    let bytes: UnsafeMutableRawBufferPointer
    let onEnd: @Sendable () -> Void

    init(_ count: Int, _ onEnd: @escaping @Sendable () -> Void) {
      bytes = .allocate(byteCount: count, alignment: 64)
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      self.onEnd = onEnd
    }

    deinit {
      bytes.deallocate()
      onEnd()
    }
  }

  @Test func `memory that a tensor borrows lives as long as its last view`() async throws {
    try await confirmation { ended in
      var view: Tensor?
      do {
        let owner = Owner(64) { ended() }
        let start = try #require(UnsafeRawPointer(owner.bytes.baseAddress))
        owner.bytes.storeBytes(of: 7, toByteOffset: 60, as: Float.self)
        let tensor = try Tensor(memory: start, shape: [4, 4], type: .float32, owner: owner)
        view = try tensor[3]
        #expect(throws: TorchError.self) {
          try Tensor(memory: start, shape: [-1], type: .float32, owner: owner)
        }
      }
      #expect(try view?[3].number() == 7)
      view = nil
    }
  }
}
