// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Brings text into the form that a vocabulary was made for.
protocol Normalizer: Sendable {
  func normalized(_ text: AlignedText) throws -> AlignedText
}

/// One after the other.
struct NormalizerSequence: Normalizer {
  let steps: [any Normalizer]

  func normalized(_ text: AlignedText) throws -> AlignedText {
    try steps.reduce(text) { try $1.normalized($0) }
  }
}

/// Each character's small form by itself, whatever stands beside it.
struct Lowercase: Normalizer {
  func normalized(_ text: AlignedText) -> AlignedText {
    text.replacing { scalar in
      scalar.value < 0x80 && !(0x41...0x5A).contains(scalar.value)
        ? [scalar] : Array(scalar.properties.lowercaseMapping.unicodeScalars)
    }
  }
}

/// Without the marks that combine with the character ahead of them.
struct StripAccents: Normalizer {
  func normalized(_ text: AlignedText) -> AlignedText { text.filter { !$0.isMark } }
}

/// Without white space at its ends.
struct Strip: Normalizer {
  let left: Bool
  let right: Bool

  func normalized(_ text: AlignedText) -> AlignedText {
    let first = left ? text.scalars.firstIndex { !$0.isBlank } ?? text.count : 0
    let end = right ? (text.scalars.lastIndex { !$0.isBlank } ?? -1) + 1 : text.count
    return text[first..<max(first, end)]
  }
}

/// Other text in the place of a pattern's matches.
struct Replace: Normalizer {
  let pattern: TextPattern
  let content: String

  func normalized(_ text: AlignedText) throws -> AlignedText {
    var result = AlignedText()
    var next = 0
    func copy(upTo end: Int) {
      for index in next..<end { result.append(text.scalars[index], from: text.sources[index]) }
    }
    for match in try pattern.matches(in: text) {
      copy(upTo: match.lowerBound)
      let source = match.isEmpty ? match.lowerBound : text.span(of: match)?.lowerBound ?? 0
      for scalar in content.unicodeScalars { result.append(scalar, from: source) }
      next = match.upperBound
    }
    copy(upTo: text.count)
    return result
  }
}

/// Other text ahead of text that is not empty.
struct Prepend: Normalizer {
  let content: String

  func normalized(_ text: AlignedText) -> AlignedText {
    guard let source = text.sources.first else { return text }
    var result = AlignedText()
    for scalar in content.unicodeScalars { result.append(scalar, from: source) }
    for (scalar, source) in zip(text.scalars, text.sources) { result.append(scalar, from: source) }
    return result
  }
}
