// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Torch

/// The instances' own pass, recorded from the slice's start on: the gradient at the instances needs no
/// other.
///
/// What was recorded goes with the first gradient, so it is handed out once.
final class OwnPass: Sendable {
  struct Recorded: Sendable {
    /// The slice's start, tracked.
    let leaves: [Tensor]
    /// The output at the slice's end, `[instances, …]`.
    let output: Tensor
  }

  private let recorded: Mutex<Recorded?>

  init(leaves: [Tensor], output: Tensor) {
    recorded = Mutex(Recorded(leaves: leaves, output: output))
  }

  func take() -> Recorded? {
    recorded.withLock { recorded in
      defer { recorded = nil }
      return recorded
    }
  }
}
