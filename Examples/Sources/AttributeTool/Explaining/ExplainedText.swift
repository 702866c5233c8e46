// SPDX-License-Identifier: Apache-2.0

import Attribution
import Text
import Torch
import Visualization

/// A text with the scores of what it is made of.
public struct ExplainedText: Sendable {
  public let source: SourceText
  public let encoding: Encoding
  public let tokens: [ScoredToken]
  public let words: [ScoredToken]

  /// The words or tokens of the texts that have the greatest scores, whatever their signs.
  func strongest(_ unit: TextOptions.Unit, _ count: Int) -> [ScoredToken] {
    let all = (unit == .word ? words : tokens).filter { $0.score != 0 }
    // Equal ones stay in the order of the text.
    let sorted = all.enumerated().sorted {
      (-abs($0.element.score), $0.offset) < (-abs($1.element.score), $1.offset)
    }
    return sorted.prefix(count).map(\.element)
  }
}

extension EncodedTexts {
  /// The texts with their scores.
  ///
  /// - Parameter activation: What was found, `[rows, length, …]`.
  /// - Returns: `nil` where the activation has no numbers for each token.
  func scored(_ activation: Activation, by reduction: TokenReduction) throws -> [ExplainedText]? {
    guard activation.tensors.count == 1, let values = activation.tensors.first, values.rank > 1,
      values.shape[0] == sources.count, values.shape[1] == length
    else { return nil }
    let scores = try reduction.scores(of: values).numbers()
    return zip(sources, encodings).enumerated().map { row, pair in
      let (source, encoding) = pair
      let own = Array(scores[row * length..<(row + 1) * length])
      guard let second = source.second else {
        return ExplainedText(
          source: source, encoding: encoding, tokens: encoding.scored(own, of: source.first),
          words: encoding.scoredWords(own, of: source.first))
      }
      return ExplainedText(
        source: source, encoding: encoding, tokens: encoding.scored(own, of: source.first, second),
        words: encoding.scoredWords(own, of: source.first, second))
    }
  }
}
