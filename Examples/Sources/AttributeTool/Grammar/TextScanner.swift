// SPDX-License-Identifier: Apache-2.0

/// Reads the small languages of the command line from left to right.
struct TextScanner {
  let text: String
  private(set) var rest: Substring

  init(_ text: String) {
    self.text = text
    rest = text[...]
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\t" } }

  mutating func take(_ literal: String) -> Bool {
    guard rest.hasPrefix(literal) else { return false }
    rest = rest.dropFirst(literal.count)
    return true
  }

  /// A whole number without a sign.
  mutating func integer() -> Int? {
    let digits = rest.prefix { ("0"..."9").contains($0) }
    guard let value = Int(digits) else { return nil }
    rest = rest[digits.endIndex...]
    return value
  }

  /// What stands ahead of the first of some characters, or of the end.
  mutating func text(upTo ends: String) -> String? {
    let part = rest.prefix { !ends.contains($0) }
    guard !part.isEmpty else { return nil }
    rest = rest[part.endIndex...]
    return String(part)
  }

  /// Whole numbers with commas between them.
  mutating func integers() -> [Int]? {
    var values: [Int] = []
    repeat {
      guard let value = integer() else { return nil }
      values.append(value)
    } while take(",")
    return values
  }

  /// A finite number, as `-0.5` or `1e-3`.
  mutating func number() -> Double? {
    var end = rest.startIndex
    func digits() {
      while end < rest.endIndex, ("0"..."9").contains(rest[end]) { end = rest.index(after: end) }
    }
    func sign() {
      if end < rest.endIndex, "+-".contains(rest[end]) { end = rest.index(after: end) }
    }
    sign()
    digits()
    if end < rest.endIndex, rest[end] == "." {
      end = rest.index(after: end)
      digits()
    }
    if end < rest.endIndex, "eE".contains(rest[end]) {
      let mantissa = end
      end = rest.index(after: end)
      sign()
      let start = end
      digits()
      if end == start { end = mantissa }
    }
    guard let value = Double(rest[..<end]), value.isFinite else { return nil }
    rest = rest[end...]
    return value
  }

  /// What is left, for messages.
  var restText: String { rest.isEmpty ? "the end" : "'\(rest)'" }
}

extension String {
  /// The whole text as a finite number.
  var finiteNumber: Double? {
    var scanner = TextScanner(self)
    guard let value = scanner.number(), scanner.isAtEnd else { return nil }
    return value
  }

  /// The whole text as a count, 1 at least and `limit` at most.
  func count(limit: Int = Limits.evaluations) -> Int? {
    guard let value = Int(self), (1...limit).contains(value) else { return nil }
    return value
  }
}

/// Beyond these a number on the command line is a slip.
enum Limits {
  /// Evaluations for an instance.
  static let evaluations = 1_000_000
  /// Nodes of Gauss–Legendre's rule: finding them takes time with the square of their number.
  static let gaussLegendre = 10_000
}
