// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import TestSupport
import Testing
import Torch
import Visualization

@Suite struct PictureSnippets {
  let model: ONNXModel
  let image: Image
  let result: Attributions

  init() throws {
    try Workplace.enter()
    model = try ONNXModel(path: "Models/digits.onnx")
    image = try Image(contentsOf: URL(fileURLWithPath: "Data/eight.png"))
    result = try IntegratedGradients(model, slice: NetworkSlice(from: .input, to: .logits))
      .attributions(for: image.tensor())
  }

  @Test func `image and result`() throws {
    // snippet: picture-setup
    let model = try ONNXModel(path: "Models/digits.onnx")
    let image = try Image(contentsOf: URL(fileURLWithPath: "Data/eight.png"))
    let result = try IntegratedGradients(model, slice: NetworkSlice(from: .input, to: .logits))
      .attributions(for: image.tensor())
    // end
    #expect(image.width == 8 && image.height == 8 && result.values.shape == [1, 1, 8, 8])
    try expectClose(image.tensor(), Tensor(contentsOfNPY: "Data/eight.npy"), absolute: 1e-6)
  }

  @Test func `heat maps`() throws {
    // snippet: heatmaps
    let signed = try Heatmap(result)  // orange for, blue against
    let positive = try Heatmap(result, normalization: .unsigned(percentile: 100))
    let fixed = try Heatmap(result, normalization: .symmetric(span: 5), colors: .redWhiteBlue)
    print(signed.span, positive.span, fixed.span)  // the value that has the strongest color
    // end
    let values = try result.values.numbers()
    #expect(abs(positive.span - (values.max() ?? 0)) < 1e-6 && fixed.span == 5)
    #expect(signed.span <= values.map { abs($0) }.max() ?? 0)
    // A map of zeros has the neutral color everywhere.
    let empty = try Heatmap(result.values.filled(with: 0))
    #expect(empty.image.color(row: 3, column: 3) == .white && empty.span == 0)
  }

  @Test func palettes() throws {
    // snippet: palettes
    let colors = ColorMap.named("red-white-blue") ?? .orangeWhiteBlue
    let heatmap = try Heatmap(result, colors: colors)
    // end
    #expect(heatmap.scale.colors == .redWhiteBlue)
  }

  @Test func `laid over, and masked`() throws {
    // snippet: overlays
    let heatmap = try Heatmap(result)
    let overlay = Overlay(heatmap, on: image, opacity: .uniform(0.7))
    let mask = try Mask(
      result, on: image, style: Mask.Style(blur: 0, threshold: 80, fadedOpacity: 0.1))
    print(mask.keptShare)  // the share of pixels that are kept
    // end
    #expect(overlay.image.width == 8 && mask.keptShare < 0.21 && mask.keptShare > 0.05)
  }

  @Test func `what a channel looks at`() throws {
    // snippet: channel-mask
    let mask = try ChannelMask(
      channel: 28, of: "relu2", in: model, input: image.tensor(), on: image,
      style: Mask.Style(blur: 0))
    // end
    #expect(mask.title == "channel 28 of relu2" && mask.image.width == 8)
  }

  @Test func `side by side`() throws {
    let mask = try Mask(result, on: image, style: Mask.Style(blur: 0))
    // snippet: panel
    let change = try result.values.sum().number()
    let panel = Panel(
      [
        Panel.Tile(image, title: "input", detail: "label 8"),
        Panel.Tile(try Heatmap(result), title: "attributions", detail: "sum \(change)"),
        Panel.Tile(mask, title: "mask"),
      ], title: "An eight", style: Panel.Style().scaled(by: 2))
    try panel.image.write(to: URL(fileURLWithPath: "panel.png"))
    // end
    let written = try Image(contentsOf: URL(fileURLWithPath: "panel.png"))
    #expect(written.width == panel.image.width && written.height == panel.image.height)
    #expect(written.width > 3 * 2 * 192)
  }

  @Test func `charts and pages`() throws {
    // snippet: chart
    let points = [4, 8, 16, 32].map { steps in
      Chart.Point(x: steps, y: 1 / steps, interval: 0.8 / steps...1.2 / steps)
    }
    let chart = Chart(
      title: "Error over steps", summary: "The error halves where the steps double.",
      x: Chart.Axis("steps", .logarithmic), y: Chart.Axis("error", .logarithmic),
      series: [Chart.Series("midpoint", points, form: .markedLine)])
    try Data(chart.markup.written.utf8).write(to: URL(fileURLWithPath: "error.svg"))
    // end
    #expect(chart.leftOut == 0 && chart.field.x.ticks == [2, 5, 10, 20, 50])
    #expect(try String(contentsOfFile: "error.svg", encoding: .utf8).hasPrefix("<svg"))

    // snippet: bars
    let bars = BarChart(
      title: "What matters", summary: "The first speaks for, the second against.",
      label: "attribution, in logits",
      bars: [.init("age", 1.5, interval: 1...2), .init("dose", -0.5)])
    let page = Page(
      title: "An explanation", style: Markup.Code("svg { max-width: 30rem; }"),
      body: [.element("h1", [:], ["What matters"]), bars.markup])
    try Data(page.html.utf8).write(to: URL(fileURLWithPath: "page.html"))
    // end
    #expect(bars.scale.low == -1 && bars.scale.high == 2)
    #expect(page.html.contains("<h1>What matters</h1>"))
  }
}
