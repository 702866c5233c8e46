// SPDX-License-Identifier: Apache-2.0

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
