// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Recurrent layers, step by step, in the forms that exporters write: the standard activations,
  /// no peepholes, no clipping, and sequences of one length.
  static let recurrent: [OperatorDefinition] = [
    layer("LSTM", gates: 4, arity: 3...8, activations: ["sigmoid", "tanh", "tanh"]) { _ in
      { input, state, hidden, bias, weights in
        let gates = try (input + state[0].matrixProduct(weights) + bias)
          .split(lengths: [hidden, hidden, hidden, hidden], axis: -1)
        let (entry, exit, forget) = (gates[0], gates[1], gates[2])
        let cell =
          try forget.sigmoid() * state[1]
          + entry.sigmoid() * gates[3].hyperbolicTangent()
        return [try exit.sigmoid() * cell.hyperbolicTangent(), cell]
      }
    },
    layer("GRU", gates: 3, arity: 3...6, activations: ["sigmoid", "tanh"]) { node in
      let resetsAfter = try node.flag("linear_before_reset")
      return { input, state, hidden, bias, weights in
        let parts = [hidden, hidden, hidden]
        let inputs = try input.split(lengths: parts, axis: -1)
        let biases = try bias.split(lengths: parts, axis: -1)
        let kernels = try weights.split(lengths: parts, axis: -1)
        let previous = state[0]
        let update = try (inputs[0] + previous.matrixProduct(kernels[0]) + biases[0]).sigmoid()
        let reset = try (inputs[1] + previous.matrixProduct(kernels[1]) + biases[1]).sigmoid()
        let memory =
          resetsAfter
          ? try reset * (previous.matrixProduct(kernels[2]) + biases[2])
          : try (reset * previous).matrixProduct(kernels[2]) + biases[2]
        let candidate = try (inputs[2] + memory).hyperbolicTangent()
        return [try (1 - update) * candidate + update * previous]
      }
    },
    layer("RNN", gates: 1, arity: 3...6, activations: ["tanh"]) { _ in
      { input, state, _, bias, weights in
        [try (input + state[0].matrixProduct(weights) + bias).hyperbolicTangent()]
      }
    },
  ]

  /// The sequences of a batch run beside each other; rows of weights are shared.
  private static func recurrentRows(_ context: RowContext) throws -> RowOutcome {
    let batch = try context.reader.flag("layout") ? 0 : 1
    return .independent(
      inputs: [batch, nil, nil, nil, 0, batch, batch, nil],
      outputs: batch == 0 ? [0, 0, 0] : [2, 1, 1])
  }

  /// A step: the input's share of the gates, `[rows, gates · hidden]`, the states ahead of it, the
  /// number of hidden units, the recurrent bias and weights.
  ///
  /// Gives the states behind it.
  private typealias Step = @Sendable (Tensor, [Tensor], Int, Tensor, Tensor) throws -> [Tensor]

  private static func layer(
    _ name: String, gates: Int, arity: ClosedRange<Int>, activations: [String],
    _ prepare: @escaping @Sendable (NodeReader) throws -> Step
  ) -> OperatorDefinition {
    OperatorDefinition(name, arity: arity, rows: .custom(recurrentRows)) { node in
      let direction = try node.text("direction", "forward")
      guard ["forward", "reverse", "bidirectional"].contains(direction) else {
        throw NodeFault("the direction '\(direction)' is not one that ONNX knows")
      }
      let directions = direction == "bidirectional" ? 2 : 1
      if let attribute = node.node.attributes["activations"] {
        let standard = (0..<directions).flatMap { _ in activations }
        guard case .texts(let names) = attribute, names.map({ $0.lowercased() }) == standard else {
          throw NodeFault("only the activations \(standard) are supported")
        }
      }
      guard try node.float("clip") == nil, try !node.flag("input_forget"), !node.hasInput(7) else {
        throw NodeFault("clipping, coupled gates and peepholes are not supported")
      }
      let rowsFirst = try node.flag("layout")
      let step = try prepare(node)
      let states = name == "LSTM" ? 2 : 1
      return { inputs in
        let x = rowsFirst ? try inputs[0].transposed(0, 1) : try inputs[0]
        let weights = try inputs[2]
        guard x.rank == 3, weights.rank == 3, weights.shape[0] == directions else {
          throw NodeFault("the shapes \(x.shape) and \(weights.shape) do not fit")
        }
        let (length, rows, hidden) = (x.shape[0], x.shape[1], weights.shape[2])
        if let lengths = try inputs.optional(4)?.integers(),
          lengths.contains(where: { $0 != length })
        {
          throw NodeFault("sequences of several lengths are not supported")
        }
        var sequences: [Tensor] = []
        var ends = [[Tensor]](repeating: [], count: states)
        for index in 0..<directions {
          let isReverse = direction == "reverse" || index == 1
          let bias =
            try inputs.optional(3)?.selected(index, axis: 0)
            ?? Tensor.zeros([2 * gates * hidden], type: x.elementType, on: x.device)
          let halves = try bias.split(lengths: [gates * hidden, gates * hidden], axis: 0)
          // The input's share of all steps at once.
          let shares =
            try x.matrixProduct(
              try inputs[1].selected(index, axis: 0).transposed()) + halves[0]
          var state = try (0..<states).map { place in
            let start = try inputs.optional(5 + place).map {
              rowsFirst ? try $0.transposed(0, 1) : $0
            }
            return try start?.selected(index, axis: 0)
              ?? Tensor.zeros([rows, hidden], type: x.elementType, on: x.device)
          }
          let kernel = try weights.selected(index, axis: 0).transposed()
          var outputs: [Tensor] = []
          for time in isReverse ? Array((0..<length).reversed()) : Array(0..<length) {
            state = try step(
              try shares.selected(time, axis: 0), state, hidden, halves[1], kernel)
            outputs.append(state[0])
          }
          sequences.append(try .stacked(isReverse ? outputs.reversed() : outputs))
          for place in 0..<states { ends[place].append(state[place]) }
        }
        // [time, directions, rows, hidden], or rows ahead of both.
        let axes = rowsFirst ? [2, 0, 1, 3] : [0, 1, 2, 3]
        let all = try Tensor.stacked(sequences, axis: 1).permuted(to: axes)
        return try [all] + ends.map { try .stacked($0, axis: rowsFirst ? 1 : 0) }
      }
    }
  }
}
