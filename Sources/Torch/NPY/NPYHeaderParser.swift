// SPDX-License-Identifier: Apache-2.0

/// Reads the dictionary in a `.npy` header: no more of Python than NumPy writes there.
///
/// Goes over the bytes once and never into itself, so that no text, however hostile, takes more than
/// time in proportion to its length.
struct NPYHeaderParser {
  let text: [UInt8]
  private var position = 0

  private static let space = Array(" \t\n\r".utf8)

  init(text: [UInt8]) { self.text = text }

  mutating func header() throws -> NPYHeader {
    var type: NPYType?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{", "a dictionary")
    while !take("}") {
      let start = position
      let key = try string("a key")
      try expect(":", "a colon after the key '\(key)'")
      switch key {
      case "descr":
        guard type == nil else { throw repeated(key, at: start) }
        type = try elementType()
      case "fortran_order":
        guard isFortranOrder == nil else { throw repeated(key, at: start) }
        isFortranOrder = try truth()
      case "shape":
        guard shape == nil else { throw repeated(key, at: start) }
        shape = try tuple()
      default:
        throw NPYError(.malformedHeader("the key '\(key)' is not known", at: start))
      }
      if !take(",") {
        try expect("}", "a comma or a closing brace")
        break
      }
    }
    skipSpace()
    guard position == text.count else { throw malformed("nothing more") }
    return try NPYHeader(
      type: present(type, "descr"), isFortranOrder: present(isFortranOrder, "fortran_order"),
      shape: present(shape, "shape"))
  }

  /// A type's name.
  ///
  /// A list or a tuple there describes a structured type: it is refused as it stands.
  private mutating func elementType() throws -> NPYType {
    skipSpace()
    if [UInt8(ascii: "["), UInt8(ascii: "(")].contains(text[position...].first) {
      let excerpt = text[position...].prefix(60).map { byte in
        (0x20..<0x7F).contains(byte) ? Character(UnicodeScalar(byte)) : "?"
      }
      throw NPYError(.unsupportedType("structured, " + String(excerpt) + "…,"))
    }
    return try NPYType(name: string("the name of a type"))
  }

  private mutating func truth() throws -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)]
    where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw malformed("True or False")
  }

  private mutating func tuple() throws -> [Int] {
    try expect("(", "the shape's opening parenthesis")
    var lengths: [Int] = []
    var hasComma = false
    while !take(")") {
      lengths.append(try length())
      hasComma = take(",")
      guard hasComma else {
        try expect(")", "a comma or a closing parenthesis")
        break
      }
    }
    // To Python, (3) is the number 3.
    guard lengths.count != 1 || hasComma else { throw malformed("a comma after the only length") }
    return lengths
  }

  /// A length, with the L that Python 2 put behind long numbers.
  private mutating func length() throws -> Int {
    skipSpace()
    let digits = text[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard !digits.isEmpty else { throw malformed("a length of an axis, 0 or more") }
    guard let length = Int(String(decoding: digits, as: UTF8.self)) else {
      throw malformed("a length below 2^63")
    }
    position += digits.count
    if text[position...].first == UInt8(ascii: "L") { position += 1 }
    return length
  }

  private mutating func string(_ what: String) throws -> String {
    skipSpace()
    guard let quote = text[position...].first,
      [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(quote)
    else { throw malformed(what) }
    let content = text[(position + 1)...].prefix { $0 != quote && $0 != UInt8(ascii: "\\") }
    guard content.endIndex < text.count, text[content.endIndex] == quote,
      content.allSatisfy({ (0x20..<0x7F).contains($0) })
    else { throw malformed("\(what) of plain characters between quotes") }
    position = content.endIndex + 1
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard text[position...].first == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar, _ what: String) throws {
    guard take(character) else { throw malformed(what) }
  }

  private mutating func skipSpace() {
    while position < text.count, Self.space.contains(text[position]) { position += 1 }
  }

  private func present<Value>(_ value: Value?, _ key: String) throws -> Value {
    guard let value else {
      throw NPYError(.malformedHeader("the key '\(key)' is missing", at: text.count))
    }
    return value
  }

  private func malformed(_ expected: String) -> NPYError {
    let found = position < text.count ? "byte \(text[position])" : "the end"
    return NPYError(.malformedHeader("\(expected) is expected, not \(found)", at: position))
  }

  private func repeated(_ key: String, at place: Int) -> NPYError {
    NPYError(.malformedHeader("the key '\(key)' comes twice", at: place))
  }
}
