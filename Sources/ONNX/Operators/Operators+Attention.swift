// SPDX-License-Identifier: Apache-2.0

import Torch

extension OperatorRegistry {
  /// Attention as an operator of its own, as exporters write it since operator set 23.
  static let attention: [OperatorDefinition] = [
    OperatorDefinition(
      "Attention", since: 23, arity: 3...7, rows: .custom(attentionRows), prepare: attend),
    OperatorDefinition(
      "TensorScatter", since: 24, arity: 2...3,
      rows: .custom { _ in .independent(inputs: [0, 0, 0], outputs: [0]) }, prepare: writeCache),
  ]

  // MARK: Attention

  private struct Attending: Sendable {
    var kernel: ScaledAttention
    var isCausal: Bool
    var queryHeads: Int?
    var keyHeads: Int?
    /// How many keys ahead of and behind its own place a query sees; nil for all.
    var left: Int?
    var right: Int?
    /// Which step between product and softmax the fourth output is.
    var stage: Int
  }

  private static func attend(_ node: NodeReader) throws -> NodeFunction {
    func window(_ name: String) throws -> Int? {
      guard let size = try node.integer(name), size != -1 else { return nil }
      guard size >= 0, size <= 1 << 32 else {
        throw NodeFault("the attribute '\(name)' is \(size)")
      }
      return size
    }
    let cap = try node.float("softcap", 0)
    guard cap >= 0 else { throw NodeFault("the attribute 'softcap' is \(cap)") }
    let form = Attending(
      kernel: ScaledAttention(scale: try node.float("scale"), cap: cap),
      isCausal: try node.flag("is_causal"), queryHeads: try node.integer("q_num_heads"),
      keyHeads: try node.integer("kv_num_heads"), left: try window("left_window_size"),
      right: try window("right_window_size"), stage: try node.integer("qk_matmul_output_mode", 0))
    guard (0...3).contains(form.stage) else {
      throw NodeFault("the attribute 'qk_matmul_output_mode' is \(form.stage)")
    }
    guard node.hasInput(4) == node.hasInput(5), !node.hasInput(4) || !node.hasInput(6) else {
      throw NodeFault("past keys come with past values, and without lengths")
    }
    return { inputs in try attend(form, inputs) }
  }

  private static func attend(_ form: Attending, _ inputs: NodeInputs) throws -> [Tensor] {
    let isFlat = try inputs[0].rank == 3
    func heads(_ place: Int, _ count: Int?) throws -> Tensor {
      let x = try inputs[place]
      guard isFlat else { return x }
      guard let count else { throw NodeFault("the number of heads is missing") }
      return try ScaledAttention.apart(x, heads: count)
    }
    let query = try heads(0, form.queryHeads)
    var (key, value) = (try heads(1, form.keyHeads), try heads(2, form.keyHeads))
    var offset = 0
    if let pastKey = inputs.optional(4), let pastValue = inputs.optional(5) {
      guard pastKey.rank == 4 else { throw NodeFault("past keys of the shape \(pastKey.shape)") }
      offset = pastKey.shape[2]
      key = try .concatenated([pastKey, key], axis: 2)
      value = try .concatenated([pastValue, value], axis: 2)
    }
    guard query.rank == 4, key.rank == 4 else {
      throw NodeFault("queries and keys of the shapes \(query.shape) and \(key.shape)")
    }
    let bias = try bias(form, inputs, queries: query.shape[2], keys: key.shape[2], offset, query)
    let result = try form.kernel(query, key, value, bias)
    let output = isFlat ? try ScaledAttention.joined(result.output) : result.output
    return [output, key, value, result.stages[form.stage]]
  }

  private static func bias(
    _ form: Attending, _ inputs: NodeInputs, queries: Int, keys: Int, _ offset: Int, _ like: Tensor
  ) throws -> ScaledAttention.Bias {
    var bias = ScaledAttention.Bias()
    if var mask = try inputs.optional(3)?.moved(to: like.device) {
      // A mask may be shorter than the keys: the rest is out of sight.
      let missing = keys - (mask.shape.last ?? 0)
      if missing > 0, mask.rank > 0, mask.shape.last != 1 || keys == 1 {
        var after = [Int](repeating: 0, count: mask.rank)
        after[mask.rank - 1] = missing
        mask = try mask.padded(
          before: after.map { _ in 0 }, after: after,
          with: mask.elementType == .bool ? 0 : -.infinity)
      }
      if mask.elementType == .bool { try bias.hide(.!mask) } else { try bias.add(mask) }
      bias.mayHideAll = true
    }
    let lengths = try inputs.optional(6)?.moved(to: like.device).reshaped(to: [-1, 1, 1, 1])
    guard form.isCausal || form.left != nil || form.right != nil || lengths != nil else {
      return bias
    }
    var ahead = try ScaledAttention.distances(
      queries: queries, keys: keys, offset: offset, on: like.device)
    if let lengths {
      bias.mayHideAll = true
      try bias.hide(try Tensor.range(to: keys, on: like.device) .>= lengths)
      // Keys lie in a cache whose last filled places belong to the queries.
      ahead = try ahead - (try lengths - Double(queries))
    }
    if form.isCausal { try bias.hide(ahead .> 0) }
    if let left = form.left { try bias.hide(ahead .< -Double(left)) }
    if let right = form.right { try bias.hide(ahead .> Double(right)) }
    bias.mayHideAll = bias.mayHideAll || form.left != nil || form.right != nil
    return bias
  }

  /// Each row has queries, keys and values of its own; a mask has them, or is the same for all.
  private static func attentionRows(_ context: RowContext) -> RowOutcome {
    .independent(
      inputs: [0, 0, 0, maskAxis(context.input(3)), 0, 0, 0], outputs: [0, 0, 0, 0])
  }

  /// Where the rows of what is added to `[rows, heads, queries, keys]` lie.
  static func maskAxis(_ mask: RowContext.Input?) -> Int? {
    mask?.hasRows == true && mask?.shape.count == 4 ? 0 : nil
  }

  // MARK: Caches

  private enum CacheMode: String, Sendable {
    case linear, circular
  }

  /// Writes a stretch of places along an axis, from each row's own place on.
  private static func writeCache(_ node: NodeReader) throws -> NodeFunction {
    let axis = try node.integer("axis", -2)
    let mode: CacheMode = try node.choice("mode", .linear)
    return { inputs in
      let (cache, update) = (try inputs[0], try inputs[1])
      let axis = try resolved(axis: axis, rank: cache.rank)
      var expected = cache.shape
      guard axis > 0, update.rank == cache.rank else {
        throw NodeFault("the update \(update.shape) does not fit the cache \(cache.shape)")
      }
      expected[axis] = update.shape[axis]
      let (length, count) = (cache.shape[axis], update.shape[axis])
      let starts = try inputs.optional(2)?.integers() ?? cache.shape.prefix(1).map { _ in 0 }
      guard update.shape == expected, count <= length,
        starts.count == 1 || starts.count == cache.shape[0],
        starts.allSatisfy({ $0 >= 0 && (mode == .circular || $0 <= length - count) })
      else {
        throw NodeFault(
          "the update \(update.shape) at \(starts) does not fit the cache \(cache.shape)")
      }
      guard length > 0 else { return [cache] }
      let places = starts.flatMap { start in (0..<count).map { (start % length + $0) % length } }
      var shape = [Int](repeating: 1, count: cache.rank)
      (shape[0], shape[axis]) = (starts.count, count)
      let indices = try Tensor(places, shape: shape).moved(to: cache.device)
      return [try cache.scattered(update, at: try indices.broadcast(to: expected), axis: axis)]
    }
  }
}
