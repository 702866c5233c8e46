// SPDX-License-Identifier: Apache-2.0

/// A JSON text to write: keys stay in the order in which they are given, so that the same
/// explanation gives the same bytes.
package enum JSON: Sendable, ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByArrayLiteral
{
  case null
  case boolean(Bool)
  case integer(Int)
  case unsigned(UInt64)
  /// JSON has no numbers that are not finite: they are written as null.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([(key: String, value: JSON)])

  package init(stringLiteral value: String) { self = .string(value) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { (key: $0.0, value: $0.1) })
  }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }

  init(_ text: String?) { self = text.map { .string($0) } ?? .null }
  init(_ number: Double?) { self = number.map { .number($0) } ?? .null }
  init(_ integer: Int?) { self = integer.map { .integer($0) } ?? .null }

  /// The text, two spaces a level; what has no levels within stands in one line.
  package var text: String { text(indent: 0) }

  private var isFlat: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private func text(indent: Int) -> String {
    switch self {
    case .null: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let value): return "\(value)"
    case .unsigned(let value): return "\(value)"
    case .number(let value): return value.isFinite ? "\(value)" : "null"
    case .string(let value): return Self.quoted(value)
    case .array(let values):
      return Self.block(
        "[", values.map { $0.text(indent: indent + 2) }, "]", indent,
        isFlat: values.allSatisfy(\.isFlat))
    case .object(let members):
      return Self.block(
        "{", members.map { Self.quoted($0.key) + ": " + $0.value.text(indent: indent + 2) }, "}",
        indent, isFlat: members.isEmpty)
    }
  }

  private static func block(
    _ open: String, _ parts: [String], _ close: String, _ indent: Int, isFlat: Bool
  ) -> String {
    if isFlat { return open + parts.joined(separator: ", ") + close }
    let margin = "\n" + String(repeating: " ", count: indent)
    return open + margin + "  " + parts.joined(separator: "," + margin + "  ") + margin + close
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
