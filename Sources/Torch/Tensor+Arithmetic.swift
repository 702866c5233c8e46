// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let add = Operator("aten::add", "Tensor")
  static let addNumber = Operator("aten::add", "Scalar")
  static let subtract = Operator("aten::sub", "Tensor")
  static let subtractNumber = Operator("aten::sub", "Scalar")
  static let subtractFromNumber = Operator("aten::rsub", "Scalar")
  static let multiply = Operator("aten::mul", "Tensor")
  static let multiplyNumber = Operator("aten::mul", "Scalar")
  static let divide = Operator("aten::div", "Tensor")
  static let divideNumber = Operator("aten::div", "Scalar")
  static let divideRounding = Operator("aten::div", "Tensor_mode")
  static let remainder = Operator("aten::remainder", "Tensor")
  static let truncatedRemainder = Operator("aten::fmod", "Tensor")
  static let negate = Operator("aten::neg")
  static let power = Operator("aten::pow", "Tensor_Tensor")
  static let powerNumber = Operator("aten::pow", "Tensor_Scalar")
  static let minimum = Operator("aten::minimum")
  static let maximum = Operator("aten::maximum")
  static let clamp = Operator("aten::clamp")
  static let atan2 = Operator("aten::atan2")
  static let absolute = Operator("aten::abs")
  static let sign = Operator("aten::sign")
  static let squareRoot = Operator("aten::sqrt")
  static let reciprocal = Operator("aten::reciprocal")
  static let exponential = Operator("aten::exp")
  static let logarithm = Operator("aten::log")
  static let logarithmOfOnePlus = Operator("aten::log1p")
  static let exponentialMinusOne = Operator("aten::expm1")
  static let sine = Operator("aten::sin")
  static let cosine = Operator("aten::cos")
  static let tangent = Operator("aten::tan")
  static let arcSine = Operator("aten::asin")
  static let arcCosine = Operator("aten::acos")
  static let arcTangent = Operator("aten::atan")
  static let hyperbolicSine = Operator("aten::sinh")
  static let hyperbolicCosine = Operator("aten::cosh")
  static let errorFunction = Operator("aten::erf")
  static let floor = Operator("aten::floor")
  static let ceiling = Operator("aten::ceil")
  static let round = Operator("aten::round")
  static let truncate = Operator("aten::trunc")
}

