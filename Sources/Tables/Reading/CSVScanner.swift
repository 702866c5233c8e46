// SPDX-License-Identifier: Apache-2.0

/// Cuts the bytes of a table into fields, after RFC 4180: one pass, nothing copied.
struct CSVScanner {
  /// A place in the bytes; the quotes around are left out.
  struct Field: Sendable {
    private let start: UInt32
    /// Its highest bit tells of doubled quotes.
    private let length: UInt32

    init(_ range: Range<Int>, hasQuotes: Bool) {
      start = UInt32(truncatingIfNeeded: range.lowerBound)
      length = UInt32(truncatingIfNeeded: range.count) | (hasQuotes ? 1 << 31 : 0)
    }

    var hasQuotes: Bool { length >> 31 == 1 }
    var range: Range<Int> { Int(start)..<Int(start) + Int(length & (1 << 31 - 1)) }
  }

  /// A fault, and the line it is on.
  struct Fault: Error {
    let line: Int
    let reason: String
  }

  /// Files beyond have no place in a ``Field``.
  static let longest = 1 << 31 - 1

  let bytes: [UInt8]
  let separator: UInt8
  private(set) var index: Int
  /// Of the record that was read last.
  private(set) var recordLine = 1
  private var line = 1

  init(bytes: [UInt8], start: Int, separator: CSVSeparator) {
    self.bytes = bytes
    self.separator = separator.byte
    index = start
  }

  /// The fields of the next line that is not empty; `nil` at the end.
  mutating func record() throws -> [Field]? {
    var fields: [Field] = []
    return try record(into: &fields) > 0 ? fields : nil
  }

  /// Appends the fields of the next line that is not empty, and says how many; 0 at the end.
  mutating func record(into fields: inout [Field]) throws -> Int {
    while index < bytes.count, isLineEnd(bytes[index]) { takeLineEnd() }
    guard index < bytes.count else { return 0 }
    recordLine = line
    var count = 0
    while true {
      fields.append(
        index < bytes.count && bytes[index] == quote ? try quoted() : try plain())
      count += 1
      guard index < bytes.count else { return count }
      guard bytes[index] == separator else {
        takeLineEnd()
        return count
      }
      index += 1
    }
  }

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  private mutating func takeLineEnd() {
    let isPair = bytes[index] == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
    index += isPair ? 2 : 1
    line += 1
  }

  private mutating func plain() throws -> Field {
    let start = index
    while index < bytes.count {
      let byte = bytes[index]
      if byte == separator || isLineEnd(byte) { break }
      guard byte != quote else {
        throw Fault(
          line: line,
          reason:
            "a quote stands inside a field: put the whole field in quotes, and write the quote "
            + "twice")
      }
      index += 1
    }
    return Field(start..<index, hasQuotes: false)
  }

  private mutating func quoted() throws -> Field {
    let opened = line
    index += 1
    let start = index
    var hasQuotes = false
    while index < bytes.count {
      let byte = bytes[index]
      if byte == quote {
        guard index + 1 < bytes.count, bytes[index + 1] == quote else { break }
        hasQuotes = true
        index += 2
      } else if isLineEnd(byte) {
        takeLineEnd()
      } else {
        index += 1
      }
    }
    guard index < bytes.count else {
      throw Fault(line: opened, reason: "a quote that opens here is closed nowhere")
    }
    let field = Field(start..<index, hasQuotes: hasQuotes)
    index += 1
    if index < bytes.count, bytes[index] != separator, !isLineEnd(bytes[index]) {
      throw Fault(
        line: line, reason: "a field goes on behind its closing quote: write quotes inside twice")
    }
    return field
  }

  private var quote: UInt8 { UInt8(ascii: "\"") }
}
