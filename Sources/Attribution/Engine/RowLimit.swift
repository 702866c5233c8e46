// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How many rows are evaluated at once.
public enum RowLimit: Sendable, Equatable {
  /// From the memory that a row of the network was seen to take, under a budget.
  case automatic
  /// As given.
  case rows(Int)

  /// The rows that fit, one at least.
  func rows(bytesPerRow: Int) -> Int {
    switch self {
    case .rows(let count): max(1, count)
    case .automatic:
      max(
        1, MemoryBudget.bytes / max(1, bytesPerRow),
        min(MemoryBudget.fewRows, MemoryBudget.share / max(1, bytesPerRow)))
    }
  }
}

/// The memory that the activations of one evaluation may take.
enum MemoryBudget {
  /// What a forward pass writes is about half of what is alive at the height of the backward pass.
  ///
  /// Beyond this size the time for a row no longer falls, so that more memory would buy nothing.
  static let ceiling = 192 << 20

  /// Fewer rows than this at once are slow for networks whose rows are large, too: they may take
  /// more than ``ceiling``.
  static let fewRows = 4

  /// A sixteenth of the memory that is free now.
  static var share: Int { max(16 << 20, available / 16) }

  /// What activations take unless rows are large.
  static var bytes: Int { min(ceiling, share) }

  private static var available: Int {
    let pages = sysconf(Int32(_SC_AVPHYS_PAGES))
    let size = sysconf(Int32(_SC_PAGESIZE))
    return pages > 0 && size > 0 ? pages * size : ceiling * 16
  }
}
