// SPDX-License-Identifier: Apache-2.0

/// Tokens that another tokenizer wrote, and the text that they spell.
///
/// `##` in front of a token goes on with the word before, as WordPiece writes it. Where any token begins
/// with `Ġ` or `▁`, those do begin words, and all others go on. What stands in brackets, as `[CLS]`, or
/// in angle brackets, as `</s>`, is special. A text is what tokens say, with a space between words: not
/// always what they were cut from.
public struct SpelledTokens: Sendable, Equatable {
  public let encoding: Encoding
  public let text: String

  /// - Parameters:
  ///   - ids: One for each token; where there are more, the rest fills up.
  /// - Precondition: There are as many ids as tokens at least.
  public init(_ tokens: [String], ids: [Int]) {
    precondition(ids.count >= tokens.count, "\(ids.count) ids for \(tokens.count) tokens")
    let marksStarts = tokens.contains { $0.first.map(Self.starts.contains) ?? false }
    var encoding = Encoding()
    var text = String.UnicodeScalarView()
    var words = 0
    for (token, id) in zip(tokens, ids) {
      guard !Self.isSpecial(token) else {
        encoding.append(id: id, token: token, isSpecial: true)
        continue
      }
      var spelled = Substring(token)
      var goesOn = marksStarts
      if marksStarts, let first = spelled.first, Self.starts.contains(first) {
        spelled.removeFirst()
        goesOn = false
      } else if !marksStarts, spelled.hasPrefix("##"), spelled.count > 2 {
        spelled.removeFirst(2)
        goesOn = true
      }
      goesOn = goesOn && encoding.words.last.flatMap { $0 } != nil
      if !goesOn {
        if !text.isEmpty { text.append(" ") }
        words += 1
      }
      let start = text.count
      text.append(contentsOf: spelled.unicodeScalars)
      encoding.append(
        id: id, token: token, text: 0, span: start..<text.count, word: words - 1, isSpecial: false)
    }
    self.encoding = encoding
    self.text = String(text)
  }

  /// Signs of a space ahead, of byte-level tokenizers and of SentencePiece.
  private static let starts: Set<Character> = ["Ġ", "▁"]

  private static func isSpecial(_ token: String) -> Bool {
    guard token.count > 2 else { return false }
    return token.hasPrefix("[") && token.hasSuffix("]")
      || token.hasPrefix("<") && token.hasSuffix(">")
  }
}
