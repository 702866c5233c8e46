// SPDX-License-Identifier: Apache-2.0

extension SecantRules {
  /// Operations that are linear in each of two factors, and what is made of them.
  static let products: [String: Rule] = [
    "aten::mul": { try $0.product(0, 1, RowMaps.aligned) },
    "aten::matmul": { try $0.product(0, 1, RowMaps.matrices) },
    "aten::outer": { try $0.product(0, 1, RowMaps.unknown) },
    "aten::einsum": { try $0.contraction() },
    "aten::linear": { call in
      guard call.isFollowed(1) || call.isFollowed(2) else {
        return try call.linear(RowMaps.matrices)
      }
      let product = try call.tensor(0).matrixProduct(call.tensor(1).transposed())
      return [try call.optionalTensor(2).map { try product + $0 } ?? product]
    },
    "aten::addmm": { call in
      let product = try call.tensor(1).matrixProduct(call.tensor(2)) * call.number(4, 1)
      return [try call.tensor(0) * call.number(3, 1) + product]
    },
    "attribution::convolution": { try $0.convolution() },
    "aten::convolution": { try $0.convolution() },
    "aten::linalg_det": { call in
      try call.polynomial(degree: call.tensor(0).shape.last ?? 1, RowMaps.batches)
    },
    "aten::div": { call in
      if call.arguments.count > 2 { return try call.steppedQuotient() }
      guard call.isFollowed(1) else { return try call.linear(RowMaps.aligned) }
      let inverse = try call.tensor(1).reciprocal()
      return [try call.tensor(0) * inverse]
    },
    "aten::pow": { try $0.power() },
    "aten::prod": { call in
      let x = try call.tensor(0)
      let axis = call.integers(1).first ?? 0
      var factors = try (0..<x.shape[axis < 0 ? axis + x.rank : axis]).map {
        try x.selected($0, axis: axis)
      }
      guard !factors.isEmpty else { return try call.linear(RowMaps.unknown) }
      while factors.count > 1 {
        factors = try stride(from: 0, to: factors.count, by: 2).map {
          $0 + 1 < factors.count ? try factors[$0] * factors[$0 + 1] : factors[$0]
        }
      }
      return [call.flag(2) ? try factors[0].unsqueezed(axis: axis) : factors[0]]
    },
    "aten::cumprod": { call in
      let x = try call.tensor(0)
      let axis = call.integers(1).first ?? 0
      var products: [Tensor] = []
      for place in 0..<x.shape[axis < 0 ? axis + x.rank : axis] {
        let factor = try x.selected(place, axis: axis)
        products.append(try products.last.map { try $0 * factor } ?? factor)
      }
      guard !products.isEmpty else { return try call.linear(RowMaps.unknown) }
      return [try .stacked(products, axis: axis)]
    },
    "aten::linalg_inv": { call in
      // B⁻¹ − A⁻¹ = −A⁻¹ (B − A) B⁻¹.
      call.pass.met(call.name, .smooth)
      let (nears, fars) = try call.ends(RowMaps.batches)
      let (near, far) = (nears[0], fars[0])
      let linear = try -(near.matrixProduct(call.tensor(0).plain).matrixProduct(far))
      return try call.following([near.standing(for: linear)], RowMaps.batches, far: [far])
    },
    "aten::linalg_solve": { call in
      guard call.isFollowed(0) else { return try call.linear(RowMaps.unknown) }
      let right = try call.tensor(1)
      let isVector = try right.rank == 1 || right.rank == call.tensor(0).rank - 1
      let product = try call.tensor(0).inverse()
        .matrixProduct(isVector ? right.unsqueezed(axis: -1) : right)
      return [isVector ? try product.squeezed(axis: -1) : product]
    },
    "aten::atan2": { try $0.angle() },
  ]
}

extension SecantCall {
  fileprivate func convolution() throws -> [Tensor] {
    try isFollowed(1) ? polynomial(degree: 2) : linear(RowMaps.convolved)
  }

  /// Linear in each of two arguments.
  func product(_ one: Int, _ other: Int, _ map: @escaping RowMap) throws -> [Tensor] {
    if hasMovingChoices { return try withMovingChoices(map) }
    guard isFollowed(one), isFollowed(other) else { return try linear(map) }
    return try polynomial(degree: 2, map)
  }

