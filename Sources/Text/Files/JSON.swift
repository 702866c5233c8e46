// SPDX-License-Identifier: Apache-2.0

/// JSON that keeps what Swift's dictionaries would join: keys that differ only in how their accents
/// are written are two entries of a vocabulary.
indirect enum JSON: Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  /// In the file's order.
  case object([Member])

  struct Member: Equatable {
    let key: String
    let value: JSON
  }
}

/// Reads JSON (RFC 8259) from UTF-8.
struct JSONReader {
  private let bytes: [UInt8]
  private var next = 0
  private var depth = 0

  /// Deeper nesting than any tokenizer has would only exhaust the stack.
  private static let deepest = 128

  static func read(_ bytes: [UInt8]) throws -> JSON {
    var reader = JSONReader(bytes: bytes)
    let value = try reader.value()
    reader.skipBlanks()
    guard reader.next == bytes.count else { throw reader.error("there is more behind the end") }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func error(_ reason: String) -> TokenizerError {
    .malformed(place: "byte \(next)", reason: reason)
  }

  private mutating func skipBlanks() {
    while next < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[next]) { next += 1 }
  }

  private mutating func take(_ byte: Character) -> Bool {
    guard next < bytes.count, bytes[next] == byte.asciiValue else { return false }
    next += 1
    return true
  }

  private mutating func take(word: String) -> Bool {
    guard bytes[next...].starts(with: word.utf8) else { return false }
    next += word.utf8.count
    return true
  }

  private mutating func value() throws -> JSON {
    skipBlanks()
    guard next < bytes.count else { throw error("the file ends early") }
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.deepest else { throw error("nested too deeply") }
    if take("{") { return try object() }
    if take("[") { return try array() }
    if take("\"") { return .string(try string()) }
    if take(word: "true") { return .bool(true) }
    if take(word: "false") { return .bool(false) }
    if take(word: "null") { return .null }
    return try number()
  }

  private mutating func object() throws -> JSON {
    var members: [JSON.Member] = []
    skipBlanks()
    if take("}") { return .object(members) }
    repeat {
      skipBlanks()
      guard take("\"") else { throw error("a key was expected") }
      let key = try string()
      skipBlanks()
      guard take(":") else { throw error("a colon was expected behind '\(key)'") }
      members.append(JSON.Member(key: key, value: try value()))
      skipBlanks()
    } while take(",")
    guard take("}") else { throw error("a comma or brace was expected") }
    return .object(members)
  }

  private mutating func array() throws -> JSON {
    var values: [JSON] = []
    skipBlanks()
    if take("]") { return .array(values) }
    repeat {
      values.append(try value())
      skipBlanks()
    } while take(",")
    guard take("]") else { throw error("a comma or bracket was expected") }
    return .array(values)
  }

  private mutating func number() throws -> JSON {
    let start = next
    while next < bytes.count, "+-0123456789.eE".utf8.contains(bytes[next]) { next += 1 }
    guard let number = Double(String(decoding: bytes[start..<next], as: UTF8.self)) else {
      next = start
      throw error("a value was expected")
    }
    return .number(number)
  }

  /// The rest of a string, its first quote being taken.
  private mutating func string() throws -> String {
    var result: [UInt8] = []
    while next < bytes.count {
      let byte = bytes[next]
      next += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: result, as: UTF8.self) else {
          throw error("a string is no UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): result += try escape().utf8
      case 0..<0x20: throw error("a control character stands in a string")
      default: result.append(byte)
      }
    }
    throw error("a string has no end")
  }

  private mutating func escape() throws -> String {
    guard next < bytes.count else { throw error("a string has no end") }
    let byte = bytes[next]
    next += 1
    switch byte {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "u"): return String(Character(try escapedScalar()))
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return String(Character(Unicode.Scalar(byte)))
    default: throw error("an escape is not known")
    }
  }

  private mutating func escapedScalar() throws -> Unicode.Scalar {
    let first = try fourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // Beyond 16 bits two escapes make one character.
    guard (0xD800..<0xDC00).contains(first), take(word: "\\u") else {
      throw error("half a character is escaped")
    }
    let second = try fourDigits()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw error("half a character is escaped") }
    return scalar
  }

  private mutating func fourDigits() throws -> UInt32 {
    guard next + 4 <= bytes.count,
      let value = UInt32(String(decoding: bytes[next..<next + 4], as: UTF8.self), radix: 16)
    else { throw error("four hexadecimal digits were expected") }
    next += 4
    return value
  }
}