/// Elementwise arithmetic. Shapes broadcast as NumPy's do: aligned at the last axis, an axis of
/// length 1 stretches. Mixed types are promoted as libtorch promotes them. A number takes the
/// tensor's type; one with a fraction makes integers float32, and one that integers of the type
/// cannot be is an error.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.add(.tensor(a), .tensor(b))
  }
  public static func + (a: Tensor, b: Double) throws -> Tensor {
    try Operators.addNumber(.tensor(a), a.scalar(b, for: "+"))
  }
  public static func + (a: Double, b: Tensor) throws -> Tensor { try b + a }

  public static func - (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.subtract(.tensor(a), .tensor(b))
  }
  public static func - (a: Tensor, b: Double) throws -> Tensor {
    try Operators.subtractNumber(.tensor(a), a.scalar(b, for: "-"))
  }
  public static func - (a: Double, b: Tensor) throws -> Tensor {
    try Operators.subtractFromNumber(.tensor(b), b.scalar(a, for: "-"))
  }

  public static func * (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.multiply(.tensor(a), .tensor(b))
  }
  public static func * (a: Tensor, b: Double) throws -> Tensor {
    try Operators.multiplyNumber(.tensor(a), a.scalar(b, for: "*"))
  }
  public static func * (a: Double, b: Tensor) throws -> Tensor { try b * a }

  /// Divides; integers give floating-point results.
  public static func / (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.divide(.tensor(a), .tensor(b))
  }
  public static func / (a: Tensor, b: Double) throws -> Tensor {
    try Operators.divideNumber(.tensor(a), .number(b))
  }
  public static func / (a: Double, b: Tensor) throws -> Tensor {
    // Not a times the reciprocal of b, which is rounded once more.
    let type = b.elementType.isFloatingPoint ? b.elementType : .float32
    return try .full([], a, type: type, on: b.device) / b
  }

  public static prefix func - (a: Tensor) throws -> Tensor { try Operators.negate(.tensor(a)) }

  /// A number as an operator's argument: whole where it can be, so that integers stay integers.
  ///
  /// - Throws: ``TorchError`` for a whole number that the type cannot hold: libtorch would wrap it.
  private func scalar(_ value: Double, for operation: String) throws -> Operator.Argument {
    guard !elementType.isFloatingPoint, let whole = Int(exactly: value) else {
      return .number(value)
    }
    guard elementType == .bool || elementType.holds(whole) else {
      throw TorchError(
        operation: operation, shapes: [shape],
        message: "\(whole) is no \(elementType.rawValue): convert the tensor first")
    }
    return .integer(whole)
  }

  /// How a quotient is rounded to a whole number.
  public enum Rounding: String, Sendable {
    case towardZero = "trunc"
    case down = "floor"
  }

  public func divided(by other: Tensor, rounding: Rounding) throws -> Tensor {
    let (divisor, isNegated) = try other.safeDivisor(of: self)
    let quotient = try Operators.divideRounding(
      .tensor(self), .tensor(divisor), .text(rounding.rawValue))
    return try isNegated.map { try (-quotient).chosen(where: $0, else: quotient) } ?? quotient
  }

  /// The remainder of division, with the sign of the divisor (`down`) or of the dividend
  /// (`towardZero`).
  public func remainder(dividingBy other: Tensor, rounding: Rounding = .down) throws -> Tensor {
    // The remainder of 1 is that of −1 too: 0.
    let divisor = try other.safeDivisor(of: self).divisor
    return switch rounding {
    case .down: try Operators.remainder(.tensor(self), .tensor(divisor))
    case .towardZero: try Operators.truncatedRemainder(.tensor(self), .tensor(divisor))
    }
  }

  /// This divisor with 1 in the place of −1, and where that is.
  ///
  /// The least integer divided by −1 is no integer of its type: processors end the process there.
  private func safeDivisor(of dividend: Tensor) throws -> (divisor: Tensor, isNegated: Tensor?) {
    let isSigned = !elementType.isFloatingPoint && elementType != .uint8 && elementType != .bool
    guard isSigned, !dividend.elementType.isFloatingPoint else { return (self, nil) }
    let isNegated = try self .== -1
    return (try filled(with: 1, where: isNegated), isNegated)
  }

  public func power(_ exponent: Tensor) throws -> Tensor {
    try Operators.power(.tensor(self), .tensor(exponent))
  }
  public func power(_ exponent: Double) throws -> Tensor {
    try Operators.powerNumber(.tensor(self), scalar(exponent, for: "power"))
  }

  public func minimum(_ other: Tensor) throws -> Tensor {
    try Operators.minimum(.tensor(self), .tensor(other))
  }
  public func maximum(_ other: Tensor) throws -> Tensor {
    try Operators.maximum(.tensor(self), .tensor(other))
  }

  /// Values below `lowest` become `lowest`, above `highest` become `highest`; `nil` leaves an end
  /// open.
  public func clamped(from lowest: Double? = nil, to highest: Double? = nil) throws -> Tensor {
    guard lowest != nil || highest != nil else { return self }
    return try Operators.clamp(
      .tensor(self), lowest.map { try scalar($0, for: "clamped") } ?? .none,
      highest.map { try scalar($0, for: "clamped") } ?? .none)
  }

  public func absolute() throws -> Tensor { try Operators.absolute(.tensor(self)) }
  /// −1, 0 or 1.
  public func sign() throws -> Tensor { try Operators.sign(.tensor(self)) }
  public func squareRoot() throws -> Tensor { try Operators.squareRoot(.tensor(self)) }
  public func squared() throws -> Tensor { try self * self }
  public func reciprocal() throws -> Tensor { try Operators.reciprocal(.tensor(self)) }
  public func exponential() throws -> Tensor { try Operators.exponential(.tensor(self)) }
  /// exp(x) − 1, exact near 0.
  public func exponentialMinusOne() throws -> Tensor {
    try Operators.exponentialMinusOne(.tensor(self))
  }
  /// The natural logarithm.
  public func logarithm() throws -> Tensor { try Operators.logarithm(.tensor(self)) }
  /// log(1 + x), exact near 0.
  public func logarithmOfOnePlus() throws -> Tensor {
    try Operators.logarithmOfOnePlus(.tensor(self))
  }
  public func sine() throws -> Tensor { try Operators.sine(.tensor(self)) }
  public func cosine() throws -> Tensor { try Operators.cosine(.tensor(self)) }
  public func tangent() throws -> Tensor { try Operators.tangent(.tensor(self)) }
  public func arcSine() throws -> Tensor { try Operators.arcSine(.tensor(self)) }
  public func arcCosine() throws -> Tensor { try Operators.arcCosine(.tensor(self)) }
  public func arcTangent() throws -> Tensor { try Operators.arcTangent(.tensor(self)) }
  /// The angle of the point (`x`, self), in −π…π.
  public func arcTangent(over x: Tensor) throws -> Tensor {
    try Operators.atan2(.tensor(self), .tensor(x))
  }
  public func hyperbolicSine() throws -> Tensor { try Operators.hyperbolicSine(.tensor(self)) }
  public func hyperbolicCosine() throws -> Tensor { try Operators.hyperbolicCosine(.tensor(self)) }
  public func errorFunction() throws -> Tensor { try Operators.errorFunction(.tensor(self)) }
  public func roundedDown() throws -> Tensor { try Operators.floor(.tensor(self)) }
  public func roundedUp() throws -> Tensor { try Operators.ceiling(.tensor(self)) }
  /// To the nearest whole number, halves to even.
  public func rounded() throws -> Tensor { try Operators.round(.tensor(self)) }
  public func truncated() throws -> Tensor { try Operators.truncate(.tensor(self)) }
}
