// SPDX-License-Identifier: Apache-2.0

import Torch

extension Baseline {
  /// Paths from each start to the instance, of the instances' shape, their weights summing to 1.
  ///
  /// - Throws: ``BaselineError`` where there is no start, or the weights sum to nothing.
  func ends(for instances: Instances) throws -> [PathEnds] {
    let starts = try starts(for: instances)
    guard !starts.isEmpty else { throw BaselineError.none(name) }
    let whole = starts.reduce(0) { $0 + $1.weight }
    guard whole > 0 else { throw BaselineError.weights(name) }
    return try starts.map { start in
      PathEnds(
        start: try instances.broadcast(start.activation, as: "the baseline '\(name)'"),
        weight: start.weight / whole)
    }
  }
}

/// A start that is known.
struct KnownStart: Baseline {
  let activation: Activation
  let name: String

  func starts(for instances: Instances) throws -> [WeightedStart] { [WeightedStart(activation)] }
}
