// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch
import Visualization

@Suite struct SeriesPlotTests {
  private func channel(
    _ values: [Double], _ attributions: [Double]? = nil, baseline: [Double]? = nil
  ) -> SeriesPlot.Channel {
    SeriesPlot.Channel(
      "a", values: values, attributions: attributions ?? values.map { _ in 0 }, baseline: baseline)
  }

  private func elements(_ plot: SeriesPlot) throws -> Elements { try Elements(of: plot.markup()) }

  /// The first path with a stroke of that width.
  private func paths(_ plot: SeriesPlot, width: String) throws -> [[String: String]] {
    try elements(plot).named("path").filter { $0["stroke-width"] == width }
  }

  @Test func `a line runs through its values`() throws {
    let plot = try SeriesPlot(channels: [channel([0, 2, 1])])
    // From 0 to 2 over 94 units, from 99 up to 5; steps lie in the middle of their columns.
    let line = try #require(try paths(plot, width: "1.2").first)
    #expect(line["d"] == "M0.5 99L1.5 5L2.5 52")
    #expect(line["vector-effect"] == "non-scaling-stroke")
    #expect(plot.note == nil)
  }

  @Test func `color lies under the part of the line that a step has, as strong as it says`() throws
  {
    let plot = try SeriesPlot(channels: [channel([0, 2, 1], [0, 1, -0.5])])
    let halo = try paths(plot, width: "9")
    #expect(halo.map { $0["stroke-opacity"] } == ["0.5", "1"])
    // Weaker ones first; each to the middle of the way to its neighbors.
    #expect(halo.map { $0["d"] } == ["M2 28.5L2.5 52", "M1 52L1.5 5L2 28.5"])
    let (against, favor) = try (
      #require(halo[0]["stroke"]), #require(halo[1]["stroke"])
    )
    #expect(against != favor)
    // Bars: up for, down against, from the zero line at 124, 18 long.
    let bars = try elements(plot).named("path").filter { $0["stroke"] == nil }
    #expect(bars.contains { $0["fill"] == favor && $0["d"] == "M1 124v-18h1V124z" })
    #expect(bars.contains { $0["fill"] == against && $0["d"] == "M2 124v9h1V124z" })
  }

  @Test func `where nothing is said there is no color, and the line is still there`() throws {
    let plot = try SeriesPlot(channels: [channel([0, 2, 1])])
    #expect(try paths(plot, width: "9").isEmpty)
    #expect(try paths(plot, width: "1.2").first?["stroke"] == "currentColor")
    #expect(plot.scale == 1)
  }

  @Test func `one scale serves all channels, and may be given`() throws {
    let two = [channel([0, 1], [0.5, 0]), channel([0, 1], [0, -2])]
    #expect(try SeriesPlot(channels: two).scale == 2)
    let half = try SeriesPlot(channels: two, scale: 4)
    #expect(try paths(half, width: "9").map { $0["stroke-opacity"] } == ["0.13", "0.5"])
  }

  @Test func `long series keep the extremes of values and attributions, in a small page`() throws {
    let count = 100_000
    var values = (0..<count).map { sin(Double($0) / 500) }
    var attributions = [Double](repeating: 0.001, count: count)
    (values[31_415], values[31_416]) = (7, -7)
    (attributions[27_182], attributions[27_183]) = (5, -5)
    let plot = try SeriesPlot(
      channels: [channel(values, attributions)], time: .seconds(samplingRate: 1000))
    #expect(plot.scale == 5)
    let line = try #require(try paths(plot, width: "1.2").first?["d"])
    let heights = line.dropFirst().split(separator: "L").compactMap {
      $0.split(separator: " ").last.flatMap { Double($0) }
    }
    // −10 to 10 in ticks of 10: 7 and −7 lie at 15 and 85 hundredths of 94 units.
    #expect(heights.min() == 19.1 && heights.max() == 84.9)
    // Color lies over what may be a field rather than a line.
    let strokes = try elements(plot).named("path").compactMap { $0["stroke-width"] }
      .filter { ["1.2", "9"].contains($0) }
    #expect(strokes.first == "1.2" && strokes.last == "9")
    // Both in one column: the stronger colors the line, both have bars.
    let bars = try elements(plot).named("path").filter { $0["stroke"] == nil }
      .compactMap { $0["d"] }
    #expect(bars.contains { $0.contains("v-18h1") } && bars.contains { $0.contains("v18h1") })
    #expect(plot.note?.contains("139 steps") == true)
    #expect(plot.markup().written.utf8.count < 60_000)
    #expect(try elements(plot).texts("p").contains { $0.contains("139 steps") })
  }

  @Test func `seconds have round marks within the series`() throws {
    let plot = try SeriesPlot(
      channels: [channel((0..<250).map { Double($0) })], time: .seconds(samplingRate: 125))
    let drawing = try elements(plot)
    #expect(drawing.texts("div").contains("seconds"))
    let labels = drawing.texts("span")
    #expect(labels.contains("0.0") && labels.contains("1.5") && !labels.contains("2.0"))
    let places = drawing.named("span").compactMap { $0["style"] }.filter { $0.hasPrefix("left") }
    // Step 62.5 of 250, in the middle of its column.
    #expect(places.contains("left:25.2%"))
  }

