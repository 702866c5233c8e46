// SPDX-License-Identifier: Apache-2.0

/// Cuts text into the tokens that a network was trained on.
///
/// WordPiece, as BERT has it, and byte-level byte-pair encoding, as GPT-2 and RoBERTa have it, are
/// read from the files that come with their models; see ``init(path:)``. Ids equal those of the
/// `tokenizers` library for Python.
public struct Tokenizer: Sendable {
  var normalizer: (any Normalizer)?
  var splitter: (any Splitter)?
  let subwords: any Subwords
  let template: Template
  var truncation: Truncation?
  private let all: [AddedTokens.Token]
  private let added: AddedTokens
  private let addedNormalized: AddedTokens
  private let names: [Int: AddedTokens.Token]

  init(
    normalizer: (any Normalizer)?, splitter: (any Splitter)?, subwords: any Subwords,
    added: [AddedTokens.Token], template: Template, truncation: Truncation?
  ) throws {
    self.normalizer = normalizer
    self.splitter = splitter
    self.subwords = subwords
    self.template = template
    self.truncation = truncation
    all = added
    self.added = AddedTokens(added.filter { !$0.isNormalized }) { $0 }
    addedNormalized = try AddedTokens(added.filter(\.isNormalized)) {
      try normalizer?.normalized($0) ?? $0
    }
    names = Dictionary(added.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
  }

  /// The most tokens of a text, special ones included, where the file sets a greatest length.
  public var maximumLength: Int? { truncation?.maximum }

  /// One more than the greatest id: the rows of the network's table of embeddings.
  public var vocabularySize: Int { max(subwords.vocabulary.idCount, (names.keys.max() ?? -1) + 1) }

  /// The id of a token as the vocabulary spells it, `[MASK]` for one.
  public func id(of token: String) -> Int? {
    all.last { $0.content == token }?.id ?? subwords.vocabulary.id(of: token)
  }

  /// How the vocabulary spells an id.
  public func token(_ id: Int) -> String? {
    names[id]?.content ?? subwords.vocabulary.token(id)
  }

  /// Cuts a text into tokens, or two texts for a network that reads pairs.
  ///
  /// - Parameters:
  ///   - second: The text behind, as an answer behind a question.
  ///   - addsSpecialTokens: Whether those that the network expects around texts are put there.
  ///   - truncates: Whether what is beyond the file's greatest length is cut off;
  ///     ``Encoding/cutOff`` tells how much that was.
  /// - Throws: ``TokenizerError`` where two texts have no place, or no room.
  public func encode(
    _ text: String, _ second: String? = nil, addsSpecialTokens: Bool = true, truncates: Bool = true
  ) throws -> Encoding {
    var parts = try [text, second].compactMap { try $0.map(tokens) }
    var form = Template.plain.single
    if parts.count == 2 {
      let template = addsSpecialTokens ? template : .plain
      guard let pair = template.pair else { throw TokenizerError.noTemplate("two texts") }
      form = pair
    } else if addsSpecialTokens {
      form = template.single
    }
    if truncates, let truncation {
      let kept = try truncation.kept(of: parts.map(\.count), special: form.specialCount)
      parts = zip(parts, kept).map { $0.keeping($1, cuttingEnd: truncation.cutsEnd) }
    }
    var encoding = Encoding()
    for part in form {
      switch part {
      case .special(let id, let type):
        encoding.append(id: id, token: token(id) ?? "", type: type, isSpecial: true)
      case .text(let index, let type): encoding.append(parts[index], text: index, type: type)
      }
    }
    return encoding
  }

  /// The tokens of one text, with nothing around.
  private func tokens(of text: String) throws -> Encoding {
    var (result, word) = (Encoding(), 0)
    let original = Array(text.unicodeScalars)
    func add(_ token: AddedTokens.Token, _ text: AlignedText) {
      result.append(
        id: token.id, token: token.content, span: text.span, word: word,
        isSpecial: token.isSpecial)
      word += 1
    }
    for part in added.parts(of: AlignedText(text)) {
      guard case .text(let between) = part else {
        if case .token(let token, let text) = part { add(token, text) }
        continue
      }
      let normal = try normalizer?.normalized(between) ?? between
      for part in addedNormalized.parts(of: normal) {
        switch part {
        case .token(let token, let text): add(token, text)
        case .text(let rest):
          for piece in try splitter?.words(of: rest) ?? [rest] {
            for subword in try subwords.tokens(of: piece) {
              let span = piece.span(of: subword.range).map { Self.trimmed($0, in: original) }
              result.append(
                id: subword.id, token: token(subword.id) ?? "", span: span, word: word,
                isSpecial: false)
            }
            word += 1
          }
        }
      }
    }
    return result
  }

  /// Without the white space that a token takes along from between words.
  private static func trimmed(_ span: Range<Int>, in text: [Unicode.Scalar]) -> Range<Int> {
    guard let first = span.first(where: { !text[$0].isBlank }),
      let last = span.last(where: { !text[$0].isBlank })
    else { return span }
    return first..<last + 1
  }
}
