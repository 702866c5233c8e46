// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch
import Visualization

@Suite struct PictureTests {
  let test = ColorMap(
    name: "test", stops: [Color(0x0000FF), .white, Color(0xFF0000)], isDiverging: true)

  @Test func `a heat map looks normalized values up`() throws {
    let attributions = try Tensor([-2, -1, 0, 1, 2, 4] as [Float], shape: [1, 2, 3])
    let heatmap = try Heatmap(attributions, normalization: .symmetric(span: 2), colors: test)
    #expect(heatmap.image.width == 3 && heatmap.image.height == 2)
    #expect(
      heatmap.image.samples == [
        0, 0, 1, 0.5, 0.5, 1, 1, 1, 1, 1, 0.5, 0.5, 1, 0, 0, 1, 0, 0,
      ])
    #expect(heatmap.scale.low == -2 && heatmap.scale.high == 2 && heatmap.span == 2)
    let unsigned = try Heatmap(attributions, normalization: .unsigned(span: 2), colors: .gray)
    #expect(unsigned.image.samples == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0.5, 0.5, 1, 1, 1, 1, 1, 1])
    #expect(unsigned.scale.low == 0)
  }

  @Test func `unsigned values in diverging colors keep zero neutral`() throws {
    let attributions = try Tensor([-1, 0, 1] as [Float], shape: [1, 1, 3])
    let heatmap = try Heatmap(attributions, normalization: .unsigned(), colors: test)
    #expect(heatmap.image.samples == [1, 1, 1, 1, 1, 1, 1, 0, 0])
  }

  @Test(arguments: ColorMap.all, [Normalization.symmetric(), .unsigned(), .magnitude()])
  func `a map of zeros has the color of zero`(
    colors: ColorMap, normalization: Normalization
  ) throws {
    let heatmap = try Heatmap(
      Tensor.zeros([3, 2, 2]), normalization: normalization, colors: colors)
    let zero = heatmap.scale.color(of: 0)
    for row in 0..<2 {
      for column in 0..<2 { #expect(heatmap.image.color(row: row, column: column) == zero) }
    }
    if colors.isDiverging || !normalization.isSigned { #expect(zero == colors.neutral) }
    #expect(heatmap.span == 0)
  }

  @Test func `rows may share the widest scale`() throws {
    let batch = try Tensor([1, -1, 4, 2] as [Float], shape: [2, 1, 1, 2])
    let apart = try Heatmap.heatmaps(of: batch, normalization: .symmetric(percentile: 100))
    #expect(apart.map(\.span) == [1, 4])
    let shared = try Heatmap.heatmaps(
      of: batch, normalization: .symmetric(percentile: 100), sharesScale: true)
    #expect(shared.map(\.span) == [4, 4])
    #expect(shared[0].normalized.values == [0.25, -0.25])
  }

  @Test func `an overlay mixes by its opacity`() throws {
    let image = try Image(width: 2, height: 1, format: .rgb, samples: [0, 1, 0, 1, 0, 1])
    let map = try AttributionMap(width: 2, height: 1, values: [0, -1])
    let heatmap = Heatmap(map, normalization: .symmetric(span: 2), colors: test)
    let uniform = Overlay(heatmap, on: image, opacity: .uniform(0.25), background: .original)
    // 0.75 · (0, 1, 0) + 0.25 · white; 0.75 · (1, 0, 1) + 0.25 · (0.5, 0.5, 1)
    #expect(uniform.image.samples == [0.25, 1, 0.25, 0.875, 0.125, 1])
    let proportional = Overlay(
      heatmap, on: image, opacity: .proportional(0.5), background: .original)
    #expect(proportional.image.samples == [0, 1, 0, 0.875, 0.125, 1])
    let gray = Overlay(heatmap, on: image, opacity: .proportional(1))
    #expect(gray.image.color(row: 0, column: 0).red.distance(to: 0.587) < 1e-6)
    #expect(gray.image.color(row: 0, column: 0).blue.distance(to: 0.587) < 1e-6)
    #expect(gray.colorScale == heatmap.colorScale)
  }

  @Test func `an overlay of zeros is the image in gray`() throws {
    let image = try Image(width: 2, height: 1, format: .gray, samples: [0.25, 1])
    let heatmap = try Heatmap(Tensor.zeros([1, 1, 2]))
    #expect(Overlay(heatmap, on: image).image == image.converted(to: .rgb))
  }

  @Test func `an overlay resamples the map of a layer`() throws {
    let image = Image(filledWith: .black, width: 4, height: 1)
    let map = try AttributionMap(width: 2, height: 1, values: [0, 1])
    let overlay = Overlay(
      Heatmap(map, normalization: .unsigned(span: 1), colors: .gray), on: image,
      opacity: .uniform(1))
    let reds = (0..<4).map { overlay.image[0, $0][0] }
    #expect(reds == [0, 0.25, 0.75, 1])
  }

  @Test func `a mask keeps what lies above the percentile`() throws {
    let image = try Image(width: 5, height: 1, format: .gray, samples: [1, 1, 1, 0.5, 0.5])
    let map = try AttributionMap(width: 5, height: 1, values: [-9, 0, 1, 2, 4])
    var style = Mask.Style(blur: 0, threshold: 50, fadedOpacity: 0.25)
    let mask = Mask(map, on: image, style: style)
    #expect(mask.opacities.values == [0.25, 0.25, 0.25, 1, 1])
    #expect(mask.keptShare == 0.4)
    #expect(mask.image.samples == [0.25, 0.25, 0.25, 0.5, 0.5])
    style.isGraded = true
    #expect(Mask(map, on: image, style: style).opacities.values == [0.25, 0.25, 0.25, 0.5, 1])
    style.includesNegative = true
    #expect(Mask(map, on: image, style: style).opacities.values == [1, 0.25, 0.25, 0.25, 4.0 / 9])
    style.backdrop = .white
    #expect(Mask(map, on: image, style: style).image.samples[1...2] == [1, 1])
  }

  @Test(arguments: [-3.0, 0, 3])
  func `on a constant map nothing stands out`(value: Double) throws {
    let image = Image(filledWith: .white, width: 3, height: 3)
    let mask = try Mask(Tensor.full([2, 3, 3], value), on: image)
    #expect(mask.keptShare == 0)
    #expect(mask.opacities.values.allSatisfy { $0 == 0.2 })
  }

  @Test func `a blur does not reach from one channel into another`() throws {
    var values = [Double](repeating: 0, count: 2 * 9 * 9)
    values[4 * 9 + 4] = 1
    values[81 + 4 * 9 + 4] = -1
    let attributions = try Tensor(values, shape: [2, 9, 9])
    let image = Image(filledWith: .white, width: 9, height: 9)
    // The channels cancel where they meet; smeared across channels they would not elsewhere.
    let mask = try Mask(attributions, on: image, style: .init(blur: 1))
    #expect(mask.keptShare == 0)
    let first = try Mask(
      attributions, on: image, reducing: .channel(0), style: .init(blur: 1, isGraded: true))
    let alone = try AttributionMap(attributions, reducing: .channel(0)).blurred(deviation: 1)
    expectClose(first.opacities[4, 4], 1)
    expectClose(
      first.opacities[4, 5], (alone[4, 5] - alone[0, 0]) / (alone[4, 4] - alone[0, 0]))
  }

  @Test func `alpha is left alone by a mask`() throws {
    let image = try Image(width: 1, height: 1, format: .rgba, samples: [1, 0.5, 0.25, 0.75])
    let mask = try Mask(Tensor.zeros([1, 1, 1]), on: image, style: .init(fadedOpacity: 0.5))
    #expect(mask.image.samples == [0.5, 0.25, 0.125, 0.75])
  }

  @Test func `a channel's mask is cut from its attributions at the layer`() throws {
    let layer = try Tensor([0, 1, 5, 0] as [Float], shape: [2, 1, 2])
    let image = Image(filledWith: .white, width: 4, height: 1)
    let mask = try ChannelMask(
      channel: 1, of: "conv2", layerAttributions: layer, on: image,
      style: .init(blur: 0, threshold: 50, fadedOpacity: 0))
    #expect(mask.title == "channel 1 of conv2")
    #expect((0..<4).map { mask.image[0, $0][0] } == [1, 1, 0, 0])
    #expect(throws: VisualizationError.self) {
      try ChannelMask(channel: 2, of: "conv2", layerAttributions: layer, on: image)
    }
  }

  @Test func `a channel is explained by the input`() throws {
    // The layer's second channel is the input's right half, its first the left half.
    let halves = try Tensor([1, 0, 0, 1] as [Float], shape: [2, 1, 1, 2])
    let model = FunctionModel(
      inputs: [ModelInput("x")], outputs: ["y"], layers: ["halves", "y"]
    ) { values in
      let layer = try values.mark("halves", values["x"] * halves.selected(0, axis: 1))
      try values.mark("y", layer.sum(axes: [2, 3]))
    }
    let input = try Tensor([1, 1, 1, 1] as [Float], shape: [1, 2, 1, 2])
    let image = Image(filledWith: .white, width: 2, height: 1)
    let mask = try ChannelMask(
      channel: 1, of: "halves", in: model, input: input, on: image,
      style: .init(blur: 0, threshold: 50, fadedOpacity: 0))
    #expect((0..<2).map { mask.image[0, $0][0] } == [0, 1])
  }

  @Test func `attributions are drawn by row`() throws {
    let model = FunctionModel(inputs: [ModelInput("x")], outputs: ["y"]) { values in
      try values.mark("y", values["x"].sum(axes: [2, 3]))
    }
    let inputs = try Tensor([1, 2, -3, 0] as [Float], shape: [2, 1, 1, 2])
    let attributions = try InternalInfluence(model, quantity: .classScore(0))
      .attributions(for: inputs)
    let maps = try (0..<2).map { try Heatmap(attributions, row: $0).map.values }
    #expect(distance(maps[0], [1, 2]) < 1e-6)
    #expect(distance(maps[1], [-3, 0]) < 1e-6)
    #expect(throws: VisualizationError.self) { try Heatmap(attributions, row: 2) }
  }
}
