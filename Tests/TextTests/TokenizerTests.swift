// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Text

@Suite struct TokenizerTests {
  /// What the `tokenizers` library for Python makes of a string.
  private struct Line: Decodable {
    let text: String
    let ids: [Int]
  }

  @Test(arguments: ["bert-small-letters", "bert-any-letters", "gpt2", "roberta", "split"])
  func idsAreThoseOfThePythonLibrary(_ name: String) throws {
    let tokenizer = try Tokenizer(path: fixture("\(name).json"))
    let lines = try String(contentsOfFile: fixture("\(name).jsonl"), encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 240)
    for line in lines {
      let expected = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
      let encoding = try tokenizer.encode(expected.text)
      #expect(encoding.ids == expected.ids, "\(line)")
      #expect(encoding.tokens.count == encoding.ids.count)
    }
  }
}

/// Where a file of this target's fixtures lies.
func fixture(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/\(name)").path
}

@Suite struct EncodingTests {
  private let small: Tokenizer

  init() throws { small = try Tokenizer(path: fixture("bert-small-letters.json")) }

  @Test func tokensKnowTheirPlaceInTheText() throws {
    let text = "  É\u{301}da,\n中 the"
    let encoding = try small.encode(text)
    let scalars = Array(text.unicodeScalars)
    let parts = encoding.spans.map { span in
      span.map { String(String.UnicodeScalarView(scalars[$0])) }
    }
    // Whatever the pieces are, those of a word lie within it.
    for (part, word) in zip(encoding.wordRanges, [nil, "É\u{301}da", ",", "中", "the", nil]) {
      let joined = part.compactMap { encoding.spans[$0] }
      let span = joined.first.map { $0.lowerBound..<(joined.last?.upperBound ?? 0) }
      #expect(
        span.map { String(String.UnicodeScalarView(scalars[$0])) }.map(Array.init(_:))
          == word.map(Array.init(_:)), "\(parts)")
    }
    #expect(encoding.isSpecial.first == true && encoding.isSpecial.last == true)
    #expect(encoding.words.first == .some(nil))
  }

  @Test func twoTextsHaveTypes() throws {
    let encoding = try small.encode("the", "ko")
    let special = try ["[CLS]", "[SEP]"].map { try #require(small.id(of: $0)) }
    #expect(encoding.tokens.first == "[CLS]" && encoding.tokens.last == "[SEP]")
    #expect(encoding.ids.count { special.contains($0) } == 3)
    let second = try #require(encoding.types.firstIndex(of: 1))
    #expect(encoding.ids[second - 1] == special[1])
    #expect(encoding.types[second...].allSatisfy { $0 == 1 })
    #expect(encoding.texts.compactMap { $0 }.sorted() == encoding.texts.compactMap { $0 })
    let plain = try small.encode("the", "ko", addsSpecialTokens: false)
    #expect(!plain.isSpecial.contains(true))
  }

  @Test func specialTokensAreFoundInText() throws {
    let encoding = try small.encode("the[MASK]ko", addsSpecialTokens: false)
    let mask = try #require(encoding.tokens.firstIndex(of: "[MASK]"))
    #expect(encoding.isSpecial[mask])
    #expect(encoding.spans[mask] == 3..<9)
    #expect(small.token(try #require(small.id(of: "[MASK]"))) == "[MASK]")
    #expect(small.id(of: "no such token") == nil)
  }

  @Test func emptyTextIsItsSpecialTokens() throws {
    #expect(try small.encode("").tokens == ["[CLS]", "[SEP]"])
    #expect(try small.encode("", addsSpecialTokens: false).count == 0)
  }

  @Test func truncationTellsWhatItCut() throws {
    var short = small
    short.truncation = Truncation(maximum: 5)
    let long = try small.encode("the an in er re")
    let cut = try short.encode("the an in er re")
    #expect(cut.count == 5)
    #expect(cut.cutOff == long.count - 5)
    #expect(cut.ids.last == long.ids.last)
    #expect(try short.encode("the an in er re", truncates: false) == long)
    short.truncation?.cutsEnd = false
    #expect(try short.encode("the an in er re").ids[1...] == long.ids.suffix(4))
    short.truncation?.maximum = 1
    #expect(throws: TokenizerError.tooLong(maximum: 1, special: 2)) { try short.encode("the") }
  }

  @Test(arguments: [
    ([10, 4], 9, [5, 4]), ([4, 10], 9, [4, 5]), ([10, 10], 9, [4, 5]), ([2, 20], 9, [2, 7]),
    ([3, 3], 9, [3, 3]),
  ])
  func ofTwoTextsTheLongerLosesFirst(counts: [Int], room: Int, kept: [Int]) throws {
    let truncation = Truncation(maximum: room + 3)
    let found = try truncation.kept(of: counts, special: 3)
    #expect(found == kept)
  }
}
