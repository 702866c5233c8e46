// SPDX-License-Identifier: Apache-2.0

/// What BERT does to text (Devlin and others 2018, arXiv:1810.04805): control characters go, white
/// space becomes spaces, ideographs stand apart, accents go and letters become small where the
/// vocabulary has no others.
struct BertNormalizer: Normalizer {
  var cleansText = true
  var separatesIdeographs = true
  /// As ``lowercases`` where nil.
  var stripsAccents: Bool?
  var lowercases = true

  func normalized(_ text: AlignedText) throws -> AlignedText {
    var text = text
    if cleansText { text = Self.cleansed(text) }
    if separatesIdeographs {
      text = text.replacing { $0.isIdeograph ? [" ", $0, " "] : [$0] }
    }
    if stripsAccents ?? lowercases {
      text = CanonicalForm.nfd.normalized(text).filter { !$0.isAccent }
    }
    return lowercases ? Lowercase().normalized(text) : text
  }

  private static func cleansed(_ text: AlignedText) -> AlignedText {
    let blanks: Set<Unicode.Scalar> = ["\t", "\n", "\r"]
    return text.filter { scalar in
      blanks.contains(scalar) || !(scalar.isOther || scalar == "\u{FFFD}")
    }.replacing { $0.isBlank ? [" "] : [$0] }
  }
}
