// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Both ends of each way through an operation on single elements: a and b, and what it makes of them.
struct Chord {
  let a: Tensor
  let b: Tensor
  let fa: Tensor
  let fb: Tensor

  /// b − a.
  var change: Tensor { get throws { try b - a } }
}

extension SecantRules {
  /// Operations on each element alone, with the slopes of their secants.
  static let elementwise: [String: Rule] = {
    var rules: [String: Rule] = [:]
    func add(
      _ name: String, _ bend: SecantPass.Bend,
      _ slope: @escaping @Sendable (SecantCall, Chord) throws -> Tensor
    ) {
      rules["aten::" + name] = { call in
        call.pass.met(call.name, bend)
        return try call.elementwise { try slope(call, $0) }
      }
    }

    // Straight pieces.
    add("relu", .corners) { _, chord in try chord.rampSlope() }
    add("leaky_relu", .corners) { call, chord in
      let slope = call.number(1, 0.01)
      return try chord.rampSlope() * (1 - slope) + slope
    }
    add("threshold", .corners) { call, chord in
      let isAbove = try (chord.a .> call.number(1, 0)).converted(like: chord.a)
      return try chord.stepSlope(elsewhere: 0)
        + isAbove * (chord.change .== 0).converted(like: chord.a)
    }
    add("abs", .corners) { _, chord in
      let size = try chord.fa + chord.fb
      return try ((chord.a + chord.b) / size).filled(with: 0, where: size .== 0)
    }
    add("clamp", .corners) { call, chord in
      var slope = try chord.a.filled(with: 1)
      if let lowest = call.optionalNumber(1) { slope = try chord.rampSlope(from: lowest) }
      if let highest = call.optionalNumber(2) {
        slope = try slope - chord.rampSlope(from: highest)
      }
      return slope
    }
    for name in ["floor", "ceil", "round", "trunc", "sign"] {
      add(name, .corners) { _, chord in try chord.stepSlope(elsewhere: 0) }
    }
    for name in ["remainder", "fmod"] {
      rules["aten::" + name] = { call in
        guard !call.isFollowed(1) else { return try call.withoutSecant() }
        call.pass.met(call.name, .corners)
        return try call.elementwise { try $0.stepSlope(elsewhere: 1) }
      }
    }
    rules["aten::prelu"] = { call in
      guard !call.isFollowed(1) else { return try call.withoutSecant() }
      call.pass.met(call.name, .corners)
      let x = try call.tensor(0)
      let weight = try call.tensor(1).near
      let shape = [Int](repeating: 1, count: Swift.max(0, x.rank - 2))
      let slope =
        weight.count == 1 ? try weight.reshaped(to: []) : try weight.reshaped(to: [-1] + shape)
      return try call.elementwise { chord in
        let ramp = try chord.rampSlope()
        return try ramp + (1 - ramp) * slope
      }
    }
    rules["aten::hardswish"] = { call in
      let x = try call.tensor(0)
      return [try x * (x * (1.0 / 6) + 0.5).clamped(from: 0, to: 1)]
    }

    // Curved, with a form that is exact where the ends are close.
    add("exp", .smooth) { _, chord in
      try Chord.exponentialSlope(chord.a, chord.b, chord.fa.maximum(chord.fb))
    }
    add("expm1", .smooth) { _, chord in
      try Chord.exponentialSlope(chord.a, chord.b, chord.fa.maximum(chord.fb) + 1)
    }
    add("log", .smooth) { _, chord in try chord.logarithmSlope() }
    add("log1p", .smooth) { _, chord in
      try Chord(a: chord.a + 1, b: chord.b + 1, fa: chord.fa, fb: chord.fb).logarithmSlope()
    }
    add("sqrt", .smooth) { _, chord in
      let sum = try chord.fa + chord.fb
      return try (1.0 / sum).filled(with: 0, where: sum .== 0)
    }
    add("reciprocal", .smooth) { _, chord in try -(chord.fa * chord.fb) }
    add("tanh", .smooth) { _, chord in
      // tanh b − tanh a = tanh(b − a) (1 − tanh a tanh b), whose factors are each well known.
      try chord.ratio { try $0.hyperbolicTangent() } * (1 - chord.fa * chord.fb)
    }
    add("sigmoid", .smooth) { _, chord in
      // By the same identity, σ being (1 + tanh(x / 2)) / 2.
      let (ta, tb) = (try chord.fa * 2 - 1, try chord.fb * 2 - 1)
      return try chord.ratio { try ($0 * 0.5).hyperbolicTangent() } * (1 - ta * tb) * 0.5
    }
    for (name, alpha) in [("elu", 1.0), ("celu", 1.0)] {
      rules["aten::" + name] = { call in
        call.pass.met(call.name, .smooth)
        let alpha = call.number(1, alpha)
        let (scale, inputScale) =
          name == "elu" ? (call.number(2, 1), call.number(3, 1)) : (1, 1 / alpha)
        return try call.elementwise {
          try $0.exponentialUnitSlope(alpha: alpha, scale: scale, inputScale: inputScale)
        }
      }
    }
    add("selu", .smooth) { _, chord in
      try chord.exponentialUnitSlope(
        alpha: 1.6732632423543772, scale: 1.0507009873554805, inputScale: 1)
    }

    // Curved: a quotient of differences, and the derivative in the middle where the ends meet.
    for name in [
      "gelu", "silu", "mish", "softplus", "log_sigmoid", "erf", "erfinv", "sin", "cos", "tan",
      "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh",
    ] {
      add(name, .smooth) { call, chord in
        try chord.smoothSlope { try call.run(replacing: [0: $0])[0] }
      }
    }
    return rules
  }()
}

