// SPDX-License-Identifier: Apache-2.0

import Testing
import Text
import Visualization

/// Tokens of another tokenizer as words of a text.
@Suite struct SpelledTokensTests {
  @Test func `pieces of WordPiece make words`() {
    let spelled = SpelledTokens(
      ["[CLS]", "un", "##believ", "##able", "!", "[SEP]"], ids: [2, 7, 8, 9, 10, 3, 0])
    #expect(spelled.text == "unbelievable !")
    #expect(spelled.encoding.ids == [2, 7, 8, 9, 10, 3])
    #expect(spelled.encoding.isSpecial == [true, false, false, false, false, true])
    #expect(spelled.encoding.wordRanges == [0..<1, 1..<4, 4..<5, 5..<6])
    let words = spelled.encoding.scoredWords([0, 1, 2, 4, -1, 0, 9], of: spelled.text)
    #expect(words.map(\.text) == ["[CLS]", "unbelievable", "!", "[SEP]"])
    #expect(words.map(\.score) == [0, 7, -1, 0])
  }

  @Test(arguments: ["Ġ", "▁"]) func `signs of a space begin words`(sign: String) {
    let spelled = SpelledTokens(
      ["<s>", "so", "up", sign + "was", sign + "aw", "ful", "</s>"], ids: Array(0..<7))
    #expect(spelled.text == "soup was awful")
    #expect(spelled.encoding.wordRanges == [0..<1, 1..<3, 3..<4, 4..<6, 6..<7])
    #expect(spelled.encoding.tokens[3] == sign + "was")
  }

  @Test func `what only looks like a mark is a word`() {
    let spelled = SpelledTokens(["##", "[]", "<>", "a", "[MASK]", "##b"], ids: Array(0..<6))
    #expect(spelled.text == "## [] <> a b")
    #expect(spelled.encoding.isSpecial == [false, false, false, false, true, false])
    // Behind a special token there is no word to go on with.
    #expect(spelled.encoding.wordRanges.count == 6)
    #expect(SpelledTokens([], ids: []).text.isEmpty)
  }
}
