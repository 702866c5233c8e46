// SPDX-License-Identifier: Apache-2.0

/// Text as a network reads it: its tokens, and where each came from.
public struct Encoding: Sendable, Equatable {
  /// One for each token, to be fed.
  public internal(set) var ids: [Int] = []
  /// The tokens as the vocabulary spells them.
  public internal(set) var tokens: [String] = []
  /// Which segment a token is of: 0, or 1 for the second text of a pair.
  public internal(set) var types: [Int] = []
  /// Which text a token is from, 0 or 1; `nil` for those that were put around.
  public internal(set) var texts: [Int?] = []
  /// Where in its text a token comes from, in Unicode scalars; `nil` for those that were put around.
  public internal(set) var spans: [Range<Int>?] = []
  /// The word of its text that a token is a part of, from 0; `nil` for those that were put around.
  public internal(set) var words: [Int?] = []
  /// Whether a token has a meaning of its own and is no part of a word, as `[CLS]`.
  public internal(set) var isSpecial: [Bool] = []
  /// Tokens that were cut off because the tokenizer's file sets a greatest length.
  public internal(set) var cutOff = 0

  public var count: Int { ids.count }

  /// Runs of tokens that are one word, in order; tokens that were put around each by itself.
  public var wordRanges: [Range<Int>] {
    var ranges: [Range<Int>] = []
    for index in ids.indices {
      if let last = ranges.last, words[index] != nil, words[index] == words[last.lowerBound],
        texts[index] == texts[last.lowerBound]
      {
        ranges[ranges.count - 1] = last.lowerBound..<index + 1
      } else {
        ranges.append(index..<index + 1)
      }
    }
    return ranges
  }

  mutating func append(
    id: Int, token: String, type: Int = 0, text: Int? = nil, span: Range<Int>? = nil,
    word: Int? = nil, isSpecial: Bool
  ) {
    ids.append(id)
    tokens.append(token)
    types.append(type)
    texts.append(text)
    spans.append(span)
    words.append(word)
    self.isSpecial.append(isSpecial)
  }

  /// Puts another's tokens behind, as those of a text.
  mutating func append(_ other: Encoding, text: Int, type: Int) {
    for index in other.ids.indices {
      append(
        id: other.ids[index], token: other.tokens[index], type: type, text: text,
        span: other.spans[index], word: other.words[index], isSpecial: other.isSpecial[index])
    }
    cutOff += other.cutOff
  }

  /// The first or last tokens.
  func keeping(_ kept: Int, cuttingEnd: Bool) -> Encoding {
    guard kept < count else { return self }
    var result = Encoding()
    for index in cuttingEnd ? 0..<kept : count - kept..<count {
      result.append(
        id: ids[index], token: tokens[index], type: types[index], text: texts[index],
        span: spans[index], word: words[index], isSpecial: isSpecial[index])
    }
    result.cutOff = cutOff + count - kept
    return result
  }
}
