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

  // MARK: Linear operations

  /// Linear, or affine, in all that is followed.
  static let linear: [String: Rule] = {
    let maps: [(RowMap, [String])] = [
      (
        RowMaps.aligned,
        ["add", "sub", "rsub", "neg", "expand", "tril", "triu"]
      ),
      (RowMaps.order, ["reshape", "flatten", "squeeze", "unsqueeze", "contiguous", "clone"]),
      (RowMaps.permuted, ["permute"]),
      (RowMaps.transposed, ["transpose"]),
      (RowMaps.along(1, keeps: 2), ["sum", "mean"]),
      (
        RowMaps.along(1),
        [
          "cumsum", "flip", "cat", "slice", "gather", "index_select", "scatter", "scatter_add",
        ]
      ),
      (RowMaps.along(2), ["split_with_sizes", "roll", "repeat_interleave", "slice_scatter"]),
      (RowMaps.selected, ["select"]),
      (RowMaps.padded, ["constant_pad_nd"]),
      (RowMaps.tiled, ["repeat"]),
      (RowMaps.stacked, ["stack"]),
      (
        RowMaps.leading,
        [
          "avg_pool1d", "avg_pool2d", "avg_pool3d", "adaptive_avg_pool1d", "adaptive_avg_pool2d",
          "adaptive_avg_pool3d", "upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d",
          "upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d", "upsample_bicubic2d",
          "im2col", "col2im", "batch_norm",
        ]
      ),
      (RowMaps.unknown, ["index", "index_put", "embedding", "unfold", "affine_grid_generator"]),
    ]
    var rules: [String: Rule] = [:]
    for (map, names) in maps {
      for name in names { rules["aten::" + name] = { try $0.linear(map) } }
    }
    rules["aten::to"] = { try $0.converted() }
    // Linear in what is sampled, not in where.
    rules["aten::grid_sampler"] = { call in
      call.isFollowed(1) ? try call.withoutSecant() : try call.linear(RowMaps.leading)
    }
    rules["aten::batch_norm"] = { call in
      (1...4).contains { call.isFollowed($0) }
        ? try call.withoutSecant() : try call.linear(RowMaps.leading)
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
    if hasMovingChoices { return try withMovingChoices() }
    let results = try run(\.plain)
    return try following(results, map)
  }

  /// Truth values that depend on the way are moved like the numbers that stand for them.
  private func withMovingChoices() throws -> [Tensor] {
    guard followed.allSatisfy({ !$0.elementType.isFloatingPoint }) else {
      return try withoutSecant()
    }
    let results = try discrete()
    guard results.contains(where: { $0.secant != nil }),
      followed.allSatisfy({ $0.secant?.truth != nil }), let type = followed.first?.elementType,
      type == .bool
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
    return zip(results, truths).map { result, truth in
      guard let secant = result.secant, truth.secant != nil else { return result }
      return Tensor(
        result.storage, secant: Secant(pass, rows: secant.rows, far: secant.far, truth: truth))
    }
  }

  /// Numbers as another type.
  func converted() throws -> [Tensor] {
    let tensor = try tensor(0)
    let near = try nearResults()
    switch (tensor.elementType.isFloatingPoint, near[0].elementType.isFloatingPoint) {
    case (true, true): return try linear(RowMaps.order)
    case (true, false):
      return near[0].elementType == .bool ? [try (tensor .!= 0)] : try discrete()
    case (false, true):
      guard let truth = tensor.secant?.truth else { return try withoutSecant() }
      return [try truth.converted(to: near[0].elementType)]
    case (false, false):
      let results = try discrete()
      guard let secant = results[0].secant else { return results }
      return [
        Tensor(
          results[0].storage,
          secant: Secant(pass, rows: nil, far: secant.far, truth: tensor.secant?.truth))
      ]
    }
  }
}
