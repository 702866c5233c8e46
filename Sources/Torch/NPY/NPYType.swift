// SPDX-License-Identifier: Apache-2.0

/// How elements lie in a file: a NumPy type such as `<f4`, that is byte order, kind and bytes each.
struct NPYType: Equatable {
  /// The type that has the same bits.
  var stored: ElementType
  /// Unsigned numbers that libtorch has no type for are read into the next wider signed one.
  var isUnsigned = false
  var isBigEndian = false

  init(stored: ElementType) { self.stored = stored }

  /// Reads NumPy's name of a type.
  ///
  /// - Throws: ``NPYError`` for types that no tensor has.
  init(name: String) throws {
    var rest = name[...]
    if let order = rest.first, "<>|=".contains(order) {
      rest.removeFirst()
      isBigEndian = order == ">"
    }
    switch rest {
    case "f2": stored = .float16
    case "f4": stored = .float32
    case "f8": stored = .float64
    case "i1": stored = .int8
    case "i2": stored = .int16
    case "i4": stored = .int32
    case "i8": stored = .int64
    case "u1": stored = .uint8
    case "b1", "?": stored = .bool
    case "u2": (stored, isUnsigned) = (.int16, true)
    case "u4": (stored, isUnsigned) = (.int32, true)
    default: throw NPYError(.unsupportedType("'\(name)'"))
    }
    if stored.byteCount == 1 { isBigEndian = false }
  }

  /// NumPy's name.
  var name: String {
    let kind =
      switch stored {
      case .float16, .bfloat16, .float32, .float64: "f"
      case .int8, .int16, .int32, .int64: isUnsigned ? "u" : "i"
      case .uint8: "u"
      case .bool: "b"
      }
    let order = stored.byteCount == 1 ? "|" : isBigEndian ? ">" : "<"
    return order + kind + String(stored.byteCount)
  }
}
