// SPDX-License-Identifier: Apache-2.0

/// Cuts words into the tokens of a vocabulary.
protocol Subwords: Sendable {
  var vocabulary: Vocabulary { get }

  /// The word's tokens in order: ids, and which scalars of the word each stands for.
  func tokens(of word: AlignedText) throws -> [Subword]
}

/// A token of a word.
struct Subword: Equatable {
  let id: Int
  let range: Range<Int>
}

/// Tokens and their numbers.
struct Vocabulary: Sendable {
  // Strings that differ only in how accents are written equal each other; these do not.
  private let ids: [[Unicode.Scalar]: Int]
  private let tokens: [Int: String]

  init(_ entries: [(token: String, id: Int)]) {
    ids = Dictionary(
      entries.map { (Array($0.token.unicodeScalars), $0.id) }, uniquingKeysWith: { $1 })
    tokens = Dictionary(entries.map { ($0.id, $0.token) }, uniquingKeysWith: { $1 })
  }

  var count: Int { ids.count }

  /// One more than the greatest id: the rows that a table of embeddings needs.
  var idCount: Int { (tokens.keys.max() ?? -1) + 1 }

  func id(of token: String) -> Int? { ids[Array(token.unicodeScalars)] }
  func id(of scalars: some Sequence<Unicode.Scalar>) -> Int? { ids[Array(scalars)] }
  func token(_ id: Int) -> String? { tokens[id] }

  /// Whether a token satisfies a condition.
  func contains(where isMeant: (String) -> Bool) -> Bool { tokens.values.contains(where: isMeant) }
}
