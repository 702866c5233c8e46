// SPDX-License-Identifier: Apache-2.0

import Attribution

extension Network {
  /// In which inputs a node is affine: in all of these together, what it reads elsewhere being fixed.
  private enum Affinity {
    case jointly
    /// In any one of them.
    case singly
    case first

    private static let byOperator: [String: Affinity] = {
      let jointly = ["Add", "Sub", "Sum", "Mean", "Concat", "Identity", "Neg"]
      let singly = ["Mul", "MatMul", "Gemm"]
      let first = [
        "AveragePool", "BatchNormalization", "Conv", "ConvTranspose", "DepthToSpace", "Div",
        "Expand", "Flatten", "Gather", "GlobalAveragePool", "ReduceMean", "ReduceSum", "Reshape",
        "Slice", "SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze",
      ]
      return Dictionary(
        uniqueKeysWithValues: jointly.map { ($0, .jointly) } + singly.map { ($0, .singly) }
          + first.map { ($0, .first) })
    }()

    init?(_ node: Graph.Node) {
      guard node.domain.isEmpty, let affinity = Self.byOperator[node.operation] else { return nil }
      self = affinity
    }

    /// Whether a node that depends on `places` among its inputs is affine in them.
    func holds(for places: [Int]) -> Bool {
      switch self {
      case .jointly: true
      case .singly: places.count == 1
      case .first: places == [0]
      }
    }
  }

  /// The values through which alone `wanted` depends on `given`, all of them affine in it, as far
  /// downstream as that goes.
  func affineReach(of given: [Place], toward wanted: [Place]) throws -> [Place] {
    let wantedValues = Set(try wanted.map { try spot($0).value })
    let givenSpots = try given.map { try spot($0) }
    let givenSet = Set(givenSpots)

    // Forward: what depends on the given places, and whether it is affine in them.
    var isAffine = [Bool?](repeating: nil, count: graph.values.count)
    for case .value(let value) in givenSpots { isAffine[value] = true }
    var leaves: Set<Spot> = []
    for (position, node) in graph.nodes.enumerated() where nodes[position] != nil {
      let reads = node.inputs.enumerated().compactMap { input, value -> (input: Int, spot: Spot)? in
        guard let value else { return nil }
        let edge = Spot.edge(node: position, input: input, value: value)
        if givenSet.contains(edge) { return (input, edge) }
        return isAffine[value] == nil ? nil : (input, .value(value))
      }
      // A shape is the same for all points.
      guard !reads.isEmpty, node.operation != "Shape" else { continue }
      let continues =
        Affinity(node)?.holds(for: reads.map(\.input)) == true
        && reads.allSatisfy { read in
          if case .value(let value) = read.spot { isAffine[value] == true } else { true }
        }
      if !continues {
        // Here the affine part ends, for as much of the input as it holds.
        for (_, spot) in reads {
          if case .value(let value) = spot, isAffine[value] != true { continue }
          leaves.insert(spot)
        }
      }
      for case .some(let value) in node.outputs where !givenSet.contains(.value(value)) {
        isAffine[value] = continues
      }
    }
    for value in wantedValues where isAffine[value] == true { leaves.insert(.value(value)) }

    // Only what leads to the wanted values counts.
    let needed = try needed(for: wantedValues)
    let reach = leaves.filter { spot in
      switch spot {
      case .value(let value): needed.values.contains(value)
      case .edge(let node, _, _): needed.nodes.contains(node)
      }
    }
    // Of a model written for several rows, not every value is known to keep them apart.
    guard !reach.isEmpty, reach != givenSet, unitRows == 1 else { return given }
    return reach.map { place(of: $0) }.sorted { $0.description < $1.description }
  }

  /// All values and nodes upstream of some values, these included.
  private func needed(for wanted: Set<Int>) throws -> (values: Set<Int>, nodes: Set<Int>) {
    var values = wanted
    var passed: Set<Int> = []
    var open = Array(wanted)
    while let value = open.popLast() {
      guard let node = graph.values[value].producer, passed.insert(node).inserted else { continue }
      for case .some(let input) in graph.nodes[node].inputs where values.insert(input).inserted {
        open.append(input)
      }
    }
    return (values, passed)
  }

  private func place(of spot: Spot) -> Place {
    switch spot {
    case .value(let value): Place(graph.values[value].name)
    case .edge(let node, let input, let value):
      Place(
        graph.values[value].name,
        reader: Place.Reader(node: graph.nodes[node].name, input: input))
    }
  }
}
