// SPDX-License-Identifier: Apache-2.0

extension Tokenizer {
  /// Of a `tokenizer.json`.
  init(json bytes: [UInt8]) throws {
    let root = JSONNode(try JSONReader.read(bytes))
    let added = try root["added_tokens"]?.elements.map { try AddedTokens.Token($0) } ?? []
    let subwords = try TokenizerFile.subwords(root.member("model"))
    try self.init(
      normalizer: root["normalizer"].map { try TokenizerFile.normalizer($0) },
      splitter: root["pre_tokenizer"].map { try TokenizerFile.splitter($0) }, subwords: subwords,
      added: added,
      template: root["post_processor"].flatMap { try TokenizerFile.template($0) } ?? .plain,
      truncation: root["truncation"].map { try TokenizerFile.truncation($0) })
  }
}

/// The parts of a `tokenizer.json`, each by its kind.
enum TokenizerFile {
  // MARK: Normalizers

  static func normalizer(_ node: JSONNode) throws -> any Normalizer {
    let kind = try node.kind
    if let form = CanonicalForm(rawValue: kind) { return form }
    switch kind {
    case "Sequence":
      return NormalizerSequence(steps: try node.member("normalizers").elements.map(normalizer))
    case "BertNormalizer":
      return BertNormalizer(
        cleansText: try node.flag("clean_text", default: true),
        separatesIdeographs: try node.flag("handle_chinese_chars", default: true),
        stripsAccents: try node["strip_accents"]?.flag,
        lowercases: try node.flag("lowercase", default: true))
    case "Lowercase": return Lowercase()
    case "StripAccents": return StripAccents()
    case "Strip":
      return Strip(
        left: try node.flag("strip_left", default: true),
        right: try node.flag("strip_right", default: true))
    case "Replace":
      return Replace(
        pattern: try pattern(node.member("pattern")), content: try node.member("content").text)
    case "Prepend": return Prepend(content: try node.member("prepend").text)
    default:
      throw TokenizerError.unsupported(
        part: "normalizer", kind: kind,
        known: [
          "BertNormalizer", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Prepend", "Replace",
          "Sequence", "Strip", "StripAccents",
        ])
    }
  }

  // MARK: Splitters

  static func splitter(_ node: JSONNode) throws -> any Splitter {
    let kind = try node.kind
    switch kind {
    case "Sequence":
      return SplitterSequence(steps: try node.member("pretokenizers").elements.map(splitter))
    case "BertPreTokenizer": return BertSplitter()
    case "ByteLevel":
      return ByteLevelSplitter(
        addsPrefixSpace: try node.flag("add_prefix_space", default: true),
        cutsWords: try node.flag("use_regex", default: true))
    case "Whitespace": return WordSplitter()
    case "WhitespaceSplit": return BlankSplitter()
    case "Digits":
      return DigitSplitter(individually: try node.flag("individual_digits", default: false))
    case "Punctuation":
      return PunctuationSplitter(behavior: try node["behavior"].map(behavior) ?? .isolated)
    case "Split":
      return PatternSplitter(
        pattern: try pattern(node.member("pattern")),
        behavior: try behavior(node.member("behavior")),
        inverted: try node.flag("invert", default: false))
    default:
      throw TokenizerError.unsupported(
        part: "pre-tokenizer", kind: kind,
        known: [
          "BertPreTokenizer", "ByteLevel", "Digits", "Punctuation", "Sequence", "Split",
          "Whitespace", "WhitespaceSplit",
        ])
    }
  }

  private static func behavior(_ node: JSONNode) throws -> SplitBehavior {
    let name = try node.text
    guard let behavior = SplitBehavior(rawValue: name) else {
      throw TokenizerError.unsupported(
        part: "split behavior", kind: name, known: SplitBehavior.allCases.map(\.rawValue))
    }
    return behavior
  }

  private static func pattern(_ node: JSONNode) throws -> TextPattern {
    if let expression = node["Regex"] {
      return try TextPattern(expression: expression.text, place: expression.place)
    }
    return try TextPattern(text: node.member("String").text, place: node.place)
  }

  // MARK: Subwords

  static func subwords(_ node: JSONNode) throws -> any Subwords {
    let kind = try node["type"]?.text ?? (node["merges"] == nil ? "WordPiece" : "BPE")
    switch kind {
    case "WordPiece":
      let vocabulary = try vocabulary(node)
      let unknown = try node["unk_token"]?.text ?? "[UNK]"
      guard let id = vocabulary.id(of: unknown) else { throw TokenizerError.noToken(unknown) }
      return WordPiece(
        vocabulary: vocabulary, unknown: id,
        prefix: Array((try node["continuing_subword_prefix"]?.text ?? "##").unicodeScalars),
        longestWord: try node["max_input_chars_per_word"]?.integer ?? 100)
    case "BPE": return try bytePairs(node)
    default:
      throw TokenizerError.unsupported(part: "model", kind: kind, known: ["WordPiece", "BPE"])
    }
  }

