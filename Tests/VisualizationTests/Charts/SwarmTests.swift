// SPDX-License-Identifier: Apache-2.0

import Testing
import Visualization

@Suite struct SwarmTests {
  private func chart(_ strips: [SwarmChart.Strip]) -> SwarmChart {
    SwarmChart(title: "t", summary: "s", label: "attribution", strips: strips)
  }

  @Test func `each of few rows has a dot, in the color of its value`() throws {
    let strip = SwarmChart.Strip("a", places: [0, 4, -4, 4], values: [0, 1, 0.5, 1])
    let chart = chart([strip])
    #expect(chart.hasDots)
    let dots = try Elements(of: chart.markup).named("path").filter {
      $0["stroke-linecap"] == "round"
    }
    let count = dots.reduce(0) { $0 + ($1["d"] ?? "").split(separator: "M").count }
    #expect(count == 4 && dots.count == 3)
    let colors = Set(dots.compactMap { $0["stroke"] })
    #expect(
      colors == Set([0, 0.5, 1].map { SwarmChart.lowToHigh.color(at: $0).hexadecimal }))
    // Equal places are moved apart.
    let high = try #require(
      dots.first { $0["stroke"] == SwarmChart.lowToHigh.color(at: 1).hexadecimal })
    #expect(Set((high["d"] ?? "").split(separator: "M").map(String.init)).count == 2)
  }

  @Test func `of many rows columns are as high as rows are many`() throws {
    // 300 rows at 0 and 100 at 1, and one at 0.5 which would be a thirteenth of a unit high.
    let places = [Double](repeating: 0, count: 300) + [Double](repeating: 1, count: 100) + [0.5]
    let chart = chart([SwarmChart.Strip("a", places: places, values: nil)])
    #expect(!chart.hasDots)
    let paths = try Elements(of: chart.markup).named("path").filter { $0["stroke"] == "#808080" }
    let lengths = paths.flatMap { ($0["d"] ?? "").split(separator: "M") }.compactMap {
      $0.split(separator: "v").last.flatMap { Double($0) }
    }.sorted()
    #expect(lengths == [1.2, 8.67, 26])
  }

  @Test func `a column's colors share it by the rows' values`() throws {
    let values = [Double](repeating: 0, count: 200) + [Double](repeating: 1, count: 200)
    let strip = SwarmChart.Strip("a", places: values.map { _ in 1 }, values: values)
    let drawing = try Elements(of: chart([strip]).markup)
    for end in [0.0, 1] {
      let color = SwarmChart.lowToHigh.color(at: end).hexadecimal
      #expect(
        drawing.named("path").contains {
          $0["stroke"] == color && $0["d"]?.hasSuffix("v13") == true
        })
    }
  }

  @Test func `its size does not grow with the rows`() {
    func size(_ count: Int) -> Int {
      let places = (0..<count).map { Double(($0 * 7919) % count) / Double(count) }
      return chart([SwarmChart.Strip("a", places: places, values: places)]).markup.written.utf8
        .count
    }
    #expect(size(100_000) < size(10_000) * 2 && size(100_000) < 20_000)
  }

  @Test func `the colors stand out from light and dark paper`() {
    for place in stride(from: 0.0, through: 1, by: 0.125) {
      let color = SwarmChart.lowToHigh.color(at: place)
      #expect(color.contrast(with: .white) >= 3 && color.contrast(with: Color(0x15181D)) >= 3)
    }
  }

  @Test func `nothing, and what is no number, is drawn as nothing`() throws {
    let drawing = try Elements(
      of: chart([SwarmChart.Strip("a", places: [.nan, .infinity], values: [0, 1])]).markup)
    #expect(drawing.named("path").allSatisfy { $0["stroke-linecap"] != "round" })
    _ = try Elements(of: chart([]).markup)
  }
}