  /// A polynomial in all that is followed.
  ///
  /// Its derivative along a way, a polynomial too, is averaged exactly by Gauss's rule of the degree.
  /// For products that is ū dv + v̄ du.
  func polynomial(degree: Int, _ map: RowMap = RowMaps.unknown) throws -> [Tensor] {
    guard followed.allSatisfy(\.elementType.isFloatingPoint) else { return try withoutSecant() }
    guard degree > 1 else { return try linear(map) }
    pass.met(name, .smooth)
    var linear: Tensor?
    for (node, weight) in GaussianNodes.nodes((degree + 1) / 2) {
      let part = try run { tensor in
        guard tensor.secant != nil else { return tensor.plain }
        let point =
          node == 0.5
          ? try tensor.middle
          : try withoutRecording { try tensor.near * (1 - node) + tensor.far * node }
        return try point.standing(for: tensor.plain)
      }[0]
      guard weight != 1 else {
        linear = part
        break
      }
      linear = try linear.map { try $0 + part * weight } ?? part * weight
    }
    guard let linear else { return try withoutSecant() }
    return try following([nearResults()[0].standing(for: linear)], map)
  }

  /// A contraction by Einstein's convention: linear in each of the tensors.
  func contraction() throws -> [Tensor] {
    try polynomial(degree: followed.count, RowMaps.contracted)
  }

  /// A quotient rounded to a whole number: a step function of the quotient.
  fileprivate func steppedQuotient() throws -> [Tensor] {
    guard followed.allSatisfy(\.elementType.isFloatingPoint) else { return try discrete() }
    pass.met(name, .corners)
    return [try stepped(of: tensor(0) / tensor(1))]
  }

  /// The operation's result as a step function of `x`, which has its shape.
  func stepped(of x: Tensor) throws -> Tensor {
    let (near, far) = try ends(RowMaps.aligned)
    let slope = try withoutRecording {
      try Chord(a: x.near, b: x.far, fa: near[0], fb: far[0]).stepSlope(elsewhere: 0)
    }
    return try following([near[0].sloped(slope, of: x.plain)], RowMaps.aligned, far: far)[0]
  }

  fileprivate func power() throws -> [Tensor] {
    let x = try tensor(0)
    if isFollowed(1) {
      // exp(e log x), where that is what it is.
      guard try x.near.min().number() > 0, try x.far.min().number() > 0 else {
        return try withoutSecant()
      }
      return [try (x.logarithm() * tensor(1)).exponential()]
    }
    let exponent: Double
    switch arguments[1] {
    case .tensor(let tensor):
      guard tensor.count == 1 else { return try elementwisePower() }
      exponent = try tensor.number()
    default: exponent = number(1, 1)
    }
    switch exponent {
    case 0, 1: return try linear(RowMaps.aligned)
    case 0.5: return [try x.squareRoot()]
    case -0.5: return [try x.squareRoot().reciprocal()]
    case -1: return [try x.reciprocal()]
    case 2...16 where exponent == exponent.rounded():
      pass.met(name, .smooth)
      let degree = Int(exponent)
      return try elementwise { chord in
        // Σ aⁱ bᵏ⁻¹⁻ⁱ, by Horner's scheme.
        var (sum, power) = (try chord.a.filled(with: 1), chord.a)
        for step in 1..<degree {
          sum = try sum * chord.b + power
          if step < degree - 1 { power = try power * chord.a }
        }
        return sum
      }
    default: return try elementwisePower()
    }
  }

  private func elementwisePower() throws -> [Tensor] {
    pass.met(name, .smooth)
    let x = try tensor(0)
    let shape = try nearResults()[0].shape
    guard shape == x.shape else {
      return try again([.tensor(x.broadcast(to: shape))] + arguments.dropFirst())
    }
    if case .tensor(let exponent) = arguments[1], exponent.count > 1, x.secant?.far == nil {
      // Each number has its own exponent: ways end where they end, row by row or not.
      return [try Tensor(x.storage, secant: Secant(pass, rows: nil, far: x.far)).power(exponent)]
    }
    return try elementwise { chord in
      try chord.smoothSlope(within: chord.a.absolute().minimum(chord.b.absolute())) {
        try run(replacing: [0: $0])[0]
      }
    }
  }

  /// The angle of (x, y): along a straight way it changes by ∫ (x dy − y dx) / r², whose numerator
  /// is the same all along.
  fileprivate func angle() throws -> [Tensor] {
    pass.met(name, .smooth)
    let (y, x) = (try tensor(0), try tensor(1))
    let (nears, fars) = try ends(RowMaps.aligned)
    let (near, far) = (nears[0], fars[0])
    let linear = try withoutRecording { () -> (Tensor, Tensor) in
      let (xa, ya, xb, yb) = (try x.near, try y.near, try x.far, try y.far)
      let cross = try xa * yb - ya * xb
      let inner = try xa * xb + ya * yb
      let isApart = try cross.absolute() .> inner.absolute() * 1e-6
      let rate = try ((far - near) / cross).chosen(where: isApart, else: 1.0 / inner)
      return try (rate * xa, -(rate * ya))
    }
    let sum = try y.plain * linear.0 + x.plain * linear.1
    return try following([near.standing(for: sum)], RowMaps.aligned, far: [far])
  }
}
