// SPDX-License-Identifier: Apache-2.0

/// Classes of characters as the tokenizers of this field draw them.
///
/// Those for BERT are of Unicode 8: the tables that its tokenizers were written with. A character that
/// came later is of none of them.
extension Unicode.Scalar {
  /// White space by Unicode.
  var isBlank: Bool { properties.isWhitespace }

  /// Punctuation: Unicode's, and every ASCII character that is neither letter, digit nor control.
  var isBertPunctuation: Bool {
    switch value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
    case 0..<0x80: return false
    // Unicode has called these by other names since.
    case 0x166D, 0x111C9: return true
    default:
      guard isOf(unicode: 8) else { return false }
      switch properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation:
        return true
      default: return false
      }
    }
  }

  /// A mark that takes no room: an accent.
  var isAccent: Bool {
    guard value >= 0x300, isOf(unicode: 8) else { return false }
    switch value {
    // Unicode has called the first two marks that take room since, and others none yet then.
    case 0x1734, 0x1171E: return true
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: return false
    default: return properties.generalCategory == .nonspacingMark
    }
  }

  /// Any mark that combines with the character ahead of it, of Unicode 9.
  var isMark: Bool {
    guard value >= 0x300, isOf(unicode: 9), value != 0x111C9 else { return false }
    // Letters since.
    if value == 0x1CF2 || value == 0x1CF3 { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return true
    default: return false
    }
  }

  /// Control and format characters, private ones, and what is no character.
  var isOther: Bool {
    switch properties.generalCategory {
    case .control, .format, .privateUse, .surrogate: value < 0x80 || isOf(unicode: 8)
    default: false
    }
  }

  /// Ideographs that are words of their own.
  var isIdeograph: Bool {
    switch value {
    // The sixth block starts 0x100 late in BERT's own list, and so it does here.
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  /// `\p{L}` of Unicode 16.
  var isLetter: Bool {
    if value < 0x80 { return (0x41...0x5A).contains(value) || (0x61...0x7A).contains(value) }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return isOf(unicode: 16)
    default: return false
    }
  }

  /// `\p{N}` of Unicode 16.
  var isNumeral: Bool {
    if value < 0x80 { return (0x30...0x39).contains(value) }
    switch properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return isOf(unicode: 16)
    default: return false
    }
  }

  /// `\w`: letters, marks, digits and connectors.
  var isWordCharacter: Bool {
    if value < 0x80 { return isLetter || isNumeral || value == 0x5F }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return properties.isAlphabetic || value == 0x200C || value == 0x200D
    }
  }

  /// Whether it was a character by that version already.
  func isOf(unicode version: Int) -> Bool {
    properties.age.map { $0.major <= version } ?? false
  }
}
