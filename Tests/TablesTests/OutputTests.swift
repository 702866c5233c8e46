// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Foundation
import FoundationXML
import Tables
import TestSupport
import Testing
import Torch
import Visualization

@Suite struct OutputTests {
  /// y = Σ w · x of rows that are drawn, features called as given.
  private func explanation(
    _ names: [String], rows count: Int, seed: UInt64 = 1
  ) throws -> TableExplanation {
    let weights = names.indices.map { Double($0 + 1) * ($0.isMultiple(of: 2) ? 1 : -1) }
    let model = TableModels.linear(weights)
    let layout = try TableLayout(names.map { TableFeature($0, input: "x") }, for: model)
    var random = SplitMix(seed: seed)
    func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }
    var text = names.map(quoted).joined(separator: ",") + "\n"
    for _ in 0..<count {
      text += names.map { _ in "\(Double.random(in: -1...1, using: &random))" }.joined(
        separator: ",")
      text += "\n"
    }
    let rows = try layout.rows(of: CSVTable(bytes: Array(text.utf8), separator: .comma))
    let found = try IntegratedGradients(
      model, slice: NetworkSlice(from: layout.cut), steps: 1, rule: .midpoint
    ).attributions(for: rows.inputs)
    return try TableExplanation(found, of: rows, in: layout, from: ZeroBaseline(), model: model)
  }

  @Test func `the summary is the rows' own`() throws {
    let explained = try explanation(["a", "b", "c"], rows: 50)
    let summaries = explained.summaries()
    #expect(summaries.map(\.feature) == [2, 1, 0])
    for summary in summaries {
      let own = explained.attributions(of: summary.feature)
      expectClose(summary.size.mean, own.reduce(0) { $0 + abs($1) } / 50, absolute: 1e-12)
      expectClose(summary.mean.mean, own.reduce(0, +) / 50, absolute: 1e-12)
      let interval = try #require(summary.size.interval)
      #expect(interval.lowerBound < summary.size.mean && summary.size.mean < interval.upperBound)
      #expect(summary.mean.interval?.contains(summary.mean.mean) == true)
    }
    #expect(explained.resamples == 2000)
  }

  @Test func `a waterfall leads from the baseline to the prediction`() throws {
    let names = (0..<20).map { "feature \($0)" }
    let explained = try explanation(names, rows: 2)
    let chart = try #require(explained.waterfall(ofRow: 1, limit: 5))
    #expect(chart.steps.count == 6 && chart.steps[5].name == "15 more features")
    let sizes = chart.steps.prefix(5).map { abs($0.value) }
    #expect(sizes == sizes.sorted(by: >))
    expectClose(chart.start + chart.steps.reduce(0) { $0 + $1.value }, chart.end, absolute: 1e-9)
    #expect(!chart.showsGap)
  }

  @Test func `pages are well-formed, escape names, and say what is not shown`() throws {
    let explained = try explanation(
      ["<script>alert(1)</script>", "a \"b\" & c", "plain"], rows: 30)
    let page = TablePage(
      explained, title: "t <i>", notes: ["n & m"],
      rowNotes: (0..<30).map { TablePage.RowNote("note \($0)") }, limit: 4,
      remedy: "take others"
    ).html
    #expect(XMLParser(data: Data(page.utf8)).parse())
    #expect(!page.contains("<script>") && page.contains("&lt;script&gt;"))
    #expect(page.contains("26 more rows are not shown: take others"))
    #expect(page.contains("note 3") && !page.contains("note 4"))
    #expect(page.contains("Each dot is a row") && page.contains("<svg"))
  }

  @Test func `a page of ten thousand rows stays small, and is made in seconds`() throws {
    let explained = try explanation((0..<30).map { "column \($0)" }, rows: 10_000)
    let page = TablePage(explained, title: "many").html
    #expect(page.utf8.count < 1_500_000, "\(page.utf8.count) bytes")
    #expect(page.contains("tells how many rows lie there") && page.contains("500 draws"))
    #expect(page.contains("20 strongest of 30 features"))
  }

  @Test func `lines for a terminal have values, and nothing that steers it`() throws {
    let explained = try explanation(["a\u{1B}[2J", "b\u{202E}txt", "c"], rows: 2)
    let lines = explained.text(ofRow: 0)
    #expect(lines.count == 3)
    for sign in ["\u{1B}", "\u{202E}"] { #expect(!lines.joined().contains(sign)) }
    #expect(lines[0].contains("█") && lines[0].contains("from 0"))
    #expect(explained.text(explained.summaries()).count == 3)
  }

  @Test func `the values' file has a line for each row and feature, and reads back`() throws {
    let explained = try explanation(["a, b", "c \"d\""], rows: 7)
    let table = try CSVTable(bytes: Array(explained.csv.utf8))
    #expect(table.rowCount == 14)
    #expect(try table.text(row: 3, column: 1) == "c \"d\"")
    #expect(try table.number(row: 3, column: 5) == explained.attribution(of: 1, row: 1))
    #expect(try table.number(row: 13, column: 0) == 7)
    expectClose(
      try table.number(row: 2, column: 6) + table.number(row: 2, column: 5)
        + table.number(row: 3, column: 5), try table.number(row: 2, column: 7), absolute: 1e-12)
  }
}
