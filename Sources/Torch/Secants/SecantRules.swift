// SPDX-License-Identifier: Apache-2.0

/// How each operation of libtorch is followed by secants.
enum SecantRules {
  typealias Rule = @Sendable (SecantCall) throws -> [Tensor]

  static func rule(for operation: String) -> Rule? { all[operation] }

  /// Operations that have a rule, by name.
  static let all: [String: Rule] = {
    var rules: [String: Rule] = [:]
    for group in [linear, elementwise, products, choices, sums, normalizations, truths] {
      rules.merge(group) { one, _ in one }
    }
    return rules
  }()

  /// Operations that take whole numbers for places.
  static let areIndexed: Set<String> = [
    "aten::gather", "aten::index_select", "aten::index", "aten::scatter", "aten::scatter_add",
    "aten::embedding", "aten::index_put", "aten::repeat_interleave",
  ]

  // MARK: Linear operations

  /// Linear, or affine, in all that is followed.
  static let linear: [String: Rule] = {
    let maps: [(RowMap, [String])] = [
      (
        RowMaps.aligned,
        ["add", "sub", "rsub", "neg", "expand"]
      ),
      (RowMaps.batches, ["tril", "triu"]),
      (RowMaps.order, ["reshape", "flatten", "squeeze", "unsqueeze", "contiguous", "clone"]),
      (RowMaps.permuted, ["permute"]),
      (RowMaps.transposed, ["transpose"]),
      (RowMaps.along(1, keeps: 2), ["sum", "mean"]),
      (
        RowMaps.along(1),
        [
          "cumsum", "flip", "cat", "gather", "index_select", "scatter", "scatter_add",
        ]
      ),
      (RowMaps.along(2), ["split_with_sizes", "roll", "repeat_interleave", "slice_scatter"]),
      (RowMaps.sliced, ["slice"]),
      (RowMaps.selected, ["select"]),
      (RowMaps.padded, ["constant_pad_nd"]),
      (RowMaps.tiled, ["repeat"]),
      (RowMaps.stacked, ["stack"]),
      (
        RowMaps.leading(),
        [
          "avg_pool1d", "avg_pool2d", "avg_pool3d", "adaptive_avg_pool1d", "adaptive_avg_pool2d",
          "adaptive_avg_pool3d", "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d",
          "upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d", "upsample_bicubic2d",
          "im2col", "col2im",
        ]
      ),
      (RowMaps.indexed, ["index"]),
      (RowMaps.windows, ["unfold"]),
      (RowMaps.unknown, ["index_put", "embedding", "affine_grid_generator"]),
    ]
    var rules: [String: Rule] = [:]
    for (map, names) in maps {
      for name in names { rules["aten::" + name] = { try $0.linear(map) } }
    }
    rules["aten::to"] = { try $0.converted() }
    // Linear in what is sampled, not in where.
    rules["aten::grid_sampler"] = { call in
      call.isFollowed(1) ? try call.withoutSecant() : try call.linear(RowMaps.leading(besides: 1))
    }
    rules["aten::gather"] = { call in
      guard call.isFollowed(2) else { return try call.linear(RowMaps.along(1)) }
      return try call.moved(2) { try $0.gathered($1, axis: call.integers(1)[0]) }
    }
    rules["aten::index_select"] = { call in
      guard call.isFollowed(2) else { return try call.linear(RowMaps.along(1)) }
      let axis = call.integers(1)[0]
      let behind = try axis < 0 ? -axis - 1 : call.tensor(0).rank - axis - 1
      return try call.moved(2, behind: behind) { try $0.selecting($1, axis: axis) }
    }
    rules["aten::embedding"] = { call in
      guard call.isFollowed(1) else { return try call.linear(RowMaps.unknown) }
      return try call.moved(1, behind: 1) { try $0.embedded($1) }
    }
    // Overwrites where it does not add up: linear in both where the places are the same.
    rules["aten::scatter"] = { call in
      call.arguments.count > 4 ? try call.withoutSecant() : try call.linear(RowMaps.along(1))
    }
    return rules
  }()
}

extension SecantCall {
  /// The operation as it is, recorded where ways start: linear in what is followed.
  func linear(_ map: RowMap) throws -> [Tensor] {
    if hasMovingChoices { return try withMovingChoices(map) }
    let results = try run(\.plain)
    return try following(results, map)
  }

  /// Truth values and whole numbers that depend on the way are moved like the numbers that stand for
  /// them.
  func withMovingChoices(_ map: RowMap = RowMaps.unknown) throws -> [Tensor] {
    guard followed.allSatisfy({ !$0.elementType.isFloatingPoint }) else {
      return try asNumbers()
    }
    let results = try discrete(map)
    guard results.contains(where: { $0.secant != nil }),
      followed.allSatisfy({ $0.secant?.truth != nil }), let type = followed.first?.elementType,
      type == .bool || !SecantRules.areIndexed.contains(name)
    else { return results }
    let moved = try arguments.map { argument -> Operator.Argument in
      func truth(_ tensor: Tensor) throws -> Tensor {
        guard tensor.elementType == type else { return tensor }
        return try tensor.secant?.truth ?? tensor.converted(to: .float64)
      }
      switch argument {
      case .tensor(let tensor): return .tensor(try truth(tensor))
      case .tensors(let list): return .tensors(try list.map { try $0.map(truth) })
      default: return argument
      }
    }
    let truths = try again(moved)
    return zip(results, truths).map { $1.secant == nil ? $0 : $1.carried(by: $0) }
  }

  /// Numbers and choices together: what stands for choices takes their place.
  private func asNumbers() throws -> [Tensor] {
    guard !SecantRules.areIndexed.contains(name), name != "aten::where",
      let type = followed.first(where: \.elementType.isFloatingPoint)?.elementType,
      followed.allSatisfy({ $0.elementType.isFloatingPoint || $0.secant?.truth != nil })
    else { return try withoutSecant() }
    func number(_ tensor: Tensor) throws -> Tensor {
      try tensor.secant?.truth?.converted(to: type) ?? tensor
    }
    return try again(
      arguments.map { argument in
        switch argument {
        case .tensor(let tensor): .tensor(try number(tensor))
        case .tensors(let list): .tensors(try list.map { try $0.map(number) })
        default: argument
        }
      })
  }

  /// Numbers as another type.
  func converted() throws -> [Tensor] {
    let tensor = try tensor(0)
    let near = try nearResults()
    switch (tensor.elementType.isFloatingPoint, near[0].elementType.isFloatingPoint) {
    case (true, true): return try linear(RowMaps.order)
    case (true, false):
      if near[0].elementType == .bool { return [try (tensor .!= 0)] }
      let results = try discrete(RowMaps.order)
      guard results[0].secant != nil else { return results }
      return [try tensor.truncated().carried(by: results[0])]
    case (false, true):
      guard let truth = tensor.secant?.truth else { return try withoutSecant() }
      return [try truth.converted(to: near[0].elementType)]
    case (false, false):
      if near[0].elementType == .bool, tensor.elementType != .bool { return [try (tensor .!= 0)] }
      let results = try discrete(RowMaps.order)
      guard results[0].secant != nil, let truth = tensor.secant?.truth else { return results }
      return [truth.carried(by: results[0])]
    }
  }
}
