// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Tokenizer {
  /// Reads a `tokenizer.json`, or a `vocab.txt` of WordPiece with a token on each line.
  ///
  /// A `vocab.txt` does not say whether it is for small letters: it is where no token outside brackets
  /// has a capital one.
  ///
  /// - Throws: ``TokenizerError``: another kind of tokenizer is named.
  public init(path: String) throws {
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw TokenizerError.unreadable(path: path, reason: error.localizedDescription)
    }
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    self =
      first == UInt8(ascii: "{") ? try Tokenizer(json: bytes) : try Tokenizer(vocabulary: bytes)
  }

  /// Of a `vocab.txt`.
  init(vocabulary bytes: [UInt8]) throws {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TokenizerError.malformed(place: "its top", reason: "it is neither JSON nor UTF-8")
    }
    var entries: [(token: String, id: Int)] = []
    for (id, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      let token = AlignedText(String(line))
      entries.append((Strip(left: false, right: true).normalized(token).string, id))
    }
    if entries.last?.token.isEmpty == true { entries.removeLast() }
    let vocabulary = Vocabulary(entries)
    guard let unknown = vocabulary.id(of: "[UNK]") else { throw TokenizerError.noToken("[UNK]") }
    let hasCapitals = vocabulary.contains { token in
      !token.hasPrefix("[") && token.contains { $0.isUppercase }
    }
    var template = Template.plain
    if let start = vocabulary.id(of: "[CLS]"), let end = vocabulary.id(of: "[SEP]") {
      template = .bert(start: start, end: end)
    }
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].compactMap { token in
      vocabulary.id(of: token).map { AddedTokens.Token(id: $0, content: token, isSpecial: true) }
    }
    try self.init(
      normalizer: BertNormalizer(lowercases: !hasCapitals), splitter: BertSplitter(),
      subwords: WordPiece(vocabulary: vocabulary, unknown: unknown), added: special,
      template: template, truncation: nil)
  }
}
