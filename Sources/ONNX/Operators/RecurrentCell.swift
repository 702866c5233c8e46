// SPDX-License-Identifier: Apache-2.0

import Torch

/// What a recurrent layer does at one step, in one direction.
struct RecurrentCell: Sendable {
  enum Kind: String, Sendable {
    case rnn = "RNN"
    case gru = "GRU"
    case lstm = "LSTM"

    var gates: Int {
      switch self {
      case .rnn: 1
      case .gru: 3
      case .lstm: 4
      }
    }

    /// Hidden state, and for LSTM the cell's.
    var states: Int { self == .lstm ? 2 : 1 }

    var activations: [String] {
      switch self {
      case .rnn: ["Tanh"]
      case .gru: ["Sigmoid", "Tanh"]
      case .lstm: ["Sigmoid", "Tanh", "Tanh"]
      }
    }
  }

  let kind: Kind
  let activations: [RecurrentActivation]
  /// What enters a gate's activation is cut to ±`limit`; a cell on its way out is not, as runtimes
  /// have it.
  let limit: Double?
  /// LSTM: what is forgotten makes room for what enters.
  let couplesGates: Bool
  /// GRU: the state is reset behind its weights, not ahead of them.
  let resetsAfter: Bool

  /// The weights of one direction.
  struct Weights {
    /// `[hidden, gates · hidden]`.
    let kernel: Tensor
    /// `[gates · hidden]`.
    let bias: Tensor
    /// `[hidden]` each: for LSTM's entry, exit and forget gate.
    let peepholes: [Tensor]
    let hidden: Int
  }

  /// - Parameters:
  ///   - input: The input's share of the gates, `[rows, gates · hidden]`.
  ///   - state: `[rows, hidden]` each, ahead of the step.
  /// - Returns: The states behind the step.
  func step(_ input: Tensor, _ state: [Tensor], _ weights: Weights) throws -> [Tensor] {
    switch kind {
    case .rnn:
      let sum = try input + state[0].matrixProduct(weights.kernel) + weights.bias
      return [try activations[0](limited(sum))]
    case .gru: return [try gru(input, state[0], weights)]
    case .lstm: return try lstm(input, state, weights)
    }
  }

  private func limited(_ x: Tensor) throws -> Tensor {
    try limit.map { try x.clamped(from: -$0, to: $0) } ?? x
  }

  private func gru(_ input: Tensor, _ state: Tensor, _ weights: Weights) throws -> Tensor {
    let hidden = weights.hidden
    let parts = [2 * hidden, hidden]
    let inputs = try input.split(lengths: parts, axis: -1)
    let biases = try weights.bias.split(lengths: parts, axis: -1)
    let kernels = try weights.kernel.split(lengths: parts, axis: -1)
    let gates = try activations[0](
      limited(inputs[0] + state.matrixProduct(kernels[0]) + biases[0])
    ).split(lengths: [hidden, hidden], axis: -1)
    let (update, reset) = (gates[0], gates[1])
    let memory =
      resetsAfter
      ? try reset * (state.matrixProduct(kernels[1]) + biases[1])
      : try (reset * state).matrixProduct(kernels[1]) + biases[1]
    let candidate = try activations[1](limited(inputs[1] + memory))
    return try (1 - update) * candidate + update * state
  }

  private func lstm(_ input: Tensor, _ state: [Tensor], _ weights: Weights) throws -> [Tensor] {
    let sum = try input + state[0].matrixProduct(weights.kernel) + weights.bias
    let gates = try sum.split(
      lengths: [Int](repeating: weights.hidden, count: 4), axis: -1)
    func seeing(_ gate: Int, _ cell: Tensor) throws -> Tensor {
      weights.peepholes.isEmpty ? gates[gate] : try gates[gate] + weights.peepholes[gate] * cell
    }
    let entry = try activations[0](limited(seeing(0, state[1])))
    let forget =
      couplesGates ? try 1 - entry : try activations[0](limited(seeing(2, state[1])))
    let cell = try forget * state[1] + entry * activations[1](limited(gates[3]))
    let exit = try activations[0](limited(seeing(1, cell)))
    return [try exit * activations[2](cell), cell]
  }
}
