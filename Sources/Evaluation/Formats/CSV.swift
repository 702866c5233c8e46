// SPDX-License-Identifier: Apache-2.0

/// Tables with commas, after RFC 4180, such as pandas reads without being told anything.
///
/// A number that is none is an empty field; the infinities are `inf` and `-inf`; all others come back
/// bit by bit.
public enum CSV {
  /// Fields as a line with its end, quoted where they have to be.
  public static func line(_ fields: [String]) -> String {
    fields.map(field).joined(separator: ",") + "\n"
  }

  /// A number as a field.
  public static func number(_ number: Double?) -> String {
    guard let number, !number.isNaN else { return "" }
    return "\(number)"
  }

  /// - Returns: NaN for an empty field; `nil` for what is no number.
  static func number(_ field: String) -> Double? { field.isEmpty ? .nan : Double(field) }

  private static func field(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { "\",\n\r".unicodeScalars.contains($0) }) else {
      return text
    }
    let quoted = text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }
    return "\"" + quoted.joined() + "\""
  }

  /// The fields of every line, the first with the columns' names; `nil` where quotes are left open.
  static func rows(of bytes: [UInt8]) -> [[String]]? {
    var rows: [[String]] = []
    var row: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var index = 0
    func text() -> String { String(decoding: field, as: UTF8.self) }
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if isQuoted {
        if byte != UInt8(ascii: "\"") {
          field.append(byte)
        } else if index < bytes.count, bytes[index] == byte {
          field.append(byte)
          index += 1
        } else {
          isQuoted = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isQuoted = true
      case UInt8(ascii: ","):
        row.append(text())
        field = []
      case UInt8(ascii: "\n"):
        rows.append(row + [text()])
        (row, field) = ([], [])
      case UInt8(ascii: "\r"): break
      default: field.append(byte)
      }
    }
    guard !isQuoted else { return nil }
    if !row.isEmpty || !field.isEmpty { rows.append(row + [text()]) }
    return rows
  }
}
