// SPDX-License-Identifier: Apache-2.0

import Testing
import Visualization

@Suite struct WaterfallTests {
  private func chart(
    _ values: [Double], start: Double = 0, end: Double? = nil, limit: Int = 12,
    name: (Int) -> String = { "f\($0)" }
  ) -> WaterfallChart {
    WaterfallChart(
      title: "t", summary: "s", label: "logit", start: start,
      end: end ?? values.reduce(start, +),
      steps: values.enumerated().map {
        WaterfallChart.Step(name($0), detail: "= \($0)", value: $1)
      }, limit: limit)
  }

  /// Where the letters and bars of a drawing lie, letters being 6.6 wide.
  private func extent(of drawing: Elements) -> ClosedRange<Double> {
    let places = zip(drawing.named("text"), drawing.texts("text")).flatMap {
      place, text -> [Double] in
      guard let x = place["x"].flatMap(Double.init) else { return [] }
      let size = place["font-size"].flatMap(Double.init) ?? 12
      let width = Double(text.count) * size * 0.55
      switch place["text-anchor"] ?? "start" {
      case "middle": return [x - width / 2, x + width / 2]
      case "end": return [x - width, x]
      default: return [x, x + width]
      }
    }
    return (places.min() ?? 0)...(places.max() ?? 0)
  }

  @Test func `steps are sorted, and the small ones merged`() {
    let chart = chart([1, -4, 2, 0.5, 3], limit: 3)
    #expect(chart.steps.map(\.name) == ["f1", "f4", "f2", "2 more features"])
    #expect(chart.steps.map(\.value) == [-4, 3, 2, 1.5])
    #expect(chart.gap == 0 && !chart.showsGap)
    // One more needs no merging.
    #expect(self.chart([1, 2, 3, 4], limit: 3).steps.count == 4)
    #expect(self.chart([], start: 2).steps.isEmpty)
  }

  @Test func `bars lie where the numbers say`() throws {
    // From 0 to 4 over 190 units from 150.
    let chart = chart([4, -2])
    #expect(chart.across(0) == 150 && chart.across(4) == 340 && chart.across(2) == 245)
    let drawing = try Elements(of: chart.markup)
    let paths = drawing.named("path").compactMap { $0["d"] }
    #expect(paths.contains { $0.hasPrefix("M150 40H334L340 49L334 58H150Z") })
    #expect(paths.contains { $0.hasPrefix("M340 70H251L245 79L251 88H340Z") })
    #expect(
      drawing.texts("text").contains("+4.000") && drawing.texts("text").contains("\u{2212}2.000"))
  }

  @Test func `rising and falling have the two ends of the colors`() throws {
    let chart = chart([4, -2])
    #expect(chart.color(of: 1) == ColorMap.redWhiteBlue.color(at: 0.92))
    #expect(chart.color(of: -1) == ColorMap.redWhiteBlue.color(at: 0.08))
    let fills = try Elements(of: chart.markup).named("path").compactMap { $0["fill"] }
    #expect(fills.contains(chart.color(of: 1).hexadecimal))
    #expect(fills.contains(chart.color(of: -1).hexadecimal))
  }

  @Test func `what steps do not explain has a bar of its own, where it can be seen`() throws {
    let seen = chart([4, -2], end: 3)
    #expect(seen.gap == 1 && seen.showsGap)
    #expect(try Elements(of: seen.markup).texts("text").contains("gap"))
    let unseen = chart([4, -2], end: 2.004)
    #expect(!unseen.showsGap)
    #expect(try !Elements(of: unseen.markup).texts("text").contains("gap"))
  }

  @Test(
    arguments: [
      [4.0, -2], [1e-9, 2e-9], [-1e12, 1e12, 3], [5, -5, 5, -5], [0, 0], [1e-300],
      [123_456.789, -1],
    ])
  func `letters stay inside the picture`(values: [Double]) throws {
    let chart = chart(values, start: values[0] * 2) { "a very long name of a feature \($0) 好" }
    let extent = extent(of: try Elements(of: chart.markup))
    #expect(extent.lowerBound >= 0 && extent.upperBound <= 362, "\(extent)")
  }

  @Test func `long names are cut, and told in full`() throws {
    let name = "the name of a feature that is far too long to stand beside its bar"
    let drawing = try Elements(of: chart([1]) { _ in name }.markup)
    #expect(drawing.texts("title").contains("\(name): = 0"))
    #expect(drawing.texts("text").contains { $0.hasSuffix("…") && name.hasPrefix($0.dropLast()) })
    // What is no number has no bar.
    #expect(chart([1, .nan, .infinity, -2]).steps.map(\.value) == [-2, 1])
  }
}
