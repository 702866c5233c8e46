// SPDX-License-Identifier: Apache-2.0

import Attribution
import Glibc
import Synchronization

/// A line on the error stream that fills as the work goes on; for terminals only.
final class ProgressBar: Sendable {
  private let lastDrawn = Mutex<ContinuousClock.Instant?>(nil)
  private let began = ContinuousClock.now

  /// Whether somebody looks: the error stream is a terminal that can go back in a line.
  static var isUseful: Bool {
    guard isatty(STDERR_FILENO) == 1 else { return false }
    return getenv("TERM").map { String(cString: $0) != "dumb" } ?? false
  }

  /// Draws, ten times a second at most, and nothing in the first half second.
  func show(_ progress: Progress) {
    show(progress.fraction, evaluations: progress.evaluations)
  }

  /// The same of work that has several parts.
  ///
  /// - Parameter fraction: What is done of all.
  func show(_ fraction: Double, evaluations: Int) {
    let now = ContinuousClock.now
    guard now - began > .milliseconds(500) else { return }
    let isDue = lastDrawn.withLock { last in
      guard last.map({ now - $0 > .milliseconds(100) }) ?? true else { return false }
      last = now
      return true
    }
    guard isDue else { return }
    let width = 32
    let filled = min(width, max(0, Int(fraction * Double(width))))
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let percent = "\(Int(fraction * 100))".padded(3, atStart: true)
    Console.writeError("\r\(bar) \(percent) %  \(evaluations) evaluations")
  }

  /// Takes the line away.
  func clear() {
    let wasDrawn = lastDrawn.withLock { last in
      defer { last = nil }
      return last != nil
    }
    if wasDrawn { Console.writeError("\r\u{1B}[K") }
  }
}

/// The process's own streams.
public enum Console {
  public static func writeError(_ text: String) { write(text, to: STDERR_FILENO) }
  public static func writeOutput(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// Ends the process at once: taking libtorch's operators down in order, when all memory goes
  /// anyway, would take a tenth of the time of a small explanation.
  public static func leave(_ status: ExitStatus) -> Never {
    fflush(nil)
    _exit(status.rawValue)
  }

  /// Whether progress is worth showing.
  public static var isInteractive: Bool { ProgressBar.isUseful }

  /// Whether words may be colored: on a terminal that says that it has 24-bit color, unless
  /// `NO_COLOR` is set (see no-color.org).
  public static var takesColor: Bool {
    func value(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    guard isatty(STDOUT_FILENO) == 1, value("NO_COLOR").isEmpty, value("TERM") != "dumb" else {
      return false
    }
    return ["truecolor", "24bit"].contains(value("COLORTERM")) || value("TERM").hasSuffix("direct")
  }

  private static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done)
      }
      if count < 0 && errno == EINTR { continue }
      // A closed pipe: the reader has seen enough.
      guard count > 0 else { return }
      done += count
    }
  }
}
