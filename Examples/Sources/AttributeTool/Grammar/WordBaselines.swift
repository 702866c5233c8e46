// SPDX-License-Identifier: Apache-2.0

import Attribution
import Text

/// What baselines of words are made of.
struct WordMaterials {
  /// `nil` where ids are given, and no text.
  let tokenizer: Tokenizer?
  let embedding: () throws -> Embedding

  /// A token at every position: by its spelling, or by its id where no tokenizer knows spellings.
  func token(_ spelling: String) throws -> any Baseline {
    guard let tokenizer else {
      guard let id = Int(spelling) else {
        throw ToolError.usage(
          "the baseline 'token:\(spelling)': without --tokenizer a token is named by its id, as in "
            + "token:103")
      }
      return try embedding().baseline(of: id)
    }
    guard let id = tokenizer.id(of: spelling) else {
      throw ToolError.data(
        "the baseline 'token:\(spelling)': the vocabulary has no token '\(spelling)'; tokens are "
          + "written as the tokenizer's file has them")
    }
    return try embedding().baseline(of: id, name: "token \(spelling)")
  }

  func special(_ token: SpecialToken) throws -> any Baseline {
    guard let tokenizer else {
      throw ToolError.usage(
        "the baseline '\(token.rawValue)' is found in a tokenizer: give texts, or token:ID")
    }
    guard let id = token.id(in: tokenizer) else {
      throw ToolError.data(
        "the baseline '\(token.rawValue)': the vocabulary has none of "
          + token.spellings.joined(separator: ", ") + ": name a token it has, as in token:SPELLING")
    }
    return try embedding().baseline(of: id, name: "token \(tokenizer.token(id) ?? "\(id)")")
  }
}
