// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import TestSupport
import Testing
import Torch
import Visualization

@Suite struct UnitReportTests {
  private func ranking(_ rows: [[Double]]) throws -> UnitRanking {
    let model = ToyModels.function { try $0.sum(axes: [1], keepingAxes: true) }
    let input = try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count])
    let engine = InternalInfluence(
      model, distribution: .linear(steps: 1), quantity: .channel(0),
      slice: NetworkSlice(from: .input, to: .output))
    return try UnitInfluence(engine).ranking(for: input)
  }

  @Test func `a layer has a bar for each unit, to the side of its sign, with its error`() throws {
    let ranking = try ranking([[2, -1, 0], [4, -1, 0]])
    let report = UnitReport(
      title: "t", lead: "", facts: [], quantities: ["the whole"], input: [],
      layers: [UnitReport.Layer(name: "conv", detail: "", ranking: ranking, cards: [])])
    let read = try Elements(of: .element("div", [:], report.page().body))
    let bars = read.named("rect")
    #expect(bars.count == 3)
    func number(_ bar: [String: String], _ key: String) throws -> Double {
      try #require(bar[key].flatMap { Double($0) })
    }
    let zero = try number(bars[0], "x")
    let widths = try bars.map { try number($0, "width") }
    expectClose(widths[0] / widths[1], 3, absolute: 0.01)
    #expect(widths[2] == 0)
    #expect(try abs(number(bars[1], "x") + widths[1] - zero) < 0.02)
    let colors = ColorMap.redWhiteBlue
    #expect(bars[0]["fill"] == colors.color(at: 0.92).hexadecimal)
    #expect(bars[1]["fill"] == colors.color(at: 0.08).hexadecimal)
    // The first alone has an error: 3 ± 1.
    #expect(read.texts("desc") == ["unit 0: 3 ± 1; unit 1: \u{2212}1 ± 0; unit 2: 0 ± 0"])
    #expect(read.texts("text").contains("the whole"))
    // Grid, zero, and one error.
    #expect(read.named("path").count == 3)
  }

  @Test func `a page has a section for each layer and a card for each unit, all escaped`() throws {
    let ranking = try ranking([[2, -1, 0], [4, -1, 0]])
    let image = Image(filledWith: Color(0xD55E00), width: 4, height: 4)
    let cards = ranking.units.prefix(2).map { unit in
      UnitReport.Card(
        unit: unit, means: [unit.mean, 1, 2],
        views: [[UnitReport.Tile(image, title: "<i>", detail: "d")]],
        features: [UnitReport.Feature("a & b", -0.5)], gap: 1e-3)
    }
    let point = EssencePoint(
      kept: 1, quantity: 2, standardError: 0.1, accuracy: 1, recall: 0.5, precision: nil)
    let layer = UnitReport.Layer(
      name: "<conv>", detail: "Conv [3]", ranking: ranking, cards: cards,
      essence: UnitReport.Essence(ranked: [point], random: [point]))
    let report = UnitReport(
      title: "Why <8>?", lead: "lead", facts: ["fact"], quantities: ["whole", "8", "3"],
      input: [UnitReport.Tile(image, title: "input")], layers: [layer, layer])
    let html = try report.page().html
    let read = try Elements(of: .element("div", [:], report.page().body))
    #expect(read.texts("h1") == ["Why <8>?"])
    #expect(read.texts("h2") == ["At the input", "Through the layers", "<conv>", "<conv>"])
    #expect(read.named("article").count == 4 && read.named("img").count == 5)
    // Bars, quantity and recall of each layer.
    #expect(read.named("svg").count == 6)
    #expect(read.named("a").map { $0["href"] } == ["#layer-0", "#layer-1"])
    #expect(html.contains("sum over all units 2") && !html.contains("<script"))
    #expect(html.contains("a &amp; b") && !html.contains("<conv>"))
  }
}
