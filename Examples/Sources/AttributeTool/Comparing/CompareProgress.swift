// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Synchronization

/// A line on the error stream that tells how far an experiment is, and for how long it will go on.
final class CompareProgress: Sendable {
  private let lastDrawn = Mutex<ContinuousClock.Instant?>(nil)

  /// Draws, four times a second at most.
  func show(_ progress: ExperimentProgress) {
    let now = ContinuousClock.now
    let isDue = lastDrawn.withLock { last in
      guard last.map({ now - $0 > .milliseconds(250) }) ?? true else { return false }
      last = now
      return true
    }
    guard isDue else { return }
    Console.writeError("\r\u{1B}[K" + Self.text(progress))
  }

  /// Takes the line away.
  func clear() {
    let wasDrawn = lastDrawn.withLock { last in
      defer { last = nil }
      return last != nil
    }
    if wasDrawn { Console.writeError("\r\u{1B}[K") }
  }

  static func text(_ progress: ExperimentProgress) -> String {
    let share = progress.total == 0 ? 1 : Double(progress.finished) / Double(progress.total)
    var text = "\(Int(share * 100)) %"
    if let seconds = progress.secondsLeft {
      // What was never done is not in it.
      text += progress.isLowerBound ? ", at least " : ", about "
      text += duration(seconds) + " left"
    }
    if progress.failures > 0 { text += ", \(progress.failures) failed" }
    return text + " · \(progress.cell.method.prefix(40))"
  }

  static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<90: "\(Int(seconds.rounded(.up))) s"
    case ..<5400: "\(Int((seconds / 60).rounded(.up))) min"
    default: (seconds / 3600).text(2) + " h"
    }
  }
}
