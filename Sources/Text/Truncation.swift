// SPDX-License-Identifier: Apache-2.0

/// How many tokens a text may have, and which go where there are more.
struct Truncation: Sendable, Equatable {
  enum Strategy: String, Sendable {
    /// Of two texts the longer one loses first.
    case longestFirst = "LongestFirst"
    case onlyFirst = "OnlyFirst"
    case onlySecond = "OnlySecond"
  }

  /// Special tokens included.
  var maximum: Int
  var strategy = Strategy.longestFirst
  /// Whether the end goes, or the beginning.
  var cutsEnd = true

  /// How many tokens of each text stay.
  ///
  /// - Throws: ``TokenizerError/tooLong(maximum:special:)`` where special tokens leave no room, or
  ///   the one text that may lose has too few.
  func kept(of counts: [Int], special: Int) throws -> [Int] {
    let room = maximum - special
    guard room >= 0 else { throw TokenizerError.tooLong(maximum: maximum, special: special) }
    let excess = counts.reduce(0, +) - room
    guard excess > 0 else { return counts }
    switch strategy {
    case .longestFirst:
      guard counts.count == 2 else { return [room] }
      let short = counts.min() ?? 0
      var kept = (short, short > room ? short : max(short, room - short))
      if kept.0 + kept.1 > room { kept = (room / 2, room / 2 + room % 2) }
      return counts[0] > counts[1] ? [kept.1, kept.0] : [kept.0, kept.1]
    case .onlyFirst, .onlySecond:
      let place = strategy == .onlyFirst ? 0 : 1
      guard place < counts.count, counts[place] > excess else {
        throw TokenizerError.tooLong(
          maximum: maximum, special: special + counts.reduce(0, +) - (counts.last ?? 0))
      }
      var kept = counts
      kept[place] -= excess
      return kept
    }
  }
}
