// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Text

@Suite struct TokenizerFileTests {
  /// A file with one part replaced.
  private func file(
    normalizer: String = "null", splitter: String = "null", post: String = "null",
    model: String =
      ###"{"type": "WordPiece", "vocab": {"[UNK]": 0, "a": 1, "##b": 2}}"###
  ) -> [UInt8] {
    Array(
      """
      {"added_tokens": [], "normalizer": \(normalizer), "pre_tokenizer": \(splitter),
       "post_processor": \(post), "model": \(model)}
      """.utf8)
  }

  @Test func anotherKindIsNamed() {
    let parts: [(String, [UInt8])] = [
      ("model", file(model: #"{"type": "Unigram", "vocab": []}"#)),
      ("normalizer", file(normalizer: #"{"type": "Precompiled"}"#)),
      ("pre-tokenizer", file(splitter: #"{"type": "Metaspace"}"#)),
      ("post-processor", file(post: #"{"type": "Padding"}"#)),
      (
        "model",
        file(model: #"{"type": "BPE", "byte_fallback": true, "vocab": {}, "merges": []}"#)
      ),
    ]
    for (part, bytes) in parts {
      let error = #expect(throws: TokenizerError.self) { try Tokenizer(json: bytes) }
      guard case .unsupported(let named, _, _) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(named == part)
    }
  }

  @Test func whatIsMissingIsToldWithItsPlace() throws {
    #expect(throws: TokenizerError.malformed(place: "model", reason: "'vocab' is missing")) {
      try Tokenizer(json: file(model: #"{"type": "WordPiece"}"#))
    }
    #expect(throws: TokenizerError.noToken("[UNK]")) {
      try Tokenizer(json: file(model: #"{"type": "WordPiece", "vocab": {"a": 0}}"#))
    }
    let vocabulary = #"{"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}"#
    #expect(throws: TokenizerError.noToken("b")) {
      try Tokenizer(json: file(model: vocabulary))
    }
    #expect(throws: TokenizerError.self) { try Tokenizer(path: "/no/such/file.json") }
  }

  @Test func aCutFileIsRefusedWhereverItIsCut() throws {
    let whole = file()
    _ = try Tokenizer(json: whole)
    for length in 0..<whole.count {
      #expect(throws: TokenizerError.self) { try Tokenizer(json: Array(whole[..<length])) }
    }
  }

  @Test(arguments: [
    "{\"a\": 01x}", "[1,]", "{\"a\"}", "\"\\ud800\"", "\"\u{1}\"", "nul", "[1] 2",
    String(repeating: "[", count: 100_000), "\"\\q\"", "\"\\u12\"", "--1",
  ])
  func whatIsNoJSONIsRefused(_ text: String) {
    #expect(throws: TokenizerError.self) { try JSONReader.read(Array(text.utf8)) }
  }

  @Test func jsonKeepsKeysThatOnlyLookAlike() throws {
    let object = try JSONReader.read(Array("{\"e\u{301}\": 1, \"\u{e9}\": 2}".utf8))
    guard case .object(let members) = object else {
      Issue.record("no object")
      return
    }
    #expect(members.map(\.value) == [.number(1), .number(2)])
    let vocabulary = Vocabulary([("e\u{301}", 1), ("\u{e9}", 2)])
    #expect(vocabulary.id(of: "e\u{301}") == 1 && vocabulary.id(of: "\u{e9}") == 2)
    let surrogates = try JSONReader.read(Array(#""\ud83d\ude00\n\u00e9""#.utf8))
    #expect(surrogates == .string("😀\n\u{e9}"))
  }

  @Test func aWordWithoutTokensIsUnknownAsAWhole() throws {
    let tokenizer = try Tokenizer(json: file(splitter: #"{"type": "BertPreTokenizer"}"#))
    #expect(
      try tokenizer.encode("ab abb ac a!").tokens == [
        "a", "##b", "a", "##b", "##b", "[UNK]", "a", "[UNK]",
      ])
  }

  @Test func mergesAreDoneInTheirOrder() throws {
    let model =
      #"{"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "bc": 3, "ab": 4, "abc": 5}, "merges": [["b", "c"], ["a", "b"], ["a", "bc"]]}"#
    let tokenizer = try Tokenizer(json: file(model: model))
    #expect(try tokenizer.encode("abc").tokens == ["abc"])
    #expect(try tokenizer.encode("abab").tokens == ["ab", "ab"])
    // Characters without a token, and without an unknown one to stand for them, are left out
    // before anything is merged, as the Python library has it.
    #expect(try tokenizer.encode("axb").tokens == ["ab"])
  }

  @Test func aListOfWordsSaysWhetherLettersAreSmall() throws {
    let folder = FileManager.default.temporaryDirectory
    let path = folder.appendingPathComponent("vocab-\(UUID()).txt").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let special = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n"
    try (special + "a\n##b\n").write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try Tokenizer(path: path).encode("AB").tokens == ["[CLS]", "a", "##b", "[SEP]"])
    try (special + "A\n##b\n").write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try Tokenizer(path: path).encode("Ab").tokens == ["[CLS]", "A", "##b", "[SEP]"])
    #expect(try Tokenizer(path: path).encode("ab").tokens == ["[CLS]", "[UNK]", "[SEP]"])
  }
}
