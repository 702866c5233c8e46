// SPDX-License-Identifier: Apache-2.0

import Torch

/// A recurrent layer in the form that libtorch has as one operator: the usual activations, no
/// clipping, peepholes or coupled gates, forward or both ways.
struct StandardRecurrence: Sendable {
  private let layer: RecurrentLayer
  private let gates: Int
  /// The place among ONNX's gates of each of libtorch's.
  private let order: [Int]
  /// In libtorch's order, where they are constants.
  private var weights: [Tensor]?

  /// - Returns: Nil where the node has another form, which runs step by step.
  init?(
    _ kind: RecurrentCell.Kind, _ cells: [RecurrentCell], _ node: NodeReader, isReverse: Bool
  ) {
    guard !isReverse, !node.hasInput(7), let first = cells.first,
      cells.allSatisfy({ $0.limit == nil && !$0.couplesGates }),
      case let names = first.activations.map(\.name),
      cells.allSatisfy({ $0.activations.map(\.name) == names })
    else { return nil }
    switch (kind, names) {
    case (.lstm, ["sigmoid", "tanh", "tanh"]): (layer, order) = (.lstm, [0, 2, 3, 1])
    case (.gru, ["sigmoid", "tanh"]) where first.resetsAfter: (layer, order) = (.gru, [1, 0, 2])
    case (.rnn, ["tanh"]): (layer, order) = (.tanh, [0])
    case (.rnn, ["relu"]): (layer, order) = (.relu, [0])
    default: return nil
    }
    gates = kind.gates
    let tensors = (0..<4).map { node.constant($0) }
    guard tensors[1] != nil, tensors[2] != nil, !node.hasInput(3) || tensors[3] != nil else {
      return
    }
    weights = try? weights(NodeInputs(tensors: tensors))
  }

  /// - Parameters:
  ///   - x: `[time, rows, features]`.
  ///   - rowsFirst: Whether states, and what comes out, have rows on their first axis.
  func outputs(_ x: Tensor, _ inputs: NodeInputs, rowsFirst: Bool) throws -> [Tensor] {
    let (directions, hidden) = try checkedSizes(x, inputs)
    let weights = try self.weights ?? self.weights(inputs)
    let states = try (0..<layer.stateCount).map { place in
      try inputs.optional(5 + place).map { rowsFirst ? try $0.transposed(0, 1) : $0 }
        ?? Tensor.zeros([directions, x.shape[1], hidden], type: x.elementType, on: x.device)
    }
    for state in states where state.shape != [directions, x.shape[1], hidden] {
      throw NodeFault("a state of the shape \(state.shape) for \(x.shape[1]) sequences")
    }
    let (sequence, ends) = try x.recurrent(layer, from: states, weights: weights)
    // [time, rows, directions · hidden] to [time, directions, rows, hidden], or rows ahead of all.
    let apart = try sequence.reshaped(to: [x.shape[0], x.shape[1], directions, hidden])
    return try [apart.permuted(to: rowsFirst ? [1, 0, 2, 3] : [0, 2, 1, 3])]
      + ends.map { rowsFirst ? try $0.transposed(0, 1) : $0 }
  }

  /// libtorch does not check shapes here: what does not fit would be read beyond its end.
  private func checkedSizes(
    _ x: Tensor, _ inputs: NodeInputs
  ) throws -> (directions: Int, hidden: Int) {
    let (input, state) = (try inputs[1].shape, try inputs[2].shape)
    guard state.count == 3, case (let directions, let hidden) = (state[0], state[2]),
      hidden > 0, directions == 1 || directions == 2, x.shape[2] > 0,
      input == [directions, gates * hidden, x.shape[2]],
      state == [directions, gates * hidden, hidden],
      inputs.optional(3).map({ $0.shape == [directions, 2 * gates * hidden] }) ?? true,
      try [inputs[1], inputs[2]].allSatisfy({ $0.elementType == x.elementType })
    else {
      throw NodeFault("an input of the shape \(x.shape), weights \(input) and \(state) do not fit")
    }
    return (directions, hidden)
  }

  private func weights(_ inputs: NodeInputs) throws -> [Tensor] {
    let shape = try inputs[2].shape
    guard shape.count == 3 else { throw NodeFault("recurrent weights of the shape \(shape)") }
    return try (0..<shape[0]).flatMap { try weights(of: $0, inputs, hidden: shape[2]) }
  }

  private func weights(
    of direction: Int, _ inputs: NodeInputs, hidden: Int
  ) throws -> [Tensor] {
    let size = gates * hidden
    let kernels = try [1, 2].map { try inputs[$0].selected(direction, axis: 0) }
    let biases =
      try inputs.optional(3)?.selected(direction, axis: 0).split(lengths: [size, size], axis: 0)
      ?? [Tensor](
        repeating: .zeros([size], type: kernels[0].elementType, on: kernels[0].device), count: 2)
    return try (kernels + biases).map { try reordered($0, hidden) }
  }

  private func reordered(_ weights: Tensor, _ hidden: Int) throws -> Tensor {
    guard order.count > 1 else { return weights }
    let parts = try weights.split(
      lengths: [Int](repeating: hidden, count: gates), axis: 0)
    return try .concatenated(order.map { parts[$0] })
  }
}
