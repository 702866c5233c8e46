// SPDX-License-Identifier: Apache-2.0

/// The longest token that a word starts with, then of what is left (Wu and others 2016,
/// arXiv:1609.08144).
///
/// A word of which a part has no token is unknown as a whole.
struct WordPiece: Subwords {
  let vocabulary: Vocabulary
  /// The unknown word's.
  let unknown: Int
  /// What leads tokens that start no word.
  var prefix: [Unicode.Scalar] = ["#", "#"]
  var longestWord = 100

  func tokens(of word: AlignedText) -> [Subword] {
    guard !word.isEmpty else { return [] }
    let whole = [Subword(id: unknown, range: word.indices)]
    guard word.count <= longestWord else { return whole }
    var result: [Subword] = []
    var start = 0
    while start < word.count {
      let lead = start == 0 ? [] : prefix
      let found = stride(from: word.count, to: start, by: -1).lazy.compactMap { end in
        vocabulary.id(of: lead + word.scalars[start..<end])
          .map { Subword(id: $0, range: start..<end) }
      }.first
      guard let found else { return whole }
      result.append(found)
      start = found.range.upperBound
    }
    return result
  }
}
