// SPDX-License-Identifier: Apache-2.0

/// Tokens that are found in text before it is cut into words, `[MASK]` for one.
struct AddedTokens: Sendable {
  struct Token: Sendable {
    let id: Int
    let content: String
    /// Whether it must not touch letters or digits.
    var isSingleWord = false
    /// Whether it takes the white space at its sides.
    var stripsLeft = false
    var stripsRight = false
    /// Whether it is looked for in normalized text, itself normalized.
    var isNormalized = false
    var isSpecial = false
  }

  /// What text is made of: tokens, and text between them.
  enum Part {
    case token(Token, AlignedText)
    case text(AlignedText)
  }

  private struct Entry {
    let token: Token
    let scalars: [Unicode.Scalar]
  }

  /// By the first scalar, the longest first.
  private let entries: [Unicode.Scalar: [Entry]]

  /// - Parameter form: What the tokens' own text becomes before it is looked for.
  init(_ tokens: [Token], form: (AlignedText) throws -> AlignedText) rethrows {
    var entries: [Unicode.Scalar: [Entry]] = [:]
    for token in tokens {
      let scalars = try form(AlignedText(token.content)).scalars
      if let first = scalars.first {
        entries[first, default: []].append(Entry(token: token, scalars: scalars))
      }
    }
    self.entries = entries.mapValues { $0.sorted { $0.scalars.count > $1.scalars.count } }
  }

  func parts(of text: AlignedText) -> [Part] {
    guard !entries.isEmpty else { return text.isEmpty ? [] : [.text(text)] }
    var parts: [Part] = []
    var (next, done) = (0, 0)
    while next < text.count {
      guard let entry = entry(at: next, in: text) else {
        next += 1
        continue
      }
      let match = next..<next + entry.scalars.count
      next = match.upperBound
      let token = entry.token
      if token.isSingleWord, touchesWord(match, in: text) { continue }
      var (start, end) = (match.lowerBound, match.upperBound)
      if token.stripsLeft { while start > done, text.scalars[start - 1].isBlank { start -= 1 } }
      if token.stripsRight { while end < text.count, text.scalars[end].isBlank { end += 1 } }
      if done < start { parts.append(.text(text[done..<start])) }
      parts.append(.token(token, text[match]))
      (next, done) = (end, end)
    }
    if done < text.count { parts.append(.text(text[done..<text.count])) }
    return parts
  }

  private func entry(at start: Int, in text: AlignedText) -> Entry? {
    entries[text.scalars[start]]?.first { text.scalars[start...].starts(with: $0.scalars) }
  }

  private func touchesWord(_ range: Range<Int>, in text: AlignedText) -> Bool {
    (range.lowerBound > 0 && text.scalars[range.lowerBound - 1].isWordCharacter)
      || (range.upperBound < text.count && text.scalars[range.upperBound].isWordCharacter)
  }
}
