// SPDX-License-Identifier: Apache-2.0

private enum Operators {
  static let less = Operator("aten::lt", "Tensor")
  static let lessNumber = Operator("aten::lt", "Scalar")
  static let lessOrEqual = Operator("aten::le", "Tensor")
  static let lessOrEqualNumber = Operator("aten::le", "Scalar")
  static let greater = Operator("aten::gt", "Tensor")
  static let greaterNumber = Operator("aten::gt", "Scalar")
  static let greaterOrEqual = Operator("aten::ge", "Tensor")
  static let greaterOrEqualNumber = Operator("aten::ge", "Scalar")
  static let equal = Operator("aten::eq", "Tensor")
  static let equalNumber = Operator("aten::eq", "Scalar")
  static let unequal = Operator("aten::ne", "Tensor")
  static let unequalNumber = Operator("aten::ne", "Scalar")
  static let and = Operator("aten::logical_and")
  static let or = Operator("aten::logical_or")
  static let exclusiveOr = Operator("aten::logical_xor")
  static let not = Operator("aten::logical_not")
  static let choose = Operator("aten::where", "self")
  static let isNaN = Operator("aten::isnan")
  static let isInfinite = Operator("aten::isinf")
  static let isFinite = Operator("aten::isfinite")
}

/// Elementwise comparison, with broadcasting: tensors of `bool`. The operators carry a dot, as the
/// standard library's do on vectors.
extension Tensor {
  public static func .< (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.less(.tensor(a), .tensor(b))
  }
  public static func .< (a: Tensor, b: Double) throws -> Tensor {
    try a.compared(by: Operators.lessNumber, to: b)
  }
  public static func .<= (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.lessOrEqual(.tensor(a), .tensor(b))
  }
  public static func .<= (a: Tensor, b: Double) throws -> Tensor {
    try a.compared(by: Operators.lessOrEqualNumber, to: b)
  }
  public static func .> (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.greater(.tensor(a), .tensor(b))
  }
  public static func .> (a: Tensor, b: Double) throws -> Tensor {
    try a.compared(by: Operators.greaterNumber, to: b)
  }
  public static func .>= (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.greaterOrEqual(.tensor(a), .tensor(b))
  }
  public static func .>= (a: Tensor, b: Double) throws -> Tensor {
    try a.compared(by: Operators.greaterOrEqualNumber, to: b)
  }
  public static func .== (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.equal(.tensor(a), .tensor(b))
  }
  public static func .== (a: Tensor, b: Double) throws -> Tensor {
    try a.compared(by: Operators.equalNumber, to: b)
  }
  public static func .!= (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.unequal(.tensor(a), .tensor(b))
  }
  public static func .!= (a: Tensor, b: Double) throws -> Tensor {
    try a.compared(by: Operators.unequalNumber, to: b)
  }

  /// Compares exactly: libtorch would wrap a number that an integer type does not have, and round
  /// integers to float32 where the number has a fraction.
  private func compared(by comparison: Operator, to number: Double) throws -> Tensor {
    if elementType.isFloatingPoint { return try comparison(.tensor(self), .number(number)) }
    if let whole = Int(exactly: number) {
      let wide = elementType.holds(whole) ? self : try converted(to: .int64)
      return try comparison(.tensor(wide), .integer(whole))
    }
    return try comparison(.tensor(converted(to: .float64)), .number(number))
  }

  public static func .& (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.and(.tensor(a), .tensor(b))
  }
  public static func .| (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.or(.tensor(a), .tensor(b))
  }
  public static func .^ (a: Tensor, b: Tensor) throws -> Tensor {
    try Operators.exclusiveOr(.tensor(a), .tensor(b))
  }
  public static prefix func .! (a: Tensor) throws -> Tensor { try Operators.not(.tensor(a)) }

  /// Takes `self` where `condition` holds, and `other` elsewhere; all three broadcast.
  public func chosen(where condition: Tensor, else other: Tensor) throws -> Tensor {
    try Operators.choose(.tensor(condition), .tensor(self), .tensor(other))
  }

  public func isNaN() throws -> Tensor { try Operators.isNaN(.tensor(self)) }
  public func isInfinite() throws -> Tensor { try Operators.isInfinite(.tensor(self)) }
  public func isFinite() throws -> Tensor { try Operators.isFinite(.tensor(self)) }
}
