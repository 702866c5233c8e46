// SPDX-License-Identifier: Apache-2.0

/// Cuts text into words, none of which a token crosses.
protocol Splitter: Sendable {
  func words(of text: AlignedText) throws -> [AlignedText]
}

/// Each cuts what the one before left.
struct SplitterSequence: Splitter {
  let steps: [any Splitter]

  func words(of text: AlignedText) throws -> [AlignedText] {
    try steps.reduce([text]) { parts, step in try parts.flatMap { try step.words(of: $0) } }
  }
}

/// Words between white space, and every punctuation mark by itself.
struct BertSplitter: Splitter {
  func words(of text: AlignedText) -> [AlignedText] {
    SplitBehavior.removed.parts(of: text, at: text.places { $0.isBlank }).flatMap { part in
      SplitBehavior.isolated.parts(of: part, at: part.places { $0.isBertPunctuation })
    }
  }
}

/// Words between white space.
struct BlankSplitter: Splitter {
  func words(of text: AlignedText) -> [AlignedText] {
    SplitBehavior.removed.parts(of: text, at: text.places { $0.isBlank })
  }
}

/// Runs of letters, digits and connectors, and runs of all else but white space.
struct WordSplitter: Splitter {
  func words(of text: AlignedText) -> [AlignedText] {
    text.runs { $0.isBlank ? 0 : $0.isWordCharacter ? 1 : 2 }.filter { $0.kind != 0 }
      .map { text[$0.range] }
  }
}

/// Digits apart from all else; each by itself or in runs.
struct DigitSplitter: Splitter {
  let individually: Bool

  func words(of text: AlignedText) -> [AlignedText] {
    let digits = text.places { $0.isNumeral }
    return individually
      ? SplitBehavior.isolated.parts(of: text, at: digits)
      : SplitBehavior.contiguous.parts(of: text, at: digits)
  }
}

/// Punctuation marks apart.
struct PunctuationSplitter: Splitter {
  let behavior: SplitBehavior

  func words(of text: AlignedText) -> [AlignedText] {
    behavior.parts(of: text, at: text.places { $0.isBertPunctuation })
  }
}

/// Cut where a pattern is met, or with `inverted` where it is not.
struct PatternSplitter: Splitter {
  let pattern: TextPattern
  let behavior: SplitBehavior
  let inverted: Bool

  func words(of text: AlignedText) throws -> [AlignedText] {
    var matches = try pattern.matches(in: text).filter { !$0.isEmpty }
    if inverted {
      let bounds = [0] + matches.flatMap { [$0.lowerBound, $0.upperBound] } + [text.count]
      matches = stride(from: 0, to: bounds.count, by: 2)
        .map { bounds[$0]..<bounds[$0 + 1] }.filter { !$0.isEmpty }
    }
    return behavior.parts(of: text, at: matches)
  }
}

/// What becomes of the places at which text is cut.
enum SplitBehavior: String, Sendable, CaseIterable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"

  func parts(of text: AlignedText, at matches: [Range<Int>]) -> [AlignedText] {
    switch self {
    case .removed: return text.cut(at: matches, keepingMatches: false)
    case .isolated: return text.cut(at: matches, keepingMatches: true)
    case .contiguous: return text.cut(at: Self.joined(matches), keepingMatches: true)
    case .mergedWithPrevious: return text.cut(atBounds: matches.map(\.upperBound))
    case .mergedWithNext: return text.cut(atBounds: matches.map(\.lowerBound))
    }
  }

  /// Neighbouring ranges made one.
  private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
    ranges.reduce(into: []) { result, range in
      if let last = result.last, last.upperBound == range.lowerBound {
        result[result.count - 1] = last.lowerBound..<range.upperBound
      } else {
        result.append(range)
      }
    }
  }
}

extension AlignedText {
  /// The places of some scalars, one by one.
  func places(where isMeant: (Unicode.Scalar) -> Bool) -> [Range<Int>] {
    indices.filter { isMeant(scalars[$0]) }.map { $0..<$0 + 1 }
  }

  /// Neighbours of one kind, as far as they go.
  func runs(by kind: (Unicode.Scalar) -> Int) -> [(kind: Int, range: Range<Int>)] {
    var runs: [(kind: Int, range: Range<Int>)] = []
    for (index, scalar) in scalars.enumerated() {
      let own = kind(scalar)
      if let last = runs.last, last.kind == own {
        runs[runs.count - 1].range = last.range.lowerBound..<index + 1
      } else {
        runs.append((own, index..<index + 1))
      }
    }
    return runs
  }

  /// Between the given places.
  fileprivate func cut(atBounds bounds: [Int]) -> [AlignedText] {
    let all = ([0] + bounds + [count])
    return zip(all, all.dropFirst()).filter { $0 < $1 }.map { self[$0..<$1] }
  }
}
