// SPDX-License-Identifier: Apache-2.0

/// Words as GPT-2 draws them (Radford and others 2019), a space belonging to what follows it, and
/// every byte of their UTF-8 written as a character of its own that can be seen.
struct ByteLevelSplitter: Splitter {
  /// Whether text that does not start with a space gets one ahead.
  var addsPrefixSpace = true
  /// Whether text is cut, or only written in bytes.
  var cutsWords = true

  func words(of text: AlignedText) -> [AlignedText] {
    var text = text
    if addsPrefixSpace, let first = text.scalars.first, first != " " {
      text = Prepend(content: " ").normalized(text)
    }
    let words = cutsWords ? Self.cut(text) : [text]
    return words.map { word in
      word.replacing { UTF8.encode($0).map { $0.map { Self.visible[Int($0)] } } ?? [] }
    }
  }

  /// Each byte's character: itself where it can be seen, and the rest from 256 on.
  static let visible: [Unicode.Scalar] = {
    var next: UInt32 = 256
    return (0..<256).map { (byte: UInt32) in
      let isSeen = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
      if isSeen, let scalar = Unicode.Scalar(byte) { return scalar }
      defer { next += 1 }
      return Unicode.Scalar(next) ?? " "
    }
  }()

  private enum Kind {
    case blank, letter, numeral, other

    init(_ scalar: Unicode.Scalar) {
      self =
        scalar.isBlank ? .blank : scalar.isLetter ? .letter : scalar.isNumeral ? .numeral : .other
    }
  }

  /// What the expression `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  /// finds, one match after another: they leave nothing between them.
  private static func cut(_ text: AlignedText) -> [AlignedText] {
    let kinds = text.scalars.map(Kind.init)
    var words: [AlignedText] = []
    var start = 0
    while start < text.count {
      let end = end(ofWordAt: start, text.scalars, kinds)
      words.append(text[start..<end])
      start = end
    }
    return words
  }

  private static let contractions = ["s", "t", "re", "ve", "m", "ll", "d"].map {
    Array($0.unicodeScalars)
  }

  private static func end(
    ofWordAt start: Int, _ scalars: [Unicode.Scalar], _ kinds: [Kind]
  ) -> Int {
    if scalars[start] == "'" {
      let rest = scalars[(start + 1)...]
      if let found = contractions.first(where: { rest.starts(with: $0) }) {
        return start + 1 + found.count
      }
    }
    // A space, and only that, may lead a run of another kind.
    let lead = scalars[start] == " " && start + 1 < kinds.count && kinds[start + 1] != .blank
    let first = lead ? start + 1 : start
    let end = kinds[first...].firstIndex { $0 != kinds[first] } ?? kinds.count
    guard kinds[first] == .blank, end < kinds.count, end - start > 1 else { return end }
    // The last blank stays for the word behind.
    return end - 1
  }
}
