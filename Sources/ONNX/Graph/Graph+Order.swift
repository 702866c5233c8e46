// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// Puts nodes in an order in which each comes after those whose outputs it reads; of several such
  /// orders, the one nearest to the file's.
  ///
  /// Fills in producers and consumers.
  ///
  /// - Throws: ``ONNXError/invalidGraph(place:reason:)`` where nodes wait for each other.
  mutating func sortNodes(_ place: String) throws(ONNXError) {
    var producer = [Int?](repeating: nil, count: values.count)
    for (position, node) in nodes.enumerated() {
      for case .some(let value) in node.outputs { producer[value] = position }
    }
    var waitsFor = [Int](repeating: 0, count: nodes.count)
    var readers = [[Int]](repeating: [], count: nodes.count)
    for (position, node) in nodes.enumerated() {
      for case .some(let value) in node.inputs {
        guard let source = producer[value] else { continue }
        waitsFor[position] += 1
        readers[source].append(position)
      }
    }
    var order: [Int] = []
    var ready = Heap(nodes.indices.filter { waitsFor[$0] == 0 })
    while let position = ready.popSmallest() {
      order.append(position)
      for reader in readers[position] {
        waitsFor[reader] -= 1
        if waitsFor[reader] == 0 { ready.insert(reader) }
      }
    }
    guard order.count == nodes.count else {
      throw .invalidGraph(
        place: place, reason: "a cycle of nodes: " + cycle(waitsFor, producer))
    }
    if order != Array(nodes.indices) { nodes = order.map { nodes[$0] } }
    link()
  }

  /// Tells every value which node computes it and which read it.
  mutating func link() {
    for value in values.indices {
      values[value].producer = nil
      values[value].consumers = []
    }
    for (position, node) in nodes.enumerated() {
      for case .some(let value) in node.outputs { values[value].producer = position }
      for case .some(let value) in node.inputs where values[value].consumers.last != position {
        values[value].consumers.append(position)
      }
    }
  }

  /// The nodes of one cycle, by walking from a waiting node to one that it waits for.
  private func cycle(_ waitsFor: [Int], _ producer: [Int?]) -> String {
    var walk: [Int] = []
    var position = waitsFor.firstIndex { $0 > 0 }
    while let here = position, !walk.contains(here) {
      walk.append(here)
      position =
        nodes[here].inputs.compactMap { $0.flatMap { producer[$0] } }
        .first { waitsFor[$0] > 0 }
    }
    if let start = position.flatMap({ walk.firstIndex(of: $0) }) { walk.removeFirst(start) }
    let names = walk.reversed().map { position in
      let node = nodes[position]
      let output = node.outputs.compactMap { $0 }.first.map { values[$0].name } ?? ""
      return "'\(node.name.isEmpty ? output : node.name)' (\(node.operation))"
    }
    return (names.prefix(8) + (names.count > 8 ? ["…"] : [])).joined(separator: " → ")
  }

  /// Gives every node a name of its own, the same each time the file is read: a node without one
  /// is called like its first output, and nodes that share one get `#1`, `#2` and so on.
  mutating func nameNodes() {
    var uses: [String: Int] = [:]
    for node in nodes where !node.name.isEmpty { uses[node.name, default: 0] += 1 }
    var numbers: [String: Int] = [:]
    for position in nodes.indices {
      let node = nodes[position]
      var name = node.name
      if name.isEmpty {
        name = node.outputs.compactMap { $0 }.first.map { values[$0].name } ?? node.operation
      }
      if uses[name, default: 0] > (node.name.isEmpty ? 0 : 1) || nodeIndices[name] != nil {
        let base = name
        repeat {
          numbers[base, default: 0] += 1
          name = "\(base)#\(numbers[base, default: 0])"
        } while nodeIndices[name] != nil || uses[name] != nil
      }
      nodeIndices[name] = position
      nodes[position].name = name
    }
  }
}

/// A binary heap of integers that gives the smallest first.
private struct Heap {
  private var elements: [Int]

  /// - Parameter ascending: The first elements, in ascending order (which makes them a heap).
  init(_ ascending: [Int]) { elements = ascending }

  mutating func insert(_ element: Int) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, elements[child] < elements[(child - 1) / 2] {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popSmallest() -> Int? {
    guard let smallest = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return smallest }
    elements[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < elements.count else { return smallest }
      if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
      guard elements[child] < elements[parent] else { return smallest }
      elements.swapAt(child, parent)
      parent = child
    }
  }
}
