// SPDX-License-Identifier: Apache-2.0

import Attribution
import Synchronization

extension Network {
  /// Makes sure that the rows of one unit, in a model that was written for several, do not see each
  /// other, nor where among the others they stand.
  ///
  /// By induction: the rows of what is given are apart, and every node that would run keeps them so,
  /// on the first axis. A node does where its rule says that it treats the places of that axis apart,
  /// and its other inputs are the same for each.
  ///
  /// - Throws: ``ONNXError/invalidInput(name:reason:)`` naming the first node of which that is not
  ///   known.
  func checkRowsApart(_ plan: Plan, _ key: Plan.Key) throws {
    guard !plansApart.withLock({ $0.contains(key) }) else { return }
    let analysis = analysis()
    for place in key.given + key.wanted {
      let value = try spot(place).value
      guard graph.values[value].producer != nil else { continue }
      let isGiven = key.given.contains(place)
      guard
        isGiven
          ? analysis?.valuesApart.contains(value) != true
          : analysis?.states[value] != .rows
      else { continue }
      throw ONNXError.invalidInput(
        name: place.description,
        reason: "the model was written for \(unitRows) rows, and it cannot be told that this value"
          + " has them on its first axis; cut at another, or export the model for one row or for any"
          + " number")
    }
    if let step = plan.steps.first(where: { analysis?.nodesApart.contains($0.node) != true }) {
      let node = graph.nodes[step.node]
      throw ONNXError.invalidInput(
        name: key.wanted.first?.description ?? node.name,
        reason: "the model was written for \(unitRows) rows, and at node '\(node.name)'"
          + " (\(node.operation)) it cannot be told that they are kept apart; export it with the"
          + " batch as the first axis, for one row or for any number")
    }
    plansApart.withLock {
      if $0.count >= 256 { $0.removeAll() }
      $0.insert(key)
    }
  }
}
