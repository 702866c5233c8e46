// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How much control flow may compute where nobody has asked for its results: while constants are
/// folded, and while a model is run on zeros to see shapes.
///
/// A loop can ask for any number of runs of its body in a file of a few bytes, and one that waits
/// for its data may never end on zeros. What goes beyond is not folded, or has no known shape. When
/// a model is evaluated, loops run as the model says.
final class BodyBudget: Sendable {
  /// The budget that holds on this task; nil for none.
  @TaskLocal static var current: BodyBudget?

  /// More would have to be computed than may be.
  struct Exhausted: Error {}

  private let runs: Mutex<Int>
  private let end = ContinuousClock.now + .seconds(1)

  /// - Parameter runs: Nodes of bodies that may run, within a second.
  init(runs: Int = 50_000) { self.runs = Mutex(runs) }

  /// - Throws: ``Exhausted``.
  func spend(_ count: Int) throws {
    let left = runs.withLock { runs in
      runs -= count
      return runs
    }
    guard left >= 0, ContinuousClock.now < end else { throw Exhausted() }
  }
}
