// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One of Unicode's four normal forms (UAX #15).
///
/// Of Unicode 9: what came later is left as it is, as the tokenizers of this field leave it.
/// Foundation decomposes scalars and composes pairs; order and composition of longer text are here,
/// because it gets both wrong for marks that decompose into several, and for old Hangul.
enum CanonicalForm: String, Normalizer {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  func normalized(_ text: AlignedText) -> AlignedText {
    if text.scalars.allSatisfy({ $0.value < 0x80 }) { return text }
    let decomposed = Self.ordered(text.replacing(decomposition))
    return self == .nfc || self == .nfkc ? Self.composed(decomposed) : decomposed
  }

  private func decomposition(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    // Below 0xA0, and among ideographs, nothing decomposes.
    if scalar.value < 0xA0 || (0x3400..<0xA000).contains(scalar.value) { return [scalar] }
    guard scalar.isOf(unicode: 9) else { return [scalar] }
    let text = String(scalar)
    let isCanonical = self == .nfc || self == .nfd
    return Array(
      (isCanonical
        ? text.decomposedStringWithCanonicalMapping
        : text.decomposedStringWithCompatibilityMapping).unicodeScalars)
  }

  /// Marks of one character in the order of their classes, those of one class as they stand.
  private static func ordered(_ text: AlignedText) -> AlignedText {
    var order = Array(text.indices)
    var isChanged = false
    let classes = text.scalars.map(\.combiningClass)
    var start = 0
    while start < classes.count {
      let end = classes[start...].dropFirst().firstIndex(of: 0) ?? classes.count
      let run = classes[start..<end]
      if !zip(run, run.dropFirst()).allSatisfy({ $0 <= $1 }) {
        // Sorting by place as well keeps equals in their order.
        order[start..<end].sort { (classes[$0], $0) < (classes[$1], $1) }
        isChanged = true
      }
      start = end
    }
    return isChanged ? text.arranged(order) : text
  }

  private static func composed(_ text: AlignedText) -> AlignedText {
    var result = AlignedText()
    var starter: Int?
    var lastClass: UInt8 = 0
    for (scalar, source) in zip(text.scalars, text.sources) {
      let own = scalar.combiningClass
      // What lies between a starter and a mark must be of a lower class.
      if let starter, lastClass == 0 || lastClass < own,
        let whole = composite(result.scalars[starter], scalar)
      {
        result.replace(at: starter, by: whole)
        continue
      }
      result.append(scalar, from: source)
      if own == 0 { starter = result.count - 1 }
      lastClass = own
    }
    return result
  }

  /// The one scalar that two are canonically, if there is one.
  private static func composite(
    _ first: Unicode.Scalar, _ second: Unicode.Scalar
  ) -> Unicode.Scalar? {
    if second.value < 0x300 || first.value < 0x3C { return nil }
    if let syllable = syllable(first.value, second.value) { return syllable }
    // Old letters of Hangul compose to nothing.
    if (0x1100..<0x1200).contains(second.value) { return nil }
    let pair = String(String.UnicodeScalarView([first, second]))
    let scalars = pair.precomposedStringWithCanonicalMapping.unicodeScalars
    // Beyond 16 bits Foundation makes up some; what is right comes apart again.
    guard scalars.count == 1, let whole = scalars.first,
      CanonicalForm.nfd.decomposition(of: whole)
        == CanonicalForm.nfd.decomposition(of: first) + CanonicalForm.nfd.decomposition(of: second)
    else { return nil }
    return whole
  }

  /// Hangul: a leading consonant with a vowel, or both with a trailing consonant.
  private static func syllable(_ first: UInt32, _ second: UInt32) -> Unicode.Scalar? {
    switch (first, second) {
    case (0x1100..<0x1113, 0x1161..<0x1176):
      return Unicode.Scalar(0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28)
    case (0xAC00..<0xD7A4, 0x11A8..<0x11C3) where (first - 0xAC00) % 28 == 0:
      return Unicode.Scalar(first + second - 0x11A7)
    default: return nil
    }
  }
}

extension Unicode.Scalar {
  /// As of Unicode 9.
  fileprivate var combiningClass: UInt8 {
    value < 0x300 || !isOf(unicode: 9) ? 0 : properties.canonicalCombiningClass.rawValue
  }
}
