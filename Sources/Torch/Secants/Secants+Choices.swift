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
    "aten::sort": { call in
      try call.orderedChoice(axis: call.axis(2), descending: call.flag(3)) { $0 }
    },
    "aten::topk": { call in
      let axis = try call.axis(2)
      return try call.orderedChoice(axis: axis, descending: call.flag(3)) {
        try $0.sliced(axis: axis, to: call.integers(1)[0])
      }
    },
    "aten::scatter_reduce": { try $0.scatteredChoice() },
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
      try noteZeros(from: a, to: b, rows: RowMaps.aligned(self, near.shape))
      let share = try Chord(a: a, b: b, fa: a, fb: b).rampSlope()
      // Equals share alike, as in the derivative.
      return try share.filled(with: 0.5, where: (a .== 0) .& (b .== 0))
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
    let share = try a.crossing(b, from: places[0], to: places[1])
    let rows = x.secant?.rows
      .flatMap { rows in
        kept.firstIndex(of: rows.axis).map { CellRows(axis: $0, stride: rows.stride) }
      }
    try noteCorners(rows: rows) { (share, try places[0] .!= places[1]) }
    let linear = try lined(x.plain).mixed(share, from: places[0], to: places[1])
      .reshaped(to: near.shape)
    return try following([near.standing(for: linear)], RowMaps.along(1, keeps: 2))
  }

  /// The greatest in each window, and its place.
  fileprivate func pooledChoice(axes: Int) throws -> [Tensor] {
    let x = try tensor(0)
    pass.met(name, .corners)
    let (near, far) = try ends(RowMaps.leading())
    func lined(_ tensor: Tensor) throws -> Tensor { try tensor.flattened(from: -axes) }
    let (first, last) = (try lined(near[1]), try lined(far[1]))
    let share = try lined(x.near).crossing(lined(x.far), from: first, to: last)
    try noteCorners(rows: x.secant?.rows) { (share, try first .!= last) }
    let linear = try lined(x.plain).mixed(share, from: first, to: last)
      .reshaped(to: near[0].shape)
    let places = try near[1].hasSameElements(as: far[1]) ? near[1] : nil
    let results = try following(
      [near[0].standing(for: linear), near[1]], RowMaps.leading(), far: far)
    return [results[0], places ?? results[1]]
  }

  /// What is scattered meets what is there one place of the axis after the other.
  fileprivate func scatteredChoice() throws -> [Tensor] {
    guard !isFollowed(2), case .text(let how)? = arguments.dropFirst(4).first, flag(5, true),
      case (var result, let places, let values) = (try tensor(0), try tensor(2), try tensor(3))
    else { return try withoutSecant() }
    let axis = try axis(1)
    for place in 0..<places.shape[axis] {
      let here = try places.sliced(axis: axis, from: place, to: place + 1)
      // There may be more values than places.
      var value = try values.sliced(axis: axis, from: place, to: place + 1)
      for (axis, length) in here.shape.enumerated() where value.shape[axis] != length {
        value = try value.sliced(axis: axis, to: length)
      }
      let old = try result.gathered(here, axis: axis)
      let new: Tensor
      switch how {
      case "sum": new = try old + value
      case "prod": new = try old * value
      case "amax": new = try old.maximum(value)
      case "amin": new = try old.minimum(value)
      default: return try withoutSecant()
      }
      result = try result.scattered(new, at: here, axis: axis)
    }
    return [result]
  }

  /// An axis among the arguments, counted from the first.
  fileprivate func axis(_ place: Int) throws -> Int {
    let axis = integers(place).first ?? -1
    return try axis < 0 ? axis + tensor(0).rank : axis
  }

  /// One of two, element by element.
  ///
  /// Where the condition turns over on the way, each has half of it, and the jump between them goes
  /// to what the condition compares.
  fileprivate func choice(
    _ chosen: Tensor, _ other: Tensor, where condition: Tensor
  ) throws -> [Tensor] {
    guard let secant = condition.secant else { return try linear(RowMaps.aligned) }
    guard condition.elementType == .bool else { return try withoutSecant() }
    guard chosen.elementType.isFloatingPoint else { return try discrete() }
    guard let truth = secant.truth else { return try withoutSecant() }
    pass.met(name, .corners)
    let (nears, fars) = try ends(RowMaps.aligned)
    let (near, far) = (nears[0], fars[0])
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

  /// Numbers in an order: linear where that is the same at both ends, else by a network of pairs
  /// that are put in order.
  fileprivate func orderedChoice(
    axis: Int, descending: Bool, _ take: (Tensor) throws -> Tensor
  ) throws -> [Tensor] {
    let map = RowMaps.along(axis: axis)
    let (near, far) = try ends(map)
    guard try tensor(0).elementType.isFloatingPoint else { return try discrete(map) }
    pass.met(name, .corners)
    if try near[1].hasSameElements(as: far[1]) {
      return [try following(run(\.plain), map, far: far)[0], near[1]]
    }
    let values = try take(tensor(0).inOrder(axis: axis, descending: descending))
    return try following([values.plain, near[1]], map, far: far)
  }
}

extension Tensor {
  /// Along an axis, by Batcher's bitonic network: pairs of elements change places until all are in
  /// order.
  ///
  /// - Complexity: log² n / 2 steps for n elements.
  fileprivate func inOrder(axis: Int, descending: Bool) throws -> Tensor {
    let count = shape[axis]
    var length = 1
    while length < count { length *= 2 }
    // What fills the network up stays behind all else.
    let extreme = try withoutRecording {
      descending
        ? try Swift.min(near.min().number(), far.min().number()) - 1
        : try Swift.max(near.max().number(), far.max().number()) + 1
    }
    var filling = shape
    filling[axis] = length - count
    let numbers = try Tensor.full(filling, extreme, type: elementType, on: device)
    var row = count == length ? self : try Tensor.concatenated([self, numbers], axis: axis)
    let places = [Int](0..<length)
    let axes = shape.indices.map { $0 == axis ? length : 1 }
    for size in sequence(first: 2, next: { $0 * 2 }).prefix(while: { $0 <= length }) {
      for step in sequence(first: size / 2, next: { $0 / 2 }).prefix(while: { $0 > 0 }) {
        let others = try row.selecting(
          Tensor(places.map { $0 ^ step }).moved(to: device), axis: axis)
        let takesGreater = try Tensor(
          places.map { (($0 & size == 0) == ($0 & step == 0)) == descending }
        ).reshaped(to: axes).moved(to: device)
        row = try row.maximum(others).chosen(where: takesGreater, else: row.minimum(others))
      }
    }
    return try row.sliced(axis: axis, to: count)
  }

  /// Along the last axis, the share of the way at which a choice goes from one place to another: where
  /// the two cross.
  ///
  /// The numbers themselves are those where ways start, `end` has those where they end.
  fileprivate func crossing(_ end: Tensor, from first: Tensor, to last: Tensor) throws -> Tensor {
    try withoutRecording {
      let ahead = try (gathered(first, axis: -1) - gathered(last, axis: -1)).absolute()
      let behind = try (end.gathered(last, axis: -1) - end.gathered(first, axis: -1)).absolute()
      let sum = try ahead + behind
      return try (ahead / sum).filled(with: 0.5, where: sum .== 0)
    }
  }

  /// Along the last axis, one place with a share, and another with the rest.
  fileprivate func mixed(_ share: Tensor, from first: Tensor, to last: Tensor) throws -> Tensor {
    try gathered(first, axis: -1) * share + gathered(last, axis: -1) * (1 - share)
  }
}
