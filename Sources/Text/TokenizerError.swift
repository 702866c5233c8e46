// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a tokenizer's file, or with what is asked of the tokenizer.
public enum TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  /// Where in the file, and what stands there.
  case malformed(place: String, reason: String)
  /// A kind of part that is not known.
  case unsupported(part: String, kind: String, known: [String])
  case noTemplate(String)
  case noToken(String)
  case tooLong(maximum: Int, special: Int)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): return "'\(path)' cannot be read: \(reason)"
    case .malformed(let place, let reason): return "the tokenizer's file at \(place): \(reason)"
    case .unsupported(let part, let kind, let known):
      return "the tokenizer's \(part) is of the kind '\(kind)', which is not known; known are "
        + known.map { "'\($0)'" }.joined(separator: ", ")
        + ". Tokenize with the library that wrote it, and give ids and tokens instead"
    case .noTemplate(let what):
      return "the tokenizer has no template for \(what): take the file of one that has, or join "
        + "them to one text"
    case .noToken(let token):
      return "there is no token '\(token)' in the vocabulary, which the tokenizer needs: take the "
        + "file that came with the model"
    case .tooLong(let maximum, let special):
      return "the tokenizer cuts at \(maximum) tokens, and \(special) are special ones alone: "
        + "raise 'max_length' under 'truncation' in its file"
    }
  }
}
