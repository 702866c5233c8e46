// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import Testing

@testable import Visualization

@Suite struct TokenSheetTests {
  private static func tokens(_ scores: Double...) -> [ScoredToken] {
    zip(["not", "good", "!"], scores).map { ScoredToken(text: $0, score: $1) }
  }

  private static let names = ["linear", "gaussian:0.1"]

  private static func texts() -> [TokenSheet.Text] {
    [[tokens(-2, 1, 0), tokens(0.1, 0.05, 0)], [tokens(1, -4, 0.5), tokens(-0.2, 0.1, 0)]]
      .enumerated().map { index, rows in
        TokenSheet.Text(
          title: "text[\(index + 1)]", detail: "label \(index)",
          rows: zip(names, rows).map { TokenSheet.Row(name: $0, detail: "sum of \($0)", $1) })
      }
  }

  private let sheet = TokenSheet(title: "why", details: ["score of class 1"], texts: texts())
  private let apart = TokenSheet(title: "why", texts: texts(), scaling: .each)

  @Test func `A common scale is the greatest of all, others are the greatest of each row`() {
    #expect(sheet.scales == [4, 4])
    #expect(apart.scales == [4, 0.2])
    #expect(sheet.strips(of: sheet.texts[0]).map(\.scale) == [4, 4])
    #expect(apart.strips(of: apart.texts[0]).map(\.scale) == [4, 0.2])
    #expect(!sheet.detail(of: 1, in: sheet.texts[0]).contains("scale"))
    #expect(apart.detail(of: 1, in: apart.texts[0]) == "sum of gaussian:0.1 · scale 0.2")
    // One row has nothing to be apart from.
    let single = TokenSheet(
      title: "", texts: [TokenSheet.Text(title: "", rows: [.init(Self.tokens(3))])], scaling: .each)
    #expect(single.scales == [3] && !single.tellsScales)
    #expect(TokenSheet(title: "", texts: []).scales.isEmpty)
  }

  @Test(arguments: ColorMap.all)
  func `The legend has the colors of the scores that it names`(colors: ColorMap) {
    let isSigned = colors.isDiverging
    let sheet = TokenSheet(title: "", texts: Self.texts(), colors: colors, isSigned: isSigned)
    let shares = isSigned ? [-1, -0.5, 0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]
    #expect(sheet.legend.map(\.text) == shares.map { labelText(4 * $0) })
    for (chip, share) in zip(sheet.legend, shares) where share != 0 {
      let token = ScoredToken(text: "a", score: 4 * share)
      let found = TokenStrip([token], colors: colors, scale: 4).colors(of: token)
      #expect(chip.ground == found.ground && chip.ink == found.text)
    }
    #expect(sheet.legend[isSigned ? 2 : 0].ground == colors.neutral)
    #expect(sheet.legend.allSatisfy { $0.ground.contrast(with: $0.ink) >= 4.5 })
    #expect(sheet.nothing?.ground == TokenStrip.nothing)
  }

  @Test func `Shares stand in the legend of rows that have scales of their own`() {
    #expect(apart.legend.map(\.text) == ["−1", "−0.5", "0", "0.5", "1"])
    #expect(apart.legendWords.high.contains("shares"))
    let full = [TokenSheet.Text(title: "", rows: [.init([ScoredToken(text: "a", score: 1)])])]
    #expect(TokenSheet(title: "", texts: full).nothing == nil)
  }

  @Test func `A page has all scores as numbers, label once, and stays a page`() throws {
    let nasty = "<script>alert(\"&\")</script>"
    let row = TokenSheet.Row(name: nasty, detail: nasty, [ScoredToken(text: nasty, score: 0.125)])
    for scaling in [TokenSheet.Scaling.common, .each] {
      let hostile = TokenSheet(
        title: nasty, details: [nasty],
        texts: [TokenSheet.Text(title: nasty, detail: nasty, rows: [row, row])], scaling: scaling)
      let html = hostile.page.html
      #expect(!html.contains("<script") && XMLParser(data: Data(html.utf8)).parse())
    }
    let html = sheet.page.html
    #expect(html.components(separatedBy: "label 0").count == 2)
    #expect(html.components(separatedBy: "class=\"row\"").count == 5)
    #expect(
      html.contains(
        "<th scope=\"row\" data-key=\"\">not</th><td data-key=\"-2.0\" class=\"\">−2</td>"))
    #expect(html.contains("<th scope=\"col\">linear</th><th scope=\"col\">gaussian:0.1</th>"))
    // Nothing has to be told apart where there is one row.
    let texts = [TokenSheet.Text(title: "t", rows: [.init(name: "linear", Self.tokens(1))])]
    #expect(!TokenSheet(title: "w", texts: texts).page.html.contains("class=\"row\""))
  }

  @Test func `Rows whose tokens differ have tables of their own`() {
    let rows = [["a", "b"], ["ab"]].map { words in
      TokenSheet.Row(name: "\(words.count)", words.map { ScoredToken(text: $0, score: 1) })
    }
    let html = TokenSheet(title: "", texts: [.init(title: "t", rows: rows)]).page.html
    #expect(html.components(separatedBy: "<table").count == 3)
  }

  @Test func `Rows stand under each other in a terminal, their words at the same place`() {
    let lines = sheet.terminalText(inColor: false).split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "text[1]  label 0", "  linear        not(−2) good(+1) !(0)",
        "  gaussian:0.1  not(+0.1) good(+0.05) !(0)", "text[2]  label 1",
        "  linear        not(+1) good(−4) !(+0.5)", "  gaussian:0.1  not(−0.2) good(+0.1) !(0)",
      ])
    #expect(sheet.terminalText().contains("\u{1B}[48;2;"))
    #expect(sheet.terminalLegend().contains(" −4 ") && sheet.terminalLegend().contains(" none "))
  }

  @Test func `Maps are found by their names`() {
    for map in ColorMap.all { #expect(ColorMap.named(map.name) == map) }
    #expect(ColorMap.named("mauve") == nil)
  }
}
