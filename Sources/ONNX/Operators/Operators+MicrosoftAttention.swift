// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Attention as ONNX Runtime's optimizer writes it.
  static let microsoftAttention: [OperatorDefinition] = [
    microsoft("Attention", arity: 2...6, rows: .custom(projectedRows), projected),
    microsoft("MultiHeadAttention", arity: 1...8, rows: .custom(manyHeadsRows), manyHeads),
    microsoft(
      "RotaryEmbedding", arity: 4...4,
      rows: .custom { context in
        // A place for each token, or one number that tells where all rows start.
        .independent(
          inputs: [0, context.input(1)?.shape.count == 2 ? 0 : nil, nil, nil], outputs: [0])
      }
    ) { node in
      let rotation = Rotation(
        isInterleaved: try node.flag("interleaved"),
        length: try node.integer("rotary_embedding_dim", 0), scale: 1)
      let heads = try node.integer("num_heads", 0)
      guard try !node.flag("is_packed_batching"), try node.float("scale", 1) == 1 else {
        throw NodeFault("packed rows and scales are not supported")
      }
      return { inputs in
        let x = try inputs[0]
        var places = try inputs[1]
        if places.rank == 1, x.rank > 2 {
          // One number: where the first place is.
          let length = x.shape[x.rank - 2]
          places = try (Tensor.range(to: length) + places.moved(to: .cpu)).unsqueezed(axis: 0)
        }
        return [
          try rotation.apply(
            to: x, heads: heads, cosines: inputs[2], sines: inputs[3], places: places)
        ]
      }
    },
  ]

  /// What both operators read from their attributes.
  private struct Heads: Sendable {
    let count: Int
    let kernel: ScaledAttention
    let isCausal: Bool
    /// Added where a mask hides a key.
    let filling: Double

    init(_ node: NodeReader) throws {
      guard let count = try node.integer("num_heads"), count > 0 else {
        throw NodeFault("the attribute 'num_heads' is missing or not positive")
      }
      self.count = count
      let scale = try node.float("scale")
      kernel = ScaledAttention(scale: scale == 0 ? nil : scale)
      isCausal = try node.flag("unidirectional")
      filling = try node.float("mask_filter_value", -10_000)
      for name in ["do_rotary", "past_present_share_buffer"] where try node.flag(name) {
        throw NodeFault("the attribute '\(name)' is not supported")
      }
    }

    /// Masks of the shapes `[rows]` (how many keys), `[2 · rows]` (their ends, then their starts),
    /// `[rows, keys]` and `[rows, queries, keys]`.
    func bias(
      mask: Tensor?, added: Tensor?, rows: Int, queries: Int, keys: Int, like: Tensor
    ) throws -> ScaledAttention.Bias {
      var bias = ScaledAttention.Bias()
      if let added { try bias.add(added) }
      if let mask = try mask?.moved(to: like.device) {
        let isHidden = try Self.hidden(mask, rows: rows, queries: queries, keys: keys)
        try bias.add(isHidden.converted(to: like.elementType) * filling)
      }
      if isCausal {
        try bias.hide(
          ScaledAttention.distances(
            queries: queries, keys: keys, offset: keys - queries, on: like.device) .> 0)
        bias.mayHideAll = keys < queries
      }
      return bias
    }

    private static func hidden(
      _ mask: Tensor, rows: Int, queries: Int, keys: Int
    ) throws -> Tensor {
      let places = try Tensor.range(to: keys, on: mask.device)
      switch mask.shape {
      case [rows, keys]: return try (mask .== 0).reshaped(to: [rows, 1, 1, keys])
      case [rows, queries, keys]: return try (mask .== 0).unsqueezed(axis: 1)
      case [rows]: return try places .>= mask.reshaped(to: [rows, 1, 1, 1])
      case [2 * rows]:
        let bounds = try mask.reshaped(to: [2, rows, 1, 1, 1])
        return try (places .>= bounds.selected(0, axis: 0))
          .| (places .< bounds.selected(1, axis: 0))
      default: throw NodeFault("a mask of the shape \(mask.shape) is not supported")
      }
    }
  }

  // MARK: Attention

  /// Attention with the projections of the input to queries, keys and values.
  private static func projected(_ node: NodeReader) throws -> NodeFunction {
    let heads = try Heads(node)
    let sizes = try node.integers("qkv_hidden_sizes") ?? []
    let wantsPresent = node.hasOutput(1)
    guard sizes.isEmpty || (sizes.count == 3 && sizes.allSatisfy { $0 > 0 }) else {
      throw NodeFault("the attribute 'qkv_hidden_sizes' is \(sizes)")
    }
    return { inputs in
      let (x, weight) = (try inputs[0], try inputs[1])
      guard x.rank == 3, weight.rank == 2, sizes.isEmpty ? weight.shape[1] % 3 == 0 : true else {
        throw NodeFault("an input of \(x.shape) and weights of \(weight.shape)")
      }
      var all = try x.matrixProduct(weight)
      if let bias = inputs.optional(2) { all = try all + bias }
      let widths = sizes.isEmpty ? [Int](repeating: weight.shape[1] / 3, count: 3) : sizes
      let parts = try all.split(lengths: widths, axis: 2).map {
        try ScaledAttention.apart($0, heads: heads.count)
      }
      var (key, value) = (parts[1], parts[2])
      if let past = inputs.optional(4) {
        guard past.rank == 5, past.shape[0] == 2 else {
          throw NodeFault("past keys and values of the shape \(past.shape)")
        }
        key = try .concatenated([past.selected(0, axis: 0), key], axis: 2)
        value = try .concatenated([past.selected(1, axis: 0), value], axis: 2)
      }
      let bias = try heads.bias(
        mask: inputs.optional(3), added: inputs.optional(5), rows: x.shape[0],
        queries: x.shape[1], keys: key.shape[2], like: x)
      let result = try heads.kernel(parts[0], key, value, bias)
      let output = try ScaledAttention.joined(result.output)
      return wantsPresent ? [output, try .stacked([key, value])] : [output]
    }
  }

  private static func projectedRows(_ context: RowContext) -> RowOutcome {
    .independent(
      inputs: [0, nil, nil, 0, 1, maskAxis(context.input(5))],
      outputs: context.reader.hasOutput(1) ? [0, 1] : [0])
  }

  // MARK: MultiHeadAttention

  private static func manyHeads(_ node: NodeReader) throws -> NodeFunction {
    let heads = try Heads(node)
    guard node.hasInput(6) == node.hasInput(7) else {
      throw NodeFault("past keys come with past values")
    }
    return { inputs in
      var (query, key, value) = try parts(inputs, heads.count)
      if let past = inputs.optional(6), let pastValue = inputs.optional(7) {
        key = try .concatenated([past, key], axis: 2)
        value = try .concatenated([pastValue, value], axis: 2)
      }
      let bias = try heads.bias(
        mask: inputs.optional(4), added: inputs.optional(5), rows: query.shape[0],
        queries: query.shape[2], keys: key.shape[2], like: query)
      let result = try heads.kernel(query, key, value, bias)
      return [try ScaledAttention.joined(result.output), key, value]
    }
  }

  /// Queries, keys and values by heads, from one to three inputs, their biases added.
  private static func parts(
    _ inputs: NodeInputs, _ heads: Int
  ) throws -> (Tensor, Tensor, Tensor) {
    let given = [try inputs[0], inputs.optional(1), inputs.optional(2)]
    // `[rows, places, heads, 2 or 3, length]` holds several; `[rows, heads, places, length]` is
    // split already.
    var parts: [Tensor] = []
    for case .some(let x) in given {
      switch x.rank {
      case 3: parts.append(try ScaledAttention.apart(x, heads: heads))
      case 4: parts.append(x)
      case 5:
        guard x.shape[2] == heads, x.shape[3] <= 3 else {
          throw NodeFault("a packed input of the shape \(x.shape)")
        }
        for place in 0..<x.shape[3] {
          parts.append(try x.selected(place, axis: 3).transposed(1, 2))
        }
      default: throw NodeFault("an input of the shape \(x.shape)")
      }
    }
    guard parts.count == 3 else { throw NodeFault("keys or values are missing") }
    guard let bias = inputs.optional(3) else { return (parts[0], parts[1], parts[2]) }
    let widths = try parts.map { try product([heads, $0.shape[3]]) }
    guard bias.shape == [widths.reduce(0, +)] else {
      throw NodeFault("a bias of the shape \(bias.shape) for widths of \(widths)")
    }
    let biases = try bias.split(lengths: widths, axis: 0)
    let added = try zip(parts, biases).enumerated().map { place, pair in
      // Keys and values that are split already come from elsewhere, their biases included.
      given[min(place, 2)]?.rank == 4 && place > 0
        ? pair.0 : try pair.0 + pair.1.reshaped(to: [heads, 1, -1])
    }
    return (added[0], added[1], added[2])
  }

  private static func manyHeadsRows(_ context: RowContext) -> RowOutcome {
    .independent(
      inputs: [0, 0, 0, nil, 0, maskAxis(context.input(5)), 0, 0], outputs: [0, 0, 0])
  }
}
