// SPDX-License-Identifier: Apache-2.0

/// Text on its way to tokens: what has become of it, scalar by scalar, and where each came from.
struct AlignedText: Equatable {
  private(set) var scalars: [Unicode.Scalar] = []
  /// For each scalar, the one of the original text that it came from.
  private(set) var sources: [Int] = []

  init() {}

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
    sources = Array(scalars.indices)
  }

  var isEmpty: Bool { scalars.isEmpty }
  var count: Int { scalars.count }
  var indices: Range<Int> { scalars.indices }

  subscript(range: Range<Int>) -> AlignedText {
    var part = AlignedText()
    part.scalars = Array(scalars[range])
    part.sources = Array(sources[range])
    return part
  }

  /// From the first scalar's source to behind the last one's.
  var span: Range<Int>? { span(of: indices) }

  func span(of range: Range<Int>) -> Range<Int>? {
    guard !range.isEmpty else { return nil }
    let sources = sources[range]
    return (sources.min() ?? 0)..<(sources.max() ?? 0) + 1
  }

  mutating func append(_ scalar: Unicode.Scalar, from source: Int) {
    scalars.append(scalar)
    sources.append(source)
  }

  mutating func replace(at index: Int, by scalar: Unicode.Scalar) { scalars[index] = scalar }

  /// The same in another order.
  func arranged(_ order: [Int]) -> AlignedText {
    var result = AlignedText()
    for index in order { result.append(scalars[index], from: sources[index]) }
    return result
  }

  /// Every scalar replaced by what is given for it, which then has its source.
  func replacing(_ replacement: (Unicode.Scalar) -> some Sequence<Unicode.Scalar>) -> AlignedText {
    var result = AlignedText()
    for (scalar, source) in zip(scalars, sources) {
      for new in replacement(scalar) { result.append(new, from: source) }
    }
    return result
  }

  func filter(_ isKept: (Unicode.Scalar) -> Bool) -> AlignedText {
    var result = AlignedText()
    for (scalar, source) in zip(scalars, sources) where isKept(scalar) {
      result.append(scalar, from: source)
    }
    return result
  }

  /// The ranges between the given ones, and those that `keeping` names, in order; none empty.
  func cut(at matches: [Range<Int>], keepingMatches: Bool) -> [AlignedText] {
    var parts: [AlignedText] = []
    var next = 0
    for match in matches {
      if next < match.lowerBound { parts.append(self[next..<match.lowerBound]) }
      if keepingMatches, !match.isEmpty { parts.append(self[match]) }
      next = match.upperBound
    }
    if next < count { parts.append(self[next..<count]) }
    return parts
  }

  var string: String { String(String.UnicodeScalarView(scalars)) }
}
