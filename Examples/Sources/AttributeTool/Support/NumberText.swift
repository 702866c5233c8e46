// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Double {
  /// The number for a table: `digits` significant digits, plain where that is short.
  package func text(_ digits: Int32 = 5) -> String {
    guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
    return formatted("%.*g", digits, self)
  }

  /// Three digits and a percent sign of a share.
  var percentText: String { (self * 100).text(3) + " %" }

  /// The number with a fixed count of digits behind the point.
  func fixedText(_ digits: Int32) -> String { formatted("%.*f", digits, self) }

  private func formatted(_ format: String, _ arguments: any CVarArg...) -> String {
    withVaList(arguments) { list in
      var buffer = [CChar](repeating: 0, count: 400)
      let count = Int(vsnprintf(&buffer, buffer.count, format, list))
      return String(
        decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }
}

extension [Int?] {
  /// The lengths of axes, `any` where they are open.
  var shapeText: String {
    "[" + map { $0.map(String.init) ?? "any" }.joined(separator: ", ") + "]"
  }
}

extension String {
  /// The text, filled with spaces to a width.
  func padded(_ width: Int, atStart: Bool = false) -> String {
    let space = String(repeating: " ", count: Swift.max(0, width - count))
    return atStart ? space + self : self + space
  }
}
