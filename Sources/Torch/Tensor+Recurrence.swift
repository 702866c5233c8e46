// SPDX-License-Identifier: Apache-2.0

/// A layer that runs along a sequence.
public enum RecurrentLayer: String, Sendable, CaseIterable {
  /// Gates in the order input, forget, cell, output.
  case lstm
  /// Gates in the order reset, update, new; the reset gate acts behind the state's weights.
  case gru
  case tanh = "rnn_tanh"
  case relu = "rnn_relu"

  /// The states that it carries on: hidden, and for LSTM the cell's.
  public var stateCount: Int { self == .lstm ? 2 : 1 }

  fileprivate var operation: Operator {
    self == .lstm ? Operator("attribution::lstm") : Operator("aten::\(rawValue)", "input")
  }
}

extension Tensor {
  /// Runs a layer along this sequence, `[time, rows, features]`.
  ///
  /// - Parameters:
  ///   - states: `[directions, rows, hidden]` each: hidden, and for LSTM the cell's.
  ///   - weights: For each direction four tensors: `[gates · hidden, features]` for the input,
  ///     `[gates · hidden, hidden]` for the state, and a bias `[gates · hidden]` for each of both.
  ///     Two directions run both ways.
  /// - Returns: The hidden states, `[time, rows, directions · hidden]`, and the last states.
  public func recurrent(
    _ layer: RecurrentLayer, from states: [Tensor], weights: [Tensor]
  ) throws -> (sequence: Tensor, states: [Tensor]) {
    guard states.count == layer.stateCount, weights.count == 4 || weights.count == 8 else {
      throw TorchError(
        operation: layer.rawValue,
        message: "\(states.count) states and \(weights.count) weights do not make this layer")
    }
    let shared: [Operator.Argument] = [
      .tensors(weights), .boolean(true), .integer(1), .number(0), .boolean(false),
      .boolean(weights.count == 8), .boolean(false),
    ]
    let start = layer == .lstm ? .tensors(states) : Operator.Argument.tensor(states[0])
    let results = try layer.operation.all(arguments: [.tensor(self), start] + shared)
    return (results[0], Array(results.dropFirst()))
  }
}
