// SPDX-License-Identifier: Apache-2.0

import CTorch

/// The type of a tensor's elements.
///
/// float16 and bfloat16 are for storage: on the processor, not every operation takes them. Convert to
/// float32 to calculate.
public enum ElementType: String, Sendable, CaseIterable {
  case float16, bfloat16, float32, float64
  case int8, int16, int32, int64, uint8
  case bool

  public var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }

  /// Bytes that one element takes.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  /// Whether a whole number is one of this type's; always for floating types, which round it.
  func holds(_ whole: Int) -> Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64, .int64: true
    case .int8: Int8(exactly: whole) != nil
    case .int16: Int16(exactly: whole) != nil
    case .int32: Int32(exactly: whole) != nil
    case .uint8: UInt8(exactly: whole) != nil
    case .bool: whole == 0 || whole == 1
    }
  }

  /// A number of this type as an operator's argument.
  ///
  /// - Throws: ``TorchError`` where an integer type does not have the number: libtorch would cut it.
  func exactly(_ value: Double, for operation: String) throws -> Operator.Argument {
    if isFloatingPoint { return .number(value) }
    guard let whole = Int(exactly: value), holds(whole) else {
      throw TorchError(operation: operation, message: "\(value) is no \(rawValue)")
    }
    return .integer(whole)
  }

  /// The difference between 1 and the next number, `nil` for types without fractions.
  public var epsilon: Double? {
    switch self {
    case .float16: 0x1p-10
    case .bfloat16: 0x1p-7
    case .float32: 0x1p-23
    case .float64: 0x1p-52
    default: nil
    }
  }

  /// The type in which random numbers of this one are drawn.
  var drawn: ElementType { self == .float16 || self == .bfloat16 ? .float32 : self }

  /// The greatest number of a floating type below `value`.
  func numberBelow(_ value: Double) -> Double {
    guard let epsilon, self != .float64 else { return value.nextDown }
    // Numbers of the type near `value` are multiples of this.
    let spacing = max(value.nextDown.magnitude.binade * epsilon, leastNonzero)
    return spacing * ((value / spacing).rounded(.up) - 1)
  }

  private var leastNonzero: Double {
    switch self {
    case .float16: 0x1p-24
    case .bfloat16: 0x1p-133
    default: 0x1p-149
    }
  }

  var code: ct_scalar_type {
    switch self {
    case .float16: CT_FLOAT16
    case .bfloat16: CT_BFLOAT16
    case .float32: CT_FLOAT32
    case .float64: CT_FLOAT64
    case .int8: CT_INT8
    case .int16: CT_INT16
    case .int32: CT_INT32
    case .int64: CT_INT64
    case .uint8: CT_UINT8
    case .bool: CT_BOOL
    }
  }

  init?(code: ct_scalar_type) {
    switch code {
    case CT_FLOAT16: self = .float16
    case CT_BFLOAT16: self = .bfloat16
    case CT_FLOAT32: self = .float32
    case CT_FLOAT64: self = .float64
    case CT_INT8: self = .int8
    case CT_INT16: self = .int16
    case CT_INT32: self = .int32
    case CT_INT64: self = .int64
    case CT_UINT8: self = .uint8
    case CT_BOOL: self = .bool
    default: return nil
    }
  }
}

/// A Swift type that tensors can be made from and read into.
public protocol TensorScalar: Sendable, BitwiseCopyable {
  static var elementType: ElementType { get }
}

extension Float: TensorScalar { public static var elementType: ElementType { .float32 } }
extension Double: TensorScalar { public static var elementType: ElementType { .float64 } }
extension Int8: TensorScalar { public static var elementType: ElementType { .int8 } }
extension Int16: TensorScalar { public static var elementType: ElementType { .int16 } }
extension Int32: TensorScalar { public static var elementType: ElementType { .int32 } }
extension Int64: TensorScalar { public static var elementType: ElementType { .int64 } }
extension Int: TensorScalar { public static var elementType: ElementType { .int64 } }
extension UInt8: TensorScalar { public static var elementType: ElementType { .uint8 } }
extension Bool: TensorScalar { public static var elementType: ElementType { .bool } }