extension SecantCall {
  /// An operation on each element of the first argument alone.
  ///
  /// - Parameter slope: Of the shape of a chord's ends.
  func elementwise(_ slope: (Chord) throws -> Tensor) throws -> [Tensor] {
    let x = try tensor(0)
    guard let secant = x.secant, followed.count == 1 else { return try withoutSecant() }
    guard x.elementType.isFloatingPoint else { return try discrete() }
    let fa = try nearResults()[0]
    if secant.far == nil, let rows = secant.rows {
      // Only rows where ways start get a slope; those that go nowhere pass nothing on.
      let slopes = try withoutRecording {
        let chord = Chord(
          a: try x.near.starts(rows), b: try x.near.ends(rows), fa: try fa.starts(rows),
          fb: try fa.ends(rows))
        return try slope(chord).paddedBehind(rows)
      }
      return [Tensor(try fa.sloped(slopes, of: x.plain).storage, secant: secant)]
    }
    let (far, fb) = (try x.far, try farResults()[0])
    let slopes = try withoutRecording {
      try slope(Chord(a: x.near, b: far, fa: fa, fb: fb))
    }
    return [
      Tensor(
        try fa.sloped(slopes, of: x.plain).storage,
        secant: Secant(pass, rows: secant.rows, far: fb))
    ]
  }
}

extension Tensor {
  fileprivate func starts(_ rows: CellRows) throws -> Tensor {
    try sliced(axis: rows.axis, to: shape[rows.axis] - rows.stride)
  }

  fileprivate func ends(_ rows: CellRows) throws -> Tensor {
    try sliced(axis: rows.axis, from: rows.stride)
  }

  fileprivate func paddedBehind(_ rows: CellRows) throws -> Tensor {
    var after = [Int](repeating: 0, count: rank)
    after[rows.axis] = rows.stride
    return try padded(before: [Int](repeating: 0, count: rank), after: after)
  }
}

// MARK: Slopes

extension Chord {
  /// Of max(x − corner, 0): 0, 1, or the share of the way that lies above the corner.
  func rampSlope(from corner: Double = 0) throws -> Tensor {
    let top = try a.maximum(b)
    let above = corner == 0 ? top : try top - corner
    return try (above / change.absolute()).clamped(from: 0, to: 1)
      .filled(with: 0, where: above .== 0)
  }

  /// Of steps and jumps: the change shared out, and `elsewhere` where the ends meet.
  func stepSlope(elsewhere: Double) throws -> Tensor {
    let change = try change
    let slope = try (fb - fa) / change
    return try slope.filled(with: elsewhere, where: change .== 0)
  }

  /// f(b − a) / (b − a) for f with f(0) = 0 and a derivative there.
  func ratio(_ f: (Tensor) throws -> Tensor) throws -> Tensor {
    let change = try change
    // Close to 0 the quotient is that of the smallest normal numbers, just as exact.
    let tiny = change.elementType == .float64 ? 1e-150 : 1e-18
    let safe = try change.filled(with: tiny, where: change.absolute() .< tiny)
    return try f(safe) / safe
  }

  /// (exp b − exp a) / (b − a), given the greater of exp a and exp b.
  static func exponentialSlope(_ a: Tensor, _ b: Tensor, _ greater: Tensor) throws -> Tensor {
    let distance = try (b - a).absolute()
    let share = try -(-distance).exponentialMinusOne() / distance
    return try greater * share.filled(with: 1, where: distance .== 0)
  }

  /// (log b − log a) / (b − a) for positive numbers.
  func logarithmSlope() throws -> Tensor {
    let change = try change
    let (least, greatest) = (try a.minimum(b), try a.maximum(b))
    let distance = try change.absolute()
    let close = try (distance / least).logarithmOfOnePlus() / distance
    let apart = try (fb - fa) / change
    let isClose = try distance .< greatest * 0.5
    return try close.chosen(where: isClose, else: apart)
      .chosen(where: change .!= 0, else: 1.0 / a)
  }

  /// Of scale · (x above 0, alpha · (exp(inputScale · x) − 1) below).
  func exponentialUnitSlope(alpha: Double, scale: Double, inputScale: Double) throws -> Tensor {
    let ramp = try rampSlope()
    let (below, above) = (try a.minimum(b), try a.maximum(b).clamped(to: 0))
    let low = try below.clamped(to: 0) * inputScale
    let high = try above * inputScale
    let curve = try Chord.exponentialSlope(low, high, high.exponential())
    return try (ramp + (1 - ramp) * curve * (alpha * inputScale)) * scale
  }

  /// The quotient of differences, and close to where the ends meet the derivative of `f` in the
  /// middle, which is as good there.
  func smoothSlope(_ f: (Tensor) throws -> Tensor) throws -> Tensor {
    let change = try change
    let middle = try (a + b) * 0.5
    let derivative = try recording(true) {
      let point = try middle.tracked()
      return try gradient(
        of: f(point), withRespectTo: [point], weight: middle.filled(with: 1))[0]
    }
    // Where the error of rounding, ε / h, and that of the middle, h² / 24, are about the same.
    let closeness = a.elementType == .float64 ? 6e-6 : 5e-3
    let isApart = try change.absolute() .> middle.absolute().clamped(from: 1) * closeness
    return try ((fb - fa) / change).chosen(where: isApart, else: derivative)
  }
}
