// SPDX-License-Identifier: Apache-2.0

import CTorch

/// Both ends of each way through an operation on single elements: a and b, and what it makes of them.
struct Chord {
  let a: Tensor
  let b: Tensor
  let fa: Tensor
  let fb: Tensor

  /// b − a.
  var change: Tensor { get throws { try b - a } }
  /// Between a and b.
  var middle: Tensor { get throws { try (a + b) * 0.5 } }
}

extension Chord {
  /// The slope in one pass, with zeros for the rows that go nowhere; nil where there is no kernel.
  func slope(
    _ kernel: ct_secant, _ parameter: Double = 0, paddedBehind rows: CellRows? = nil
  ) throws -> Tensor? {
    var made: OpaquePointer?
    try check(
      ct_secant_slope(
        kernel, parameter, a.pointer, b.pointer, fa.pointer, fb.pointer,
        Int64(rows?.axis ?? 0), Int64(rows?.stride ?? 0), &made), "secant", [a, b, fa, fb])
    return made.map(Tensor.init(owning:))
  }

  /// Of max(x − corner, 0): 0, 1, or the share of the way that lies above the corner.
  func rampSlope(from corner: Double = 0) throws -> Tensor {
    if let slope = try slope(CT_SECANT_RAMP, corner) { return slope }
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

  /// The quotient of differences, and where the ends are close the mean of the derivative of `f`
  /// between them.
  ///
  /// Rounding spoils the quotient by ε / h, and the mean at Gauss's two points is good to h⁴ / 4320:
  /// where `f` is smooth on the scale of 1, both are exact enough at h = 1e-3.
  ///
  /// - Parameter reach: How far `f` is that smooth, in parts of 1; nil for everywhere.
  func smoothSlope(
    within reach: Tensor? = nil, _ f: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    let change = try change
    let middle = try middle
    let limit = try change.filled(with: change.elementType == .float64 ? 1e-3 : 3e-2)
    let closeness = try reach.map { try limit * $0.clamped(from: 0, to: 1) } ?? limit
    let isApart = try change.absolute() .> closeness
    guard
      try !isApart.flattened().unsqueezed(axis: 0).all(axis: 1).hasSameElements(
        as: Tensor([true]).moved(to: change.device))
    else {
      return try (fb - fa) / change
    }
    let shift = try change.filled(with: 0, where: isApart) * (0.5 / 3.0.squareRoot())
    let derivative = try recording(true) {
      let points = try [middle - shift, middle + shift].map { try $0.tracked() }
      return try zip(
        gradient(
          of: f(points[0]) + f(points[1]), withRespectTo: points, weight: middle.filled(with: 0.5)),
        points
      ).map(\.0).reduce(middle.filled(with: 0)) { try $0 + $1 }
    }
    return try ((fb - fa) / change).chosen(where: isApart, else: derivative)
  }
}
