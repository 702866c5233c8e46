// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import Testing

@testable import Visualization

@Suite struct TokenStripTests {
  private let tokens = [
    ScoredToken(text: "[CLS]", score: 0, isSpecial: true),
    ScoredToken(text: "not", score: -2), ScoredToken(text: "good", score: 1),
    ScoredToken(text: "!", score: 0, isJoined: true),
  ]

  @Test func colorsFollowScores() {
    let strip = TokenStrip(tokens, colors: .redWhiteBlue)
    #expect(strip.scale == 2)
    // Grey where nothing, in whatever colors.
    for colors in ColorMap.all {
      #expect(TokenStrip(tokens, colors: colors).colors(of: tokens[0]).ground == TokenStrip.nothing)
    }
    #expect(strip.colors(of: tokens[1]).ground == Color(0x1256D8))
    #expect(strip.colors(of: tokens[2]).ground == ColorMap.redWhiteBlue.color(at: 0.75))
    // One scale for two strips makes the weaker one pale.
    let weak = [ScoredToken(text: "fine", score: 0.5)]
    let shared = TokenStrip.scale(of: [tokens, weak])
    #expect(
      TokenStrip(weak, colors: .redWhiteBlue, scale: shared).colors(of: weak[0]).ground
        == ColorMap.redWhiteBlue.color(at: 0.625))
    #expect(TokenStrip.scale(of: [[]]) == 1)
  }

  @Test func textCanBeReadOnEveryColor() {
    #expect(TokenStrip.nothing.contrast(with: TokenStrip.nothing.ink) >= 4.5)
    for colors in ColorMap.all {
      for step in -20...20 {
        let token = ScoredToken(text: "a", score: Double(step) / 20)
        let (ground, text) = TokenStrip([token], colors: colors, scale: 1).colors(of: token)
        #expect(ground.contrast(with: text) >= 4.5, "\(colors.name) at \(step)")
      }
    }
  }

  @Test func scoresStandBehindWordsWhereThereIsNoColor() {
    #expect(TokenStrip(tokens).plainText() == "[CLS] not(\u{2212}2) good(+1)!(0)")
    let moved = ScoredToken(text: "[CLS]", score: 0.25, isSpecial: true)
    #expect(TokenStrip([moved]).plainText() == "[CLS](+0.25)")
    #expect(!TokenStrip([ScoredToken(text: "\u{1B}[2J", score: 1)]).plainText().contains("\u{1B}"))
  }

  @Test func whatIsNotFiniteHasNoColor() {
    let tokens = [ScoredToken(text: "a", score: .nan), ScoredToken(text: "b", score: .infinity)]
    let strip = TokenStrip(tokens)
    #expect(strip.scale == 1)
    #expect(tokens.allSatisfy { strip.colors(of: $0).ground == ColorMap.orangeWhiteBlue.neutral })
  }

  @Test func aSentenceOfHTMLStaysASentence() throws {
    let text = "<script>alert(\"&\")</script>"
    let html = TokenStrip([ScoredToken(text: text, score: 1)]).markup().written
    #expect(!html.contains("<script"))
    #expect(html.contains("&lt;script&gt;alert(&quot;&amp;&quot;)"))
    let page = Page(
      title: "strip", style: Markup.Code("p{margin:0}") + TokenStrip.style,
      body: [TokenStrip(tokens).markup()])
    #expect(page.html.contains(">not</span> <span"))
    #expect(page.html.contains("p{margin:0}\n.tokens{"))
    // What would turn letters round, or cannot be seen, is shown.
    let turned = TokenStrip([ScoredToken(text: "a\u{202E}b\n", score: 1)]).markup().written
    #expect(turned.contains(">a?b\u{240A}</span>"))
    // What is joined in the text is joined on the page.
    #expect(page.html.contains("good</span><span"))
    #expect(XMLParser(data: Data(page.html.utf8)).parse())
  }

  @Test func specialTokensCanBeLeftOut() {
    let strip = TokenStrip(tokens, showsSpecial: false)
    #expect(!strip.markup().written.contains("CLS"))
    #expect(!strip.terminalText().contains("CLS"))
    #expect(TokenStrip(tokens).terminalText().contains("CLS"))
  }

  @Test func theFirstLetterOfTheTextSaysWhereLinesBegin() {
    let special = ScoredToken(text: "[CLS]", score: 0, isSpecial: true)
    func direction(_ texts: String...) -> Bool {
      TokenStrip([special] + texts.map { ScoredToken(text: $0, score: 1) }).isRightToLeft
    }
    #expect(!direction("not", "שלום") && direction("שלום", "not") && direction("1", "مرحبا"))
    #expect(!direction() && !direction("汤") && !direction("🙂"))
    let strip = TokenStrip([special, ScoredToken(text: "مرحبا", score: 1)])
    #expect(strip.markup().written.contains("dir=\"rtl\""))
  }

  @Test func terminalsGetColorsAndNoCommands() {
    let line = TokenStrip(tokens, colors: .redWhiteBlue).terminalText()
    #expect(line.contains("\u{1B}[48;2;18;86;216m\u{1B}[38;2;255;255;255mnot\u{1B}[0m "))
    let hostile = TokenStrip([ScoredToken(text: "a\u{1B}[2J\u{202E}b\n", score: 0)])
    let written = hostile.terminalText()
    #expect(written.contains("a\u{241B}[2J?b\u{240A}"))
    #expect(!written.contains("\n"))
  }
}
