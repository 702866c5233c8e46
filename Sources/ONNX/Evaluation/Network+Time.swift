// SPDX-License-Identifier: Apache-2.0

import Torch

extension Network {
  /// Why the first axis of an input cannot count rows, though the file leaves its length open: a
  /// layer runs along it, so that it is time.
  ///
  /// One row after the other would be one step after the other, each from the first state. Told
  /// where nothing between the input and the layer can have moved the axis.
  static func timeFault(
    in graph: borrowing Graph, _ nodes: [PreparedNode?], hasRows: [Bool], fixedRows: Int?
  ) -> ONNXError? {
    guard fixedRows == nil else { return nil }
    // By value: the input whose first axis is its own.
    var origins: [Int: Int] = [:]
    for (input, hasRows) in zip(graph.inputs, hasRows) where hasRows { origins[input] = input }
    for position in nodes.indices {
      guard let reader = nodes[position]?.reader, reader.node.domain.isEmpty else { continue }
      let inputs = graph.nodes[position].inputs
      func origin(_ place: Int) -> Int? {
        place < inputs.count ? inputs[place].flatMap { origins[$0] } : nil
      }
      if let place = reader.placeOfTime, let input = origin(place) {
        return .invalidInput(
          name: graph.values[input].name,
          reason: "its first axis is time, along which '\(reader.node.name)'"
            + " (\(reader.node.operation)) runs, and only rows can lie there; export the model"
            + " with the batch first")
      }
      if let place = reader.placeOfFirstAxis, let input = origin(place),
        let output = graph.nodes[position].outputs.first ?? nil
      {
        origins[output] = input
      }
    }
    return nil
  }
}

extension NodeReader {
  /// The input along whose first axis a node runs step by step.
  fileprivate var placeOfTime: Int? {
    switch node.operation {
    case "RNN", "GRU", "LSTM": (try? flag("layout")) == false ? 0 : nil
    case "Scan":
      (try? integer("num_scan_inputs")).flatMap { count in
        let axes = (try? integers("scan_input_axes")) ?? nil
        return version > 8 && axes?.first ?? 0 == 0 ? node.ownInputCount - count : nil
      }
    default: nil
    }
  }

  /// The input whose first axis is the first output's for certain, whatever the shapes are.
  fileprivate var placeOfFirstAxis: Int? {
    let others = (1..<max(1, node.inputs.count)).filter { hasInput($0) }
    switch node.operation {
    case "Identity", "Cast", "Dropout", "LayerNormalization": return 0
    case "Squeeze", "Unsqueeze":
      let axes = ((try? axes("axes", input: 1)) ?? (nil, true)).axes
      return axes.map { !$0.isEmpty && $0.allSatisfy { $0 > 0 } } == true ? 0 : nil
    case "MatMul": return constant(1)?.rank == 2 ? 0 : nil
    // A table's rows, looked up.
    case "Gather":
      return constant(0) != nil && (try? integer("axis", 0)) == 0 ? 1 : nil
    default:
      guard let rule = OperatorRegistry.definition(of: node)?.rows, case .elementwise = rule,
        others.allSatisfy({ (constant($0)?.rank).map { $0 < 2 } == true })
      else { return nil }
      return 0
    }
  }
}
