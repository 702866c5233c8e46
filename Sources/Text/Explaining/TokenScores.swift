// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// What is told of the numbers that one token has.
public enum TokenReduction: String, Sendable, CaseIterable {
  /// Σ of its elements: what the token does to the quantity, with its sign.
  case sum
  /// √Σ of squares: how much it matters, without a sign.
  case norm
  /// Σ of sizes, without a sign.
  case absolute

  /// One number for each token, `[rows, length, width]` or `[rows, length]` to `[rows, length]`.
  public func scores(of attribution: Tensor) throws -> Tensor {
    let values = try attribution.converted(to: .float64)
    guard values.rank > 2 else { return self == .sum ? values : try values.absolute() }
    let flat = try values.flattened(from: 2)
    switch self {
    case .sum: return try flat.sum(axes: [2])
    case .norm: return try (flat * flat).sum(axes: [2]).squareRoot()
    case .absolute: return try flat.absolute().sum(axes: [2])
    }
  }
}

/// A token, or a word of several, with its score.
public struct ScoredToken: Sendable, Equatable {
  /// As the text has it; as the vocabulary spells it where it is not of the text.
  public let text: String
  public let score: Double
  /// Whether it was put around the text, or has a meaning of its own.
  public let isSpecial: Bool
  /// Whether it stands behind the one before it without white space.
  public let isJoined: Bool

  public init(text: String, score: Double, isSpecial: Bool = false, isJoined: Bool = false) {
    self.text = text
    self.score = score
    self.isSpecial = isSpecial
    self.isJoined = isJoined
  }
}

extension Encoding {
  /// Each token with its score.
  ///
  /// - Parameters:
  ///   - scores: One for each token; what is behind them, of padding, is left out.
  ///   - texts: The text, or both of a pair.
  /// - Precondition: There are as many scores as tokens at least.
  public func scored(_ scores: [Double], of texts: String...) -> [ScoredToken] {
    scored(scores, in: ids.indices.map { $0..<$0 + 1 }, of: texts)
  }

  /// Each word with the sum of its tokens' scores.
  ///
  /// Words are those of the tokenizer: text between white space and punctuation.
  public func scoredWords(_ scores: [Double], of texts: String...) -> [ScoredToken] {
    scored(scores, in: wordRanges, of: texts)
  }

  private func scored(
    _ scores: [Double], in ranges: [Range<Int>], of texts: [String]
  ) -> [ScoredToken] {
    precondition(scores.count >= count, "\(scores.count) scores for \(count) tokens")
    let originals = texts.map { Array($0.unicodeScalars) }
    var last: (text: Int, end: Int)?
    return ranges.map { range in
      let spans = range.compactMap { self.spans[$0] }
      let score = range.reduce(0) { $0 + scores[$1] }
      guard let text = self.texts[range.lowerBound], originals.indices.contains(text),
        let start = spans.map(\.lowerBound).min(), let end = spans.map(\.upperBound).max()
      else {
        last = nil
        return ScoredToken(
          text: range.map { tokens[$0] }.joined(), score: score,
          isSpecial: isSpecial[range.lowerBound])
      }
      let joins = last.map { $0.text == text && $0.end >= start } ?? false
      last = (text, end)
      return ScoredToken(
        text: String(String.UnicodeScalarView(originals[text][start..<end])), score: score,
        isSpecial: isSpecial[range.lowerBound], isJoined: joins)
    }
  }
}
