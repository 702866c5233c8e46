// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A regular expression, or a piece of text, that is looked for in text.
struct TextPattern: Sendable {
  private let expression: NSRegularExpression
  private let description: String

  /// - Throws: ``TokenizerError/malformed(place:reason:)`` where it is no regular expression.
  init(expression: String, place: String) throws {
    description = expression
    do {
      self.expression = try NSRegularExpression(pattern: expression)
    } catch {
      throw TokenizerError.malformed(
        place: place, reason: "'\(expression)' is no regular expression: \(error)")
    }
  }

  init(text: String, place: String) throws {
    try self.init(expression: NSRegularExpression.escapedPattern(for: text), place: place)
  }

  /// Where it is met, from left to right.
  func matches(in text: AlignedText) throws -> [Range<Int>] {
    let string = text.string
    // Expressions count in UTF-16, which takes two units for what is beyond its range.
    var offsets: [Int] = []
    offsets.reserveCapacity(text.count + 1)
    for (index, scalar) in text.scalars.enumerated() {
      offsets += [Int](repeating: index, count: UTF16.width(scalar))
    }
    offsets.append(text.count)
    let whole = NSRange(location: 0, length: offsets.count - 1)
    return expression.matches(in: string, range: whole).map {
      offsets[$0.range.location]..<offsets[$0.range.location + $0.range.length]
    }
  }
}
