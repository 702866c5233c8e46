// SPDX-License-Identifier: Apache-2.0

import Attribution
import Text
import Torch

/// A position of a text as the command line writes it.
enum TokenPosition: Sendable, Hashable {
  /// Counted from 0, or from the text's own end where negative.
  case places([Int])
  /// Where a token is masked.
  case mask
  /// The last token that is of the text itself.
  case last
  /// All tokens that are of the text itself.
  case words

  var text: String {
    switch self {
    case .places(let places): places.map(String.init).joined(separator: ",")
    case .mask: "mask"
    case .last: "last"
    case .words: "words"
    }
  }
}

/// The tokens and positions of texts that quantities name.
public enum QuantityWords: Sendable {
  /// There are no texts: tokens have ids, and positions numbers.
  case none
  /// There are some, but nothing of them is known yet.
  case unknown
  case texts(EncodedTexts, Tokenizer)

  /// The class that a token is.
  func id(of spelling: String) throws -> Int {
    switch self {
    case .none:
      guard let id = Int(spelling), id >= 0 else {
        throw ToolError.usage(
          "the quantity 'token:\(spelling)': without --tokenizer a token is named by its id, as in "
            + "token:103")
      }
      return id
    case .unknown: return 0
    case .texts(_, let tokenizer):
      guard let id = tokenizer.id(of: spelling) else {
        throw ToolError.data(
          "the quantity 'token:\(spelling)': the vocabulary has no token '\(spelling)'; tokens are "
            + "written as the tokenizer's file has them")
      }
      return id
    }
  }

  /// The positions, those of each text.
  func choice(_ position: TokenPosition) throws -> PositionChoice {
    switch self {
    case .none:
      guard case .places(let places) = position else {
        throw ToolError.usage(
          "'@\(position.text)' is a position of a text: give --text or --texts, or the position's "
            + "number, as in @token:5")
      }
      return .at(places)
    case .unknown: return .at([0])
    case .texts(let texts, let tokenizer):
      return .each(
        try zip(texts.sources, texts.encodings).map { source, encoding in
          try Self.positions(position, in: encoding, of: source, tokenizer)
        })
    }
  }

  private static func positions(
    _ position: TokenPosition, in encoding: Encoding, of source: SourceText, _ tokenizer: Tokenizer
  ) throws -> [Int] {
    let own = encoding.ids.indices.filter { !encoding.isSpecial[$0] }
    switch position {
    case .places(let places):
      return try places.map { place in
        let counted = place < 0 ? place + encoding.count : place
        guard encoding.ids.indices.contains(counted) else {
          throw ToolError.data(
            "position \(place) is beyond the text '\(source.first)', which has \(encoding.count) "
              + "tokens, special ones among them: count from 0, or from −1 at its end")
        }
        return counted
      }
    case .mask:
      guard let mask = SpecialToken.mask.id(in: tokenizer) else {
        throw ToolError.data(
          "'@mask': the vocabulary has none of "
            + SpecialToken.mask.spellings.joined(separator: ", ") + ": name the position's number")
      }
      let masked = encoding.ids.indices.filter { encoding.ids[$0] == mask }
      guard !masked.isEmpty else {
        throw ToolError.data(
          "'@mask': no token of the text '\(source.first)' is masked: write "
            + "\(tokenizer.token(mask) ?? "the mask") in place of a word")
      }
      return masked
    case .last, .words:
      guard let last = own.last else {
        throw ToolError.data(
          "'@\(position.text)': the text '\(source.first)' has no token of its own")
      }
      return position == .words ? own : [last]
    }
  }

  /// A given span.
  func span(_ range: ClosedRange<Int>) throws -> SpanChoice {
    if case .texts = self { _ = try choice(.places([range.lowerBound, range.upperBound])) }
    return .range(range)
  }

  /// The predicted span: of the second text where there are two, as an answer in what is read for it,
  /// else of the text.
  func predictedSpan() throws -> SpanChoice {
    guard case .texts(let texts, _) = self else { return .predicted() }
    let rows = texts.encodings.map { encoding -> [Double] in
      let last = encoding.texts.compactMap { $0 }.max()
      let marks = encoding.ids.indices.map { index -> Double in
        !encoding.isSpecial[index] && encoding.texts[index] == last ? 1 : 0
      }
      return marks + [Double](repeating: 0, count: texts.length - marks.count)
    }
    return .predicted(among: try Tensor(rows.flatMap { $0 }, shape: [rows.count, texts.length]))
  }
}
