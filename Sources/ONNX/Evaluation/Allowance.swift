// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Torch

/// How much may be computed where nobody has asked for the results: while constants are folded, and
/// while a model is run on zeros to see shapes.
///
/// A file of a few bytes can ask for any number of runs of a loop's body, for a loop that never ends
/// on zeros, and for constants of any size. Control flow and recurrent layers that take longer are
/// not folded, or have no known shape; constants that take more memory are refused. When a model is
/// evaluated, it runs as it says.
final class Allowance: Sendable {
  /// The allowance that holds on this task; nil for none.
  @TaskLocal static var current: Allowance?

  /// More bodies would have to run than may.
  struct Exhausted: Error {}

  /// The smallest memory that constants of a model may take together, in bytes.
  static let leastMemory = 256 << 20

  private let runs: Mutex<Int>
  private let end = ContinuousClock.now + .seconds(1)
  private let memory: MemoryAccount

  /// - Parameters:
  ///   - runs: Nodes of bodies that may run, and work of recurrent layers, within a second.
  ///   - memory: Bytes that tensors may take together.
  init(runs: Int = 50_000, memory: Int) throws {
    self.runs = Mutex(runs)
    self.memory = try MemoryAccount(byteCount: memory)
  }

  /// Constants of a model whose file has so many bytes: 16 times as many, or 256 MiB.
  convenience init(constantsOf byteCount: Int) throws {
    let (bytes, overflow) = byteCount.multipliedReportingOverflow(by: 16)
    try self.init(memory: max(Self.leastMemory, overflow ? .max : bytes))
  }

  /// Runs `body` under this allowance.
  func limit<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$current.withValue(self) { try memory.pay(for: body) }
  }

  /// - Throws: ``Exhausted``.
  func spend(_ count: Int) throws {
    let left = runs.withLock { runs in
      runs -= count
      return runs
    }
    guard left >= 0, ContinuousClock.now < end else { throw Exhausted() }
  }
}