  @Test func `missing values break the line, and are counted`() throws {
    let plot = try SeriesPlot(
      channels: [channel([0, 1, .nan, 1, 2, .infinity], [0, 1, 1, .nan, 0, 0])])
    let line = try #require(try paths(plot, width: "1.2").first?["d"])
    #expect(line.split(separator: "M").count == 2)
    #expect(plot.note == "2 values are missing. 1 attribution is not finite, and drawn as 0.")
    let text = plot.markup().written
    #expect(!text.contains("nan") && !text.contains("inf"))
  }

  @Test func `one step is a dot, and a constant is a line`() throws {
    let one = try SeriesPlot(channels: [channel([3], [1])])
    #expect(try paths(one, width: "1.2").first?["d"]?.hasSuffix("h0") == true)
    #expect(try paths(one, width: "9").first?["stroke-linecap"] == "round")
    let constant = try SeriesPlot(channels: [channel([2, 2, 2])])
    let heights = try #require(try paths(constant, width: "1.2").first?["d"])
      .dropFirst().split(separator: "L").map { $0.split(separator: " ")[1] }
    #expect(Set(heights).count == 1)
    let nothing = try SeriesPlot(channels: [channel([.nan, .nan])])
    #expect(try paths(nothing, width: "1.2").first?["d"] == "")
    #expect(one.image.width > 0 && constant.image.width > 0 && nothing.image.width > 0)
  }

  @Test func `a baseline is dashed, and marked steps are told`() throws {
    let plot = try SeriesPlot(
      channels: [channel([0, 2, 1, 0], baseline: [0, 0, 1, 1])], marked: [1..<3, 90..<99])
    let dashed = try elements(plot).named("path").filter { $0["stroke-dasharray"] == "3 3" }
    #expect(dashed.map { $0["d"] } == ["M0.5 99L1.5 99L2.5 52L3.5 52"])
    let marks = try elements(plot).named("rect").filter { $0["fill-opacity"] == "0.12" }
    #expect(marks.map { [$0["x"], $0["width"]] } == [["1", "2"]])
  }

  @Test func `names are escaped`() throws {
    let name = "<b>&\"'"
    let plot = try SeriesPlot(
      title: name,
      channels: [SeriesPlot.Channel(name, values: [1, 2], attributions: [0, 1])])
    let drawing = try elements(plot)
    #expect(drawing.texts("h3") == [name] && drawing.texts("div").contains(name))
  }

  @Test func `tensors are read by channel`() throws {
    let series = try Tensor([1, 2, 3, 4] as [Double], shape: [2, 2])
    let channels = try SeriesPlot.channels(series, attributions: series * 2, names: ["I"])
    #expect(channels.map(\.name) == ["I", "channel 1"])
    #expect(channels.map(\.values) == [[1, 2], [3, 4]])
    #expect(channels[1].attributions == [6, 8])
    #expect(throws: VisualizationError.self) {
      try SeriesPlot.channels(series, attributions: Tensor.ones([2, 3]))
    }
    #expect(throws: VisualizationError.self) { try SeriesPlot(channels: []) }
    #expect(throws: VisualizationError.self) {
      try SeriesPlot(channels: [channel([1, 2], [0])])
    }
    #expect(throws: VisualizationError.self) {
      try SeriesPlot(channels: [channel([1, 2]), channel([1])])
    }
  }

  /// Where the colors of a plot's picture are, by columns of the image.
  @Test func `the picture has color where the steps are, and none elsewhere`() throws {
    let attributions = (0..<100).map { 60..<70 ~= $0 ? 1.0 : 20..<30 ~= $0 ? -1 : 0 }
    let plot = try SeriesPlot(
      channels: [channel((0..<100).map { sin(Double($0) / 9) }, attributions)])
    let image = plot.image(width: 1000)
    // The legend lies below; the field takes the image's upper part.
    var red: [Int] = []
    var blue: [Int] = []
    for y in 0..<image.height * 2 / 3 {
      for x in 0..<image.width {
        let place = 3 * (y * image.width + x)
        let difference = image.samples[place] - image.samples[place + 2]
        if difference > 0.3 { red.append(x) }
        if difference < -0.3 { blue.append(x) }
      }
    }
    let (left, span) = (48 + 88, 1000 - 48 - 48 - 88)
    for (places, steps) in [(red, 60..<70), (blue, 20..<30)] {
      let low = try #require(places.min())
      let high = try #require(places.max())
      // Within the width of the broad line.
      #expect(abs(low - (left + steps.lowerBound * span / 100)) <= 12)
      #expect(abs(high - (left + steps.upperBound * span / 100)) <= 12)
    }
  }
}
