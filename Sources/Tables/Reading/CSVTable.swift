// SPDX-License-Identifier: Apache-2.0

/// A table of a CSV file: a header with a name for each column, and rows below.
///
/// After RFC 4180: fields in quotes may have separators, line ends and doubled quotes in them; lines end
/// with LF or CRLF; a byte order mark is passed over, and so are empty lines. Commas, semicolons or tabs
/// separate fields, whichever the first lines have. Numbers have a decimal point.
public struct CSVTable: Sendable {
  /// The file's name, for messages.
  public let file: String
  public let columns: [TableColumn]
  public let separator: CSVSeparator
  /// Which rows of the file these are, counted from 0.
  public let range: Range<Int>
  private let content: Content

  /// What all parts of a table share.
  private struct Content: Sendable {
    let bytes: [UInt8]
    /// Row by row, one for each column.
    let fields: [CSVScanner.Field]
    /// Where each row starts.
    let lines: [UInt32]
  }

  public var rowCount: Int { range.count }

  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - file: How messages call it.
  ///   - separator: `nil` is found out.
  /// - Throws: ``TableError`` where the file is no table: open quotes, lines of different length, names
  ///   that are missing or there twice.
  /// - Complexity: One pass; beside the bytes, 8 for each field and 4 for each row.
  public init(bytes: [UInt8], file: String = "the table", separator: CSVSeparator? = nil) throws {
    self.file = file
    guard bytes.count <= CSVScanner.longest else {
      throw TableError(file, "it has more than two gigabytes: cut it into several files")
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw TableError(file, "it is written in UTF-16: save it as UTF-8")
    }
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let separator = separator ?? .detected(in: bytes, from: start)
    self.separator = separator
    var scanner = CSVScanner(bytes: bytes, start: start, separator: separator)
    var fields: [CSVScanner.Field] = []
    var lines: [UInt32] = []
    do {
      guard let header = try scanner.record() else {
        throw TableError(file, "it is empty: a header with names and rows are expected")
      }
      columns = try Self.columns(
        header.map { try Self.text($0, of: bytes, file, line: scanner.recordLine) }, file)
      while case let count = try scanner.record(into: &fields), count > 0 {
        guard count == columns.count else {
          throw TableError(
            file, line: scanner.recordLine,
            "it has \(count) field\(count == 1 ? "" : "s"), and the header has \(columns.count) "
              + "(separated by \(separator.name)): text with separators goes in quotes")
        }
        lines.append(UInt32(truncatingIfNeeded: scanner.recordLine))
      }
    } catch let fault as CSVScanner.Fault {
      throw TableError(file, line: fault.line, fault.reason)
    }
    content = Content(bytes: bytes, fields: fields, lines: lines)
    range = 0..<lines.count
  }

  /// Some of the rows, counted from 0 in this table.
  ///
  /// - Precondition: The rows are there.
  public subscript(rows: Range<Int>) -> CSVTable {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= rowCount, "rows \(rows) of a table of \(rowCount)")
    return CSVTable(self, range.lowerBound + rows.lowerBound..<range.lowerBound + rows.upperBound)
  }

  private init(_ whole: CSVTable, _ range: Range<Int>) {
    file = whole.file
    columns = whole.columns
    separator = whole.separator
    content = whole.content
    self.range = range
  }

  /// The place of a column by its name, or its header with the unit.
  ///
  /// - Throws: ``TableError`` where there is none.
  public func column(named name: String) throws -> Int {
    guard let column = columns.firstIndex(where: { $0.isCalled(name) }) else {
      throw TableError(
        file, "there is no column '\(name)'; there are \(columns.map(\.name).listed(40))")
    }
    return column
  }

  /// The line of the file on which a row starts, counted from 1.
  public func line(ofRow row: Int) -> Int { Int(content.lines[range.lowerBound + row]) }

  /// A field as it is meant: quotes around it gone, doubled ones single.
  public func text(row: Int, column: Int) throws -> String {
    try Self.text(field(row, column), of: content.bytes, file, line: line(ofRow: row))
  }

  /// A field as a finite number.
  ///
  /// - Throws: ``TableError`` with line and column for what is missing or is no number.
  public func number(row: Int, column: Int) throws -> Double {
    let field = field(row, column)
    let text = String(decoding: content.bytes[field.range], as: UTF8.self)
    let trimmed =
      text.utf8.first.map { $0 <= 0x20 } == true || text.utf8.last.map { $0 <= 0x20 } == true
      ? text.trimmed : text
    let isPlain = trimmed.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: "+") || byte | 0x20 == UInt8(ascii: "e")
    }
    if isPlain, let number = Double(trimmed), number.isFinite { return number }
    throw TableError(
      file, line: line(ofRow: row), column: columns[column].name, Self.complaint(about: trimmed))
  }

  /// A column of finite numbers.
  public func numbers(of column: Int) throws -> [Double] {
    try (0..<rowCount).map { try number(row: $0, column: column) }
  }

  private func field(_ row: Int, _ column: Int) -> CSVScanner.Field {
    content.fields[(range.lowerBound + row) * columns.count + column]
  }

  private static func complaint(about text: String) -> String {
    let small = text.lowercased()
    if text.isEmpty { return "a value is missing: fill it in, or leave the row out" }
    if ["nan", "na", "n/a", "null", "none", "?", "-"].contains(small) {
      return "'\(text)' stands for a missing value: fill it in, or leave the row out"
    }
    if Double(text).map({ !$0.isFinite }) ?? false { return "'\(text)' is no finite number" }
    if text.contains(","), Double(text.replacing(",", with: ".")) != nil {
      return "'\(text)' has a decimal comma: write a point"
    }
    return "'\(text)' is no number: leave the column out, or describe its categories"
  }

  private static func text(
    _ field: CSVScanner.Field, of bytes: [UInt8], _ file: String, line: Int
  ) throws -> String {
    guard let text = String(validating: bytes[field.range], as: UTF8.self) else {
      throw TableError(file, line: line, "a field is not UTF-8: save the table as UTF-8")
    }
    return field.hasQuotes ? text.replacing("\"\"", with: "\"") : text
  }

  private static func columns(_ header: [String], _ file: String) throws -> [TableColumn] {
    let columns = header.map(TableColumn.init)
    if let place = columns.firstIndex(where: { $0.name.isEmpty }) {
      throw TableError(file, line: 1, "column \(place + 1) has no name: write one in the header")
    }
    if columns.allSatisfy({ Double($0.header) != nil }) {
      throw TableError(
        file, line: 1, "there are numbers where names are expected: write a header with names")
    }
    var seen: Set<String> = []
    if let twice = columns.first(where: { !seen.insert($0.name).inserted }) {
      throw TableError(file, line: 1, "two columns are called '\(twice.name)': rename one")
    }
    return columns
  }
}