  private static func bytePairs(_ node: JSONNode) throws -> BytePairs {
    if try node.flag("byte_fallback", default: false) {
      throw TokenizerError.unsupported(
        part: "model", kind: "BPE with byte_fallback", known: ["WordPiece", "BPE"])
    }
    if let dropout = node["dropout"], dropout.value != .number(0) {
      throw TokenizerError.unsupported(
        part: "model", kind: "BPE with dropout", known: ["WordPiece", "BPE"])
    }
    return try BytePairs(
      vocabulary: vocabulary(node), merges: node.member("merges").elements.map(merge),
      unknown: node["unk_token"]?.text, joinsUnknown: node.flag("fuse_unk", default: false),
      prefix: node["continuing_subword_prefix"]?.text ?? "",
      suffix: node["end_of_word_suffix"]?.text ?? "",
      takesWholeWords: node.flag("ignore_merges", default: false))
  }

  /// `["a", "b"]`, or in older files `"a b"`.
  private static func merge(_ node: JSONNode) throws -> (String, String) {
    if case .string(let text) = node.value {
      let parts = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw node.error("two tokens were expected") }
      return (String(parts[0]), String(parts[1]))
    }
    let parts = try node.elements.map { try $0.text }
    guard parts.count == 2 else { throw node.error("two tokens were expected") }
    return (parts[0], parts[1])
  }

  private static func vocabulary(_ node: JSONNode) throws -> Vocabulary {
    Vocabulary(try node.member("vocab").members.map { ($0.key, try $0.node.integer) })
  }

  // MARK: Around texts

  /// Nil for what puts nothing around.
  static func template(_ node: JSONNode) throws -> Template? {
    let kind = try node.kind
    switch kind {
    case "ByteLevel": return nil
    case "Sequence":
      let all = try node.member("processors").elements.compactMap(template)
      guard all.count < 2 else { throw node.error("more than one of its steps adds tokens") }
      return all.first
    case "BertProcessing":
      return .bert(start: try special("cls", node), end: try special("sep", node))
    case "RobertaProcessing":
      return .roberta(start: try special("cls", node), end: try special("sep", node))
    case "TemplateProcessing":
      let tokens = try node["special_tokens"]?.members ?? []
      let ids = Dictionary(
        try tokens.map { ($0.key, try $0.node.member("ids").elements.map { try $0.integer }) },
        uniquingKeysWith: { $1 })
      return Template(
        single: try parts(node.member("single"), ids),
        pair: try node["pair"].map { try parts($0, ids) })
    default:
      throw TokenizerError.unsupported(
        part: "post-processor", kind: kind,
        known: [
          "BertProcessing", "ByteLevel", "RobertaProcessing", "Sequence", "TemplateProcessing",
        ])
    }
  }

  /// The id in `["[SEP]", 102]`.
  private static func special(_ key: String, _ node: JSONNode) throws -> Int {
    let pair = try node.member(key).elements
    guard pair.count == 2 else { throw node.error("'\(key)' is a token and its id") }
    return try pair[1].integer
  }

  private static func parts(_ node: JSONNode, _ ids: [String: [Int]]) throws -> [Template.Part] {
    try node.elements.flatMap { part -> [Template.Part] in
      if let special = part["SpecialToken"] {
        let (name, type) = (try special.member("id").text, try special.member("type_id").integer)
        guard let ids = ids[name] else { throw special.error("'\(name)' is no special token") }
        return ids.map { .special(id: $0, type: type) }
      }
      let text = try part.member("Sequence")
      let name = try text.member("id").text
      guard let index = ["A", "B"].firstIndex(of: name) else {
        throw text.error("a text is 'A' or 'B', not '\(name)'")
      }
      return [.text(index, type: try text.member("type_id").integer)]
    }
  }

  static func truncation(_ node: JSONNode) throws -> Truncation {
    let name = try node["strategy"]?.text ?? "LongestFirst"
    guard let strategy = Truncation.Strategy(rawValue: name) else {
      throw TokenizerError.unsupported(
        part: "truncation", kind: name, known: ["LongestFirst", "OnlyFirst", "OnlySecond"])
    }
    return Truncation(
      maximum: try node.member("max_length").integer, strategy: strategy,
      cutsEnd: try node["direction"]?.text != "Left")
  }
}

extension AddedTokens.Token {
  init(_ node: JSONNode) throws {
    self.init(
      id: try node.member("id").integer, content: try node.member("content").text,
      isSingleWord: try node.flag("single_word", default: false),
      stripsLeft: try node.flag("lstrip", default: false),
      stripsRight: try node.flag("rstrip", default: false),
      isNormalized: try node.flag("normalized", default: true),
      isSpecial: try node.flag("special", default: false))
  }
}
