// SPDX-License-Identifier: Apache-2.0

/// What stands between the fields of a line.
public enum CSVSeparator: String, Sendable, CaseIterable {
  case comma = ","
  case semicolon = ";"
  case tab = "\t"

  var byte: UInt8 { rawValue.utf8.first ?? UInt8(ascii: ",") }

  /// As messages call it.
  public var name: String {
    switch self {
    case .comma: "commas"
    case .semicolon: "semicolons"
    case .tab: "tabs"
    }
  }

  /// The separator of a file: that which gives its first lines the same number of fields, more than
  /// one; of several the one that gives most; the comma where there is one field a line.
  static func detected(in bytes: [UInt8], from start: Int) -> CSVSeparator {
    var best = (separator: comma, score: (0, 1))
    for separator in allCases {
      var scanner = CSVScanner(bytes: bytes, start: start, separator: separator)
      var counts: [Int] = []
      while counts.count < 20, let record = try? scanner.record() { counts.append(record.count) }
      guard let first = counts.first, first > 1 else { continue }
      let score = (counts.allSatisfy { $0 == first } ? 2 : 1, first)
      if score > best.score { best = (separator, score) }
    }
    return best.separator
  }
}
