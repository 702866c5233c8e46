// SPDX-License-Identifier: Apache-2.0

import Text

/// Tokens that vocabularies have under different spellings.
public enum SpecialToken: String, Sendable, CaseIterable {
  case padding = "pad"
  case mask
  case unknown

  /// The spellings of BERT, of RoBERTa and its kin, and of GPT-2's kin.
  var spellings: [String] {
    switch self {
    case .padding: ["[PAD]", "<pad>", "<|pad|>", "<|endoftext|>"]
    case .mask: ["[MASK]", "<mask>", "<|mask|>"]
    case .unknown: ["[UNK]", "<unk>", "<|unk|>", "<|endoftext|>"]
    }
  }

  func id(in tokenizer: Tokenizer) -> Int? {
    spellings.lazy.compactMap { tokenizer.id(of: $0) }.first
  }
}
