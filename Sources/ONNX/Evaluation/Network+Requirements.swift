// SPDX-License-Identifier: Apache-2.0

import Attribution

extension Network {
  /// The places around `given` on which `wanted` depends, as far downstream as they have rows.
  ///
  /// Values that do not depend on `given` need computing once for an instance, and repeating for
  /// its points. Where the last such value has no rows, as the result of shape arithmetic, what it
  /// was made from is asked for instead, so that it is computed again for the rows there are.
  func requirements(of wanted: [Place], given: [Place]) throws -> [Place] {
    let wanted = try wanted.map { try spot($0) }
    let given = Set(try given.map { try spot($0) })

    // What depends on a given place, forward.
    var depends = [Bool](repeating: false, count: graph.values.count)
    for case .value(let value) in given { depends[value] = true }
    var nodeDepends = [Bool](repeating: false, count: nodes.count)
    for (node, content) in graph.nodes.enumerated() {
      nodeDepends[node] = content.inputs.enumerated().contains { input, value in
        guard let value else { return false }
        return depends[value] || given.contains(.edge(node: node, input: input, value: value))
      }
      guard nodeDepends[node] else { continue }
      for case .some(let value) in content.outputs { depends[value] = true }
    }

    // Backward from what is wanted, as far as it depends; there the frontier begins.
    var seen = [Bool](repeating: false, count: graph.values.count)
    var frontier: [Int] = []
    var open = wanted.filter { !given.contains($0) }.map(\.value)
    while let value = open.popLast() {
      guard !seen[value], constants[value] == nil, !given.contains(.value(value)) else { continue }
      seen[value] = true
      guard depends[value], let node = graph.values[value].producer else {
        frontier.append(value)
        continue
      }
      for (input, value) in graph.nodes[node].inputs.enumerated() {
        guard let value, !given.contains(.edge(node: node, input: input, value: value)) else {
          continue
        }
        open.append(value)
      }
    }
    return keptForRows(frontier).map { Place(graph.values[$0].name) }
  }

  /// Goes upstream from each value to values that have rows, or are inputs.
  private func keptForRows(_ frontier: [Int]) -> [Int] {
    let needsAnalysis = frontier.contains { graph.values[$0].producer != nil }
    let analysis = needsAnalysis ? analysis() : nil
    func hasRows(_ value: Int) -> Bool {
      analysis?.states[value] == .rows
        && (unitRows == 1 || analysis?.shapes[value]?.first == unitRows)
    }
    var seen: Set<Int> = []
    var kept: [Int] = []
    var open = frontier
    while let value = open.popLast() {
      guard constants[value] == nil, seen.insert(value).inserted else { continue }
      guard let node = graph.values[value].producer, !hasRows(value) else {
        kept.append(value)
        continue
      }
      for case .some(let input) in graph.nodes[node].inputs { open.append(input) }
    }
    return kept.sorted()
  }
}
