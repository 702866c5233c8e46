// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import TestSupport
import Testing
import Torch
import Visualization

@Suite struct SignalSnippets {
  init() throws { try Workplace.enter() }

  @Test func `a series is explained and drawn`() throws {
    // snippet: signal-attributions
    let model = try ONNXModel(path: "Models/heartbeats.onnx")
    let series = try Tensor(contentsOfNPY: "Data/heartbeats.npy")  // [16, 2, 250]
    let result = try IntegratedGradients(
      model, quantity: .classScore(1) - .classScore(0),
      slice: NetworkSlice(from: .input, to: .logits)
    ).attributions(for: series)
    // end
    #expect(result.values.shape == [16, 2, 250])

    // snippet: signal-plot
    let channels = try SeriesPlot.channels(
      series[1], attributions: result.values[1], names: ["I", "II"])
    let plot = try SeriesPlot(channels: channels, time: .seconds(samplingRate: 125))
    let page = Page(
      title: "heartbeats", style: SeriesPlot.style, body: [plot.legend, plot.markup()])
    let image: Image = plot.image  // for write(to:)
    // end
    #expect(page.html.contains("seconds") && page.html.contains("series-ramp"))
    #expect(image.width == 1600)
  }

  @Test func `heartbeats are drawn at will`() throws {
    // snippet: signal-set
    let set = try Heartbeats(count: 12, seed: 7)
    print(set.labels, set.series.shape, set.masks.shape)  // 1 in the bump, [12, 2, 250]
    // end
    #expect(set.series.shape == [12, 2, 250] && set.labels.count == 12)
    #expect(set.masks.shape == [12, 2, 250])
  }
}
