// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Layers that carry a state from place to place, and so need no product of all with all.
  static let linearAttention: [OperatorDefinition] = [
    OperatorDefinition(
      "LinearAttention", since: 27, arity: 3...6,
      rows: .custom { _ in .independent(inputs: [0, 0, 0, 0, 0, 0], outputs: [0, 0]) },
      prepare: linearAttention),
    OperatorDefinition(
      "CausalConvWithState", since: 27, arity: 2...4,
      rows: .custom { _ in .independent(inputs: [0, nil, nil, 0], outputs: [0, 0]) },
      prepare: causal),
  ]

  private enum UpdateRule: String, Sendable {
    case linear, gated, delta
    case gatedDelta = "gated_delta"

    var isGated: Bool { self == .gated || self == .gatedDelta }
    var isDelta: Bool { self == .delta || self == .gatedDelta }
  }

  /// The state S, `[rows, groups, length, value length]`, decays, takes k ⊗ v in and answers qᵀS at
  /// each place in turn: Yang and others 2024, arXiv:2412.06464, with its simpler forms.
  private static func linearAttention(_ node: NodeReader) throws -> NodeFunction {
    guard let heads = try node.integer("q_num_heads"),
      let groups = try node.integer("kv_num_heads"),
      groups > 0, heads > 0, heads % groups == 0
    else { throw NodeFault("the numbers of heads are missing or do not divide") }
    let rule: UpdateRule = try node.choice("update_rule", .gatedDelta)
    let scale = try node.float("scale", 0)
    guard node.hasInput(4) == rule.isGated, node.hasInput(5) == rule.isDelta else {
      throw NodeFault("the rule '\(rule.rawValue)' does not go with these inputs")
    }
    return { inputs in
      let query = try ScaledAttention.apart(try inputs[0], heads: heads)
      let key = try ScaledAttention.apart(try inputs[1], heads: groups)
      let value = try ScaledAttention.apart(try inputs[2], heads: groups)
      let (rows, places, length) = (query.shape[0], query.shape[2], query.shape[3])
      let width = value.shape[3]
      guard key.shape == [rows, groups, places, length],
        value.shape == [rows, groups, places, width], length > 0
      else {
        throw NodeFault("\(query.shape), \(key.shape) and \(value.shape) do not fit")
      }
      /// `[rows, groups, places, 1 or length]` of a gate, `[rows, places, …]`.
      func gate(_ x: Tensor?, _ widths: [Int]) throws -> Tensor? {
        guard let x else { return nil }
        guard x.rank == 3, x.shape[0] == rows, x.shape[1] == places, widths.contains(x.shape[2])
        else { throw NodeFault("a gate of the shape \(x.shape)") }
        let count = x.shape[2] == groups * length ? groups : min(x.shape[2], groups)
        return try ScaledAttention.apart(x, heads: count)
      }
      let decay = try gate(inputs.optional(4), [groups, groups * length])?.exponential()
      let rate = try gate(inputs.optional(5), [1, groups])
      var state =
        try inputs.optional(3)
        ?? Tensor.zeros([rows, groups, length, width], type: query.elementType, on: query.device)
      guard state.shape == [rows, groups, length, width] else {
        throw NodeFault("a state of the shape \(state.shape)")
      }
      let factor = scale == 0 ? 1 / Double(length).squareRoot() : scale
      var answers: [Tensor] = []
      for place in 0..<places {
        let (k, v) = (try key.selected(place, axis: 2), try value.selected(place, axis: 2))
        if let decay { state = try state * decay.selected(place, axis: 2).unsqueezed(axis: 3) }
        var entry = v
        if let rate {
          let known = try k.unsqueezed(axis: 2).matrixProduct(state).squeezed(axis: 2)
          entry = try (v - known) * rate.selected(place, axis: 2)
        }
        state = try state + k.unsqueezed(axis: 3) * entry.unsqueezed(axis: 2)
        let seen = heads == groups ? state : try state.repeatingEach(heads / groups, axis: 1)
        answers.append(
          try (query.selected(place, axis: 2) * factor).unsqueezed(axis: 2).matrixProduct(seen)
            .squeezed(axis: 2))
      }
      guard !answers.isEmpty else {
        return [
          try .zeros([rows, 0, heads * width], type: query.elementType, on: query.device), state,
        ]
      }
      return [try .stacked(answers, axis: 1).reshaped(to: [rows, places, heads * width]), state]
    }
  }

  private enum Activation: String {
    case none, silu, swish
  }

  /// A convolution of each channel alone that looks back, over the end of what came before.
  private static func causal(_ node: NodeReader) throws -> NodeFunction {
    let activates = try node.choice("activation", Activation.none) != .none
    return { inputs in
      let (x, weight) = (try inputs[0], try inputs[1])
      guard x.rank == 3, weight.rank == 3, weight.shape[0] == x.shape[1], weight.shape[1] == 1,
        weight.shape[2] > 0, x.shape[1] > 0
      else { throw NodeFault("an input of \(x.shape) and weights of \(weight.shape) do not fit") }
      let reach = weight.shape[2] - 1
      let past =
        try inputs.optional(3)
        ?? Tensor.zeros([x.shape[0], x.shape[1], reach], type: x.elementType, on: x.device)
      guard past.shape == [x.shape[0], x.shape[1], reach] else {
        throw NodeFault("a state of the shape \(past.shape)")
      }
      let whole = try Tensor.concatenated([past, x], axis: 2)
      let state = try whole.sliced(axis: 2, from: whole.shape[2] - reach)
      guard x.shape[2] > 0 else { return [x, state] }
      let result = try whole.convolved(
        weight: weight, bias: inputs.optional(2), groups: x.shape[1])
      return [activates ? try result.silu() : result, state]
    }
  }
}
