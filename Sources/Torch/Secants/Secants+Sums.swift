// SPDX-License-Identifier: Apache-2.0

import CTorch

extension SecantRules {
  /// Softmax and its kin, norms and variances.
  static let sums: [String: Rule] = [
    "aten::softmax": { try $0.exponentials(CT_SOFTMAX, RowMaps.along(1)) },
    "aten::log_softmax": { try $0.exponentials(CT_LOG_SOFTMAX, RowMaps.along(1)) },
    "aten::logsumexp": { try $0.exponentials(CT_LOG_SUM_EXP, RowMaps.along(1, keeps: 2)) },
    "aten::var": { call in
      let x = try call.tensor(0)
      var axes = call.integers(1)
      if axes.isEmpty { axes = Array(0..<x.rank) }
      let count = axes.reduce(1.0) { $0 * Double(x.shape[$1 < 0 ? $1 + x.rank : $1]) }
      let deviation = try x - x.mean(axes: axes, keepingAxes: true)
      let mean = try deviation.squared().mean(axes: axes, keepingAxes: call.flag(3))
      return [try mean * (count / (count - call.number(2, 1)))]
    },
    "aten::linalg_vector_norm": { call in
      let x = try call.tensor(0)
      let order = call.number(1, 2)
      let axes = call.integers(2).isEmpty ? Array(0..<x.rank) : call.integers(2)
      let keeps = call.flag(3)
      switch order {
      case .infinity: return [try x.absolute().max(axes: axes, keepingAxes: keeps)]
      case -.infinity: return [try x.absolute().min(axes: axes, keepingAxes: keeps)]
      case 1: return [try x.absolute().sum(axes: axes, keepingAxes: keeps)]
      case 2: return [try x.squared().sum(axes: axes, keepingAxes: keeps).squareRoot()]
      default:
        return [
          try x.absolute().power(order).sum(axes: axes, keepingAxes: keeps).power(1 / order)
        ]
      }
    },
  ]

  /// Normalizations by what they are made of.
  static let normalizations: [String: Rule] = [
    "aten::layer_norm": { call in
      let x = try call.tensor(0)
      let axes = (1...Swift.max(1, call.integers(1).count)).map { -$0 }
      return [
        try x.normalized(axes: axes, epsilon: call.number(4, 1e-5))
          .scaled(call.optionalTensor(2), shifted: call.optionalTensor(3))
      ]
    },
    "aten::batch_norm": { call in
      guard call.flag(5) || (1...4).contains(where: { call.isFollowed($0) }) else {
        return try call.linear(RowMaps.leading())
      }
      guard !call.flag(5) else { return try call.withoutSecant() }
      let x = try call.tensor(0)
      func channels(_ place: Int) throws -> Tensor? {
        try call.optionalTensor(place)?.perChannel(of: x)
      }
      let (mean, variance) = (
        try call.tensor(3).perChannel(of: x), try call.tensor(4).perChannel(of: x)
      )
      let deviation = try (variance + call.number(7, 1e-5)).squareRoot()
      return [
        try ((x - mean) / deviation).scaled(channels(1), shifted: channels(2))
      ]
    },
    "aten::instance_norm": { call in
      guard call.flag(5, true), !call.isFollowed(3), !call.isFollowed(4) else {
        return try call.withoutSecant()
      }
      let x = try call.tensor(0)
      let normal = try x.normalized(axes: Array(2..<x.rank), epsilon: call.number(7, 1e-5))
      return [
        try normal.scaled(
          call.optionalTensor(1)?.perChannel(of: x),
          shifted: call.optionalTensor(2)?.perChannel(of: x))
      ]
    },
    "aten::group_norm": { call in
      let x = try call.tensor(0)
      let groups = call.integers(1).first ?? 1
      let split = try x.reshaped(to: [x.shape[0], groups, -1])
      let normal = try split.normalized(axes: [-1], epsilon: call.number(4, 1e-5))
        .reshaped(to: x.shape)
      return [
        try normal.scaled(
          call.optionalTensor(2)?.perChannel(of: x),
          shifted: call.optionalTensor(3)?.perChannel(of: x))
      ]
    },
  ]
}

extension SecantCall {
  /// A function of exponentials and their sum.
  ///
  /// With p the softmax at one end and q at the other, the secant of log Σ exp x has the weights of
  /// the logarithmic means M(pᵢ, qᵢ) = (qᵢ − pᵢ) / (log qᵢ − log pᵢ), brought to the sum 1; nothing
  /// overflows, however large x is. What is masked with −∞ has weight 0, and no share.
  fileprivate func exponentials(_ kind: ct_exponentials, _ map: RowMap) throws -> [Tensor] {
    pass.met(name, .smooth)
    let x = try tensor(0)
    let axes = integers(1).isEmpty ? Array(0..<x.rank) : integers(1)
    let near = try nearResults()[0]
    let mean = try withoutRecording { () -> Tensor in
      func logarithms(_ x: Tensor) throws -> Tensor {
        try x - x.logSumExp(axes: axes, keepingAxes: true)
      }
      let (a, b) = (try logarithms(x.near), try logarithms(x.far))
      let (p, q) = (try a.exponential(), try b.exponential())
      let chord = Chord(a: a, b: b, fa: p, fb: q)
      if let mean = try chord.slope(CT_SECANT_EXPONENTIAL) { return mean }
      let mean = try Chord.exponentialSlope(a, b, p.maximum(q))
      return try mean.filled(with: 0, where: mean.isNaN())
    }
    let value =
      try kind == CT_LOG_SUM_EXP
      ? near.reshaped(to: mean.sum(axes: axes, keepingAxes: true).shape) : near
    var made: OpaquePointer?
    try check(
      ct_secant_exponentials(
        kind, x.pointer, mean.pointer, value.pointer, axes.map(Int64.init), axes.count, &made),
      name, [x, mean])
    let result = try Tensor(orFail: made)
    return try following(
      [kind == CT_LOG_SUM_EXP ? result.reshaped(to: near.shape) : result], map)
  }
}

extension Tensor {
  /// Mean 0 and variance 1 along axes.
  fileprivate func normalized(axes: [Int], epsilon: Double) throws -> Tensor {
    let deviation = try self - mean(axes: axes, keepingAxes: true)
    let variance = try deviation.squared().mean(axes: axes, keepingAxes: true)
    return try deviation * (variance + epsilon).squareRoot().reciprocal()
  }

  fileprivate func scaled(_ scale: Tensor?, shifted shift: Tensor?) throws -> Tensor {
    let scaled = try scale.map { try self * $0 } ?? self
    return try shift.map { try scaled + $0 } ?? scaled
  }

  /// One number for each channel, aligned with axis 1.
  fileprivate func perChannel(of x: Tensor) throws -> Tensor {
    try reshaped(to: [-1] + [Int](repeating: 1, count: Swift.max(0, x.rank - 2)))
  }
}
