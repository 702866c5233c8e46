// SPDX-License-Identifier: Apache-2.0

import CTorch

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

    /// As ``add``, with a kernel that does it in one pass where there is one.
    func add(
      _ name: String, _ bend: SecantPass.Bend,
      _ kernel: @escaping @Sendable (SecantCall) -> ct_secant,
      _ slope: @escaping @Sendable (SecantCall, Chord) throws -> Tensor
    ) {
      rules["aten::" + name] = { call in
        call.pass.met(call.name, bend)
        return try call.elementwise(kernel: kernel(call)) { try slope(call, $0) }
      }
    }

    // Straight pieces.
    add("relu", .corners, { _ in CT_SECANT_RAMP }) { _, chord in try chord.rampSlope() }
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
        call.pass.met(call.name, .corners)
        guard let divisor = call.optionalTensor(1), divisor.count > 1 || call.isFollowed(1) else {
          return try call.elementwise { try $0.stepSlope(elsewhere: 1) }
        }
        let x = try call.tensor(0)
        let quotient = try x / divisor
        let whole = try name == "fmod" ? quotient.truncated() : quotient.roundedDown()
        let linear = try x - divisor * whole
        return try call.following(
          [call.nearResults()[0].standing(for: linear.plain)], RowMaps.aligned)
      }
    }
    rules["aten::prelu"] = { call in
      call.pass.met(call.name, .corners)
      let x = try call.tensor(0)
      let weight = try call.tensor(1)
      let shape = [Int](repeating: 1, count: Swift.max(0, x.rank - 2))
      let slope = try weight.reshaped(to: weight.count == 1 ? [] : [-1] + shape)
      // max(x, 0) + slope · min(x, 0), by what is above and below.
      return [try x.relu() - (-x).relu() * slope]
    }
    rules["aten::hardswish"] = { call in
      call.pass.met(call.name, .smooth)
      let x = try call.tensor(0)
      guard x.device == .cpu else { return [try x * (x * (1.0 / 6) + 0.5).clamped(from: 0, to: 1)] }
      return try call.elementwise(kernel: CT_SECANT_HARD_SWISH) { chord in
        try chord.smoothSlope { try $0.hardSwish() }
      }
    }

    // Curved, with a form that is exact where the ends are close.
    add("exp", .smooth, { _ in CT_SECANT_EXPONENTIAL }) { _, chord in
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
    add("tanh", .smooth, { _ in CT_SECANT_TANH }) { _, chord in
      // tanh b − tanh a = tanh(b − a) (1 − tanh a tanh b), whose factors are each well known.
      try chord.ratio { try $0.hyperbolicTangent() } * (1 - chord.fa * chord.fb)
    }
    add("sigmoid", .smooth, { _ in CT_SECANT_SIGMOID }) { _, chord in
      // By the same identity, σ being (1 + tanh(x / 2)) / 2, in a form that is exact far out.
      let product = try chord.fa * (-chord.b).sigmoid() + chord.fb * (-chord.a).sigmoid()
      return try chord.ratio { try ($0 * 0.5).hyperbolicTangent() } * product
    }
    add("sin", .smooth) { _, chord in
      try chord.ratio { try ($0 * 0.5).sine() * 2 } * chord.middle.cosine()
    }
    add("cos", .smooth) { _, chord in
      try -(chord.ratio { try ($0 * 0.5).sine() * 2 } * chord.middle.sine())
    }
    add("sinh", .smooth) { _, chord in
      try chord.ratio { try ($0 * 0.5).hyperbolicSine() * 2 } * chord.middle.hyperbolicCosine()
    }
    add("cosh", .smooth) { _, chord in
      try chord.ratio { try ($0 * 0.5).hyperbolicSine() * 2 } * chord.middle.hyperbolicSine()
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

    // Curved: a quotient of differences, and derivatives where the ends are close.
    add("silu", .smooth, { _ in CT_SECANT_SILU }) { _, chord in
      try chord.smoothSlope { try $0.silu() }
    }
    add("gelu", .smooth, { $0.isApproximated ? CT_SECANT_GELU_TANH : CT_SECANT_GELU }) {
      call, chord in try chord.smoothSlope { try $0.gelu(approximated: call.isApproximated) }
    }
    for name in ["mish", "softplus", "log_sigmoid", "erf", "atan", "asinh"] {
      add(name, .smooth) { call, chord in
        try chord.smoothSlope { try call.run(replacing: [0: $0])[0] }
      }
    }
    // The same, where the derivative grows beyond all bounds: at ±1, at 1, at π / 2.
    for name in ["asin", "acos", "atanh", "erfinv", "acosh", "tan"] {
      add(name, .smooth) { call, chord in
        let reach =
          switch name {
          case "tan": try chord.a.cosine().absolute().minimum(chord.b.cosine().absolute())
          case "acosh": try chord.a.minimum(chord.b) - 1
          default: try 1 - chord.a.absolute().maximum(chord.b.absolute())
          }
        return try chord.smoothSlope(within: reach) { try call.run(replacing: [0: $0])[0] }
      }
    }
    return rules
  }()
}

extension SecantCall {
  /// Of GELU: whether it is the one made of tanh.
  fileprivate var isApproximated: Bool {
    if case .text("tanh")? = arguments.dropFirst().first { true } else { false }
  }

  /// An operation on each element of the first argument alone.
  ///
  /// - Parameters:
  ///   - kernel: What gives the slope in one pass, on devices that have it.
  ///   - slope: Of the shape of a chord's ends.
  func elementwise(
    kernel: ct_secant? = nil, _ slope: (Chord) throws -> Tensor
  ) throws -> [Tensor] {
    let x = try tensor(0)
    guard let secant = x.secant, followed.count == 1 else { return try withoutSecant() }
    guard x.elementType.isFloatingPoint else { return try discrete() }
    let fa = try nearResults()[0]
    if secant.far == nil, let rows = secant.rows {
      // Only rows where ways start get a slope; those that go nowhere pass nothing on.
      if pass.checksRows { try verify([rows], of: [fa]) }
      let slopes = try withoutRecording { () -> Tensor in
        let chord = Chord(
          a: try x.near.starts(rows), b: try x.near.ends(rows), fa: try fa.starts(rows),
          fb: try fa.ends(rows))
        if pass.corners == nil, let kernel,
          let slopes = try chord.slope(kernel, paddedBehind: rows)
        {
          return slopes
        }
        let slopes = try slope(chord)
        try noteCorners(of: chord, slope: slopes, rows: rows)
        return try slopes.paddedBehind(rows)
      }
      return [Tensor(try fa.sloped(slopes, of: x.plain).storage, secant: secant)]
    }
    pass.corners?.lose(name)
    let (far, fb) = (try x.far, try farResults()[0])
    let slopes = try withoutRecording { () -> Tensor in
      let chord = Chord(a: try x.near, b: far, fa: fa, fb: fb)
      if let kernel, let slopes = try chord.slope(kernel) { return slopes }
      return try slope(chord)
    }
    return [
      Tensor(
        try fa.sloped(slopes, of: x.plain).storage,
        secant: Secant(pass, rows: nil, far: fb))
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
