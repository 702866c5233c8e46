// SPDX-License-Identifier: Apache-2.0

extension SecantRules {
  /// Operations that choose among numbers.
  static let choices: [String: Rule] = [
    "aten::maximum": { try $0.pairwise(1) },
    "aten::minimum": { try $0.pairwise(-1) },
    "aten::amax": { try $0.reducedChoice(1) },
    "aten::amin": { try $0.reducedChoice(-1) },
    "aten::max_pool1d_with_indices": { try $0.pooledChoice(axes: 1) },
    "aten::max_pool2d_with_indices": { try $0.pooledChoice(axes: 2) },
    "aten::max_pool3d_with_indices": { try $0.pooledChoice(axes: 3) },
    "aten::where": {
      try $0.choice(tensor(1, of: $0), tensor(2, of: $0), where: tensor(0, of: $0))
    },
    "aten::masked_fill": { call in
      let x = try call.tensor(0)
      guard call.isFollowed(1) else { return try call.linear(RowMaps.aligned) }
      return try call.choice(
        x.near.filled(with: call.number(2, 0)), x, where: call.tensor(1))
    },
    "aten::sort": { try $0.orderedChoice() },
    "aten::topk": { try $0.orderedChoice() },
    "aten::median": { try $0.orderedChoice() },
    "aten::mode": { try $0.orderedChoice() },
  ]

  private static func tensor(_ place: Int, of call: SecantCall) throws -> Tensor {
    try call.tensor(place)
  }
}

extension SecantCall {
  /// The greater of two, or the less: each has the share of the way on which it is chosen.
  fileprivate func pairwise(_ sign: Double) throws -> [Tensor] {
    guard followed.allSatisfy(\.elementType.isFloatingPoint) else { return try discrete() }
    pass.met(name, .corners)
    let (u, v) = (try tensor(0), try tensor(1))
    let near = try nearResults()[0]
    let share = try withoutRecording {
      let (a, b) = (try (v.near - u.near) * sign, try (v.far - u.far) * sign)
      return try Chord(a: a, b: b, fa: a, fb: b).rampSlope()
    }
    let linear = try u.plain * (1 - share) + v.plain * share
    return try following([near.standing(for: linear)], RowMaps.aligned)
  }

  /// The greatest or the least along axes.
  fileprivate func reducedChoice(_ sign: Double) throws -> [Tensor] {
    let x = try tensor(0)
    guard x.elementType.isFloatingPoint else { return try discrete() }
    pass.met(name, .corners)
    var axes = integers(1).map { $0 < 0 ? $0 + x.rank : $0 }
    if axes.isEmpty { axes = Array(0..<x.rank) }
    let kept = (0..<x.rank).filter { !axes.contains($0) }
    func lined(_ tensor: Tensor) throws -> Tensor {
      try tensor.permuted(to: kept + axes.sorted())
        .reshaped(to: kept.map { tensor.shape[$0] } + [axes.reduce(1) { $0 * tensor.shape[$1] }])
    }
    let near = try nearResults()[0]
    let (a, b) = (try lined(x.near), try lined(x.far))
    let places = try [a, b].map { try ($0 * sign).indexOfMaximum(axis: -1, keepingAxis: true) }
    let linear = try lined(x.plain).crossing(a, b, from: places[0], to: places[1])
      .reshaped(to: near.shape)
    return try following([near.standing(for: linear)], RowMaps.along(1, keeps: 2))
  }

  /// The greatest in each window, and its place.
  fileprivate func pooledChoice(axes: Int) throws -> [Tensor] {
    let x = try tensor(0)
    pass.met(name, .corners)
    let near = try nearResults()
    let far = try farResults()
    func lined(_ tensor: Tensor) throws -> Tensor { try tensor.flattened(from: -axes) }
    let linear = try lined(x.plain).crossing(
      lined(x.near), lined(x.far), from: lined(near[1]), to: lined(far[1])
    ).reshaped(to: near[0].shape)
    let values = try following([near[0].standing(for: linear)], RowMaps.leading, far: [far[0]])
    let places = Tensor(near[1].storage, secant: Secant(pass, rows: nil, far: far[1]))
    return [values[0], try near[1].hasSameElements(as: far[1]) ? near[1] : places]
  }

  /// One of two, element by element.
  ///
  /// Where the condition turns over on the way, each has half of it, and the jump between them goes
  /// to what the condition compares.
  fileprivate func choice(
    _ chosen: Tensor, _ other: Tensor, where condition: Tensor
  ) throws -> [Tensor] {
    guard let secant = condition.secant else { return try linear(RowMaps.aligned) }
    guard chosen.elementType.isFloatingPoint else { return try discrete() }
    guard let truth = secant.truth else { return try withoutSecant() }
    pass.met(name, .corners)
    let (near, far) = (try nearResults()[0], try farResults()[0])
    let share =
      try condition.near.converted(like: near) * 0.5
      + condition.far.converted(like: near) * 0.5
    let isTurned = try condition.near .!= condition.far
    let none = try near.filled(with: 0)
    let jump = try (chosen.middle - other.middle).chosen(where: isTurned, else: none)
    let parts =
      try chosen.plain.chosen(where: share .> 0, else: none) * share
      + other.plain.chosen(where: share .< 1, else: none) * (1 - share)
    let linear = try parts + truth.plain.converted(to: near.elementType) * jump
    return try following([near.standing(for: linear)], RowMaps.aligned, far: [far])
  }

  /// Numbers in an order: linear where that is the same at both ends.
  fileprivate func orderedChoice() throws -> [Tensor] {
    let (near, far) = (try nearResults(), try farResults())
    guard near.count > 1, try near[1].hasSameElements(as: far[1]) else {
      return try withoutSecant()
    }
    pass.met(name, .corners)
    let results = try run(\.plain)
    let values = Tensor(
      results[0].storage, secant: Secant(pass, rows: nil, far: far[0]))
    return [values, near[1]]
  }
}

extension Tensor {
  /// Along the last axis, what a choice takes that goes from one place to another: each has the part
  /// of the way up to where the two cross.
  ///
  /// - Parameters:
  ///   - a: The numbers where the ways start.
  ///   - b: Those where they end.
  fileprivate func crossing(
    _ a: Tensor, _ b: Tensor, from first: Tensor, to last: Tensor
  ) throws -> Tensor {
    let share = try withoutRecording {
      let ahead = try (a.gathered(first, axis: -1) - a.gathered(last, axis: -1)).absolute()
      let behind = try (b.gathered(last, axis: -1) - b.gathered(first, axis: -1)).absolute()
      let sum = try ahead + behind
      return try (ahead / sum).filled(with: 0.5, where: sum .== 0)
    }
    return try gathered(first, axis: -1) * share + gathered(last, axis: -1) * (1 - share)
  }
}
