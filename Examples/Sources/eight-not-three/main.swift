// SPDX-License-Identifier: Apache-2.0

// Why is it an 8 and not a 3? One class against another, at the pixels and at a hidden layer.
//
//     cd Examples && swift run -c release eight-not-three
//
//     score of class 8: changes by 9.19 from black to the digit
//     score of class 3: changes by -7.95 from black to the digit
//     score of class 8 − score of class 3: changes by 17.15 from black to the digit
//     Through relu2 flow 17.1 in all:
//     channel 28 speaks most for the 8 (4.8)
//     channel 4 speaks most for the 3 (-2.85)
//     The picture is in eight-not-three.png.

import Attribution
import FoundationEssentials
import ONNX
import Torch
import Visualization

let model = try ONNXModel(path: "Models/digits.onnx")
let image = try Image(contentsOf: URL(fileURLWithPath: "Data/eight.png"))
let input = try image.tensor()

// At the input: three quantities, from the same forward passes.
let quantities: [any QuantityOfInterest] = [
  .classScore(8), .classScore(3), .classScore(8) - .classScore(3),
]
let atInput = try InternalInfluence(
  model, distribution: .linear(from: .zeros), slice: NetworkSlice(from: .input, to: .logits)
).attributions(for: input, quantities: quantities)

for result in atInput {
  let change = try result.quantity.instance.number() - (result.quantity.start?.number() ?? .nan)
  print("\(result.configuration.quantity): changes by \(short(change)) from black to the digit")
}

// At a hidden layer: which of its 32 channels make the difference? Conductance follows the same
// path in the pixels, and tells what of the change flows through each unit of the layer.
let layer = "relu2"
let atLayer = try Conductance(
  model, of: .layer(layer), quantity: .classScore(8) - .classScore(3), to: .logits
).attributions(for: input)
let channels = try atLayer.values.sum(axes: [0, 2, 3]).numbers()
let strongest = channels.indices.sorted { channels[$0] > channels[$1] }
let best = strongest[0]
let worst = strongest[strongest.count - 1]
print("Through \(layer) flow \(short(channels.reduce(0, +))) in all:")
print("channel \(best) speaks most for the 8 (\(short(channels[best])))")
print("channel \(worst) speaks most for the 3 (\(short(channels[worst])))")

// Equal colors mean equal attributions in the first row of maps.
let maps = try Heatmap.heatmaps(
  of: .concatenated(atInput.map(\.values)), sharesScale: true)
func tile(at channel: Int) throws -> Panel.Tile {
  Panel.Tile(
    try Heatmap(atLayer.values, reducing: .channel(channel)),
    title: "channel \(channel) of \(layer)", detail: "8 − 3: \(short(channels[channel]))")
}
let panel = Panel(
  [
    Panel.Tile(image, title: "input"),
    Panel.Tile(maps[0], title: "for 8"),
    Panel.Tile(maps[1], title: "for 3"),
    Panel.Tile(maps[2], title: "for 8 rather than 3"),
    Panel.Tile(
      try Heatmap(atLayer.values), title: "\(layer), all channels",
      detail: "8 − 3: \(short(channels.reduce(0, +)))"),
    try tile(at: best), try tile(at: strongest[1]), try tile(at: worst),
  ], columns: 4, title: "Why an 8 and not a 3?")
let file = CommandLine.arguments.dropFirst().first ?? "eight-not-three.png"
try panel.image.write(to: URL(fileURLWithPath: file))
print("The picture is in \(file).")

/// A number with two digits behind the point.
func short(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }
