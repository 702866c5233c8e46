// SPDX-License-Identifier: Apache-2.0

import FoundationXML
import Testing
import Visualization

@Suite struct ChartTests {
  let chart = Chart(
    title: "t", summary: "s", x: Chart.Axis("x"), y: Chart.Axis("y"),
    series: [
      Chart.Series(
        "a",
        [0.0, 5, 10].map { Chart.Point(x: $0, y: $0 / 10, interval: $0 / 10...$0 / 5) })
    ])

  @Test func `points lie where their axes say`() throws {
    let field = chart.field
    // x from 0 to 10 over 290 units from 56; y from 0 to 2 over 190 units, upwards from 198.
    #expect((field.left, field.top, field.width, field.height) == (56, 8, 290, 190))
    #expect(field.across(5) == 201 && field.down(0) == 198 && field.down(2) == 8)
    let drawing = try Elements(of: chart.markup)
    let line = try #require(drawing.named("polyline").first)
    #expect(line["points"] == "56,198 201,150.5 346,103")
    // Along the upper ends, and back along the lower ones.
    let band = try #require(drawing.named("path").first { $0["fill-opacity"] != nil })
    #expect(band["d"] == "M56 198L201 103L346 8L346 103L201 150.5L56 198Z")
  }

  @Test func `a drawing says what it is`() throws {
    let drawing = try Elements(of: chart.markup)
    let svg = try #require(drawing.named("svg").first)
    #expect(svg["role"] == "img" && svg["aria-label"] == "t")
    #expect(drawing.texts("title").contains("t") && drawing.texts("desc") == ["s"])
    #expect(drawing.texts("text").contains("x") && drawing.texts("text").contains("y"))
    #expect(drawing.texts("text").contains("0.5") && drawing.texts("text").contains("10"))
  }

  @Test func `logarithmic axes put equal factors equally far apart`() throws {
    let points = [1.0, 10, 100, 1000].map { Chart.Point(x: $0, y: 1 / $0) }
    let chart = Chart(
      title: "", summary: "", x: Chart.Axis("n", .logarithmic), y: Chart.Axis("e", .logarithmic),
      series: [Chart.Series("", points, form: .markedLine)])
    let line = try #require(try Elements(of: chart.markup).named("polyline").first)
    #expect(line["points"] == "56,8 152.67,71.33 249.33,134.67 346,198")
    #expect(try Elements(of: chart.markup).named("circle").count == 4)
  }

  @Test func `lines break where a point has no place, and the chart tells`() throws {
    let points = [1.0, 2, .nan, 3, 4, 0, 5].enumerated().map {
      Chart.Point(x: Double($0.offset + 1), y: $0.element)
    }
    let chart = Chart(
      title: "", summary: "", x: Chart.Axis("n"), y: Chart.Axis("e", .logarithmic),
      series: [Chart.Series("", points)])
    #expect(chart.leftOut == 2)
    let drawing = try Elements(of: chart.markup)
    #expect(drawing.named("polyline").count == 2)
    // What is left alone at the end is a mark, or it would not be seen.
    #expect(drawing.named("circle").count == 1)
    #expect(!chart.markup.written.contains("nan") && !chart.markup.written.contains("inf"))
  }

  @Test func `whiskers that reach below a logarithmic axis end at its foot`() throws {
    let chart = Chart(
      title: "", summary: "", x: Chart.Axis("n"), y: Chart.Axis("e", .logarithmic),
      series: [
        Chart.Series("", [Chart.Point(x: 1, y: 1, interval: -0.5...10)], form: .marks)
      ])
    let whisker = try #require(
      try Elements(of: chart.markup).named("path").first {
        $0["stroke"] == SeriesStyle(0).color.hexadecimal && $0["d"]?.contains("h6") == true
      })
    #expect(whisker["d"]?.contains("V198") == true)
  }

  @Test func `an empty chart is still a chart`() throws {
    let empty = Chart(
      title: "", summary: "", x: Chart.Axis("x"), y: Chart.Axis("y"), series: [])
    #expect(try Elements(of: empty.markup).named("polyline").isEmpty)
    #expect(empty.field.x.ticks.count == 6)
  }

  @Test func `names cannot become elements`() throws {
    let name = "<script>alert(\"1\")</script> & 'x' \u{0}\u{202E}"
    let chart = Chart(
      title: name, summary: name, x: Chart.Axis(name), y: Chart.Axis(name),
      series: [Chart.Series(name, [Chart.Point(x: 1, y: 1)])])
    let drawing = try Elements(of: chart.markup)
    #expect(drawing.named("script").isEmpty)
    #expect(drawing.texts("desc").first?.hasPrefix("<script>alert(\"1\")") == true)
  }

  @Test func `bars begin at 0 and are as long as their numbers`() throws {
    let chart = BarChart(
      title: "t", summary: "s", label: "l",
      bars: [.init("a", 2, interval: 1...3), .init("b", -1), .init("c", .nan)], covering: [4])
    #expect(chart.scale.low == -2 && chart.scale.high == 4)
    // 246 units for 6, from 96.
    #expect(chart.across(0) == 178 && chart.across(4) == 342)
    let bars = try Elements(of: chart.markup).named("rect")
    #expect(bars.count == 2)
    #expect(bars[0]["x"] == "178" && bars[0]["width"] == "82")
    #expect(bars[1]["x"] == "137" && bars[1]["width"] == "41")
    #expect(bars[0]["fill"] != bars[1]["fill"])
  }

  @Test(arguments: ColorMap.all.filter(\.isDiverging))
  func `bars have the colors of a map's arms, which stand out from light and dark paper`(
    colors: ColorMap
  ) throws {
    let chart = BarChart(
      title: "t", summary: "s", label: "l", bars: [.init("a", 2), .init("b", -1)], colors: colors)
    let fills = try Elements(of: chart.markup).named("rect").map { $0["fill"] }
    for (fill, place) in zip(fills, [0.92, 0.08]) {
      let color = colors.color(at: place)
      #expect(fill == color.hexadecimal)
      #expect(color.contrast(with: .white) >= 3, "\(color.hexadecimal)")
      #expect(color.contrast(with: Color(0x15181D)) >= 3, "\(color.hexadecimal)")
    }
  }

  @Test func `styles differ in color, dashes and marks together`() {
    let styles = (0..<64).map { SeriesStyle($0) }
    for (place, style) in styles.enumerated() {
      #expect(!styles[..<place].contains(style), "\(place)")
      // Eight next to each other differ in each.
      for other in styles[..<place] where place < 8 {
        #expect(style.color != other.color && style.mark != other.mark)
        #expect(style.dashes != other.dashes)
      }
    }
  }

  @Test func `colors of series stand out from light and dark paper`() {
    for color in SeriesStyle.colors {
      #expect(color.contrast(with: .white) >= 3, "\(color.hexadecimal)")
      #expect(color.contrast(with: Color(0x15181D)) >= 3, "\(color.hexadecimal)")
    }
    #expect(abs(Color.black.contrast(with: .white) - 21) < 1e-9)
  }
}
