// SPDX-License-Identifier: Apache-2.0

/// A column's header: `mean radius [mm]` and `age (years)` are a name and a unit.
public struct TableColumn: Sendable, Equatable {
  /// As it stands in the file, without white space at its ends.
  public let header: String
  public let name: String
  public let unit: String?

  /// Brackets at the end hold a unit; so do parentheses behind a space, for `f(x)` has none.
  public init(_ header: String) {
    self.header = header.trimmed
    for (open, close) in [("[", "]"), (" (", ")")] {
      guard self.header.hasSuffix(close), let start = self.header.range(ofLast: open) else {
        continue
      }
      let name = String(self.header[..<start.lowerBound]).trimmed
      let unit = String(self.header[start.upperBound...].dropLast(close.count)).trimmed
      guard !name.isEmpty, !unit.isEmpty else { continue }
      (self.name, self.unit) = (name, unit)
      return
    }
    (name, unit) = (self.header, nil)
  }

  /// Whether a text means this column: the name, or the whole header.
  func isCalled(_ text: String) -> Bool { text == name || text == header }

  /// Whether a model's input is this column: scikit-learn's converter writes `age [years]` as
  /// `age__years_`.
  func isFed(to input: String) -> Bool {
    isCalled(input)
      || [name, header].contains { text in
        input == String(text.map { $0.isLetter || $0.isNumber ? $0 : "_" })
      }
  }
}

extension String {
  /// Without spaces, tabs and line ends at both ends.
  var trimmed: String {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      " \t\r\n\u{A0}".unicodeScalars.contains(scalar)
    }
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !isBlank($0) }),
      let last = scalars.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(scalars[first...last])
  }

  fileprivate func range(ofLast text: String) -> Range<Index>? {
    var place = endIndex
    while place > startIndex {
      formIndex(before: &place)
      if self[place...].hasPrefix(text) { return place..<index(place, offsetBy: text.count) }
    }
    return nil
  }
}
