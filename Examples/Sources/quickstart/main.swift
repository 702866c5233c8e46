// SPDX-License-Identifier: Apache-2.0

// Explains one handwritten digit with integrated gradients.
//
//     cd Examples && swift run -c release quickstart
//
//     The network takes it for an 8, with the logit 9.11.
//     A black image has -0.08: a change of 9.19.
//     Attributions sum to 9.14: the gap is -0.05.
//     Most speak for it: row 4, column 3 (2.88); row 5, column 2 (1.78); row 2, column 2 (1.27).
//     The picture is in quickstart.png.

import Attribution
import FoundationEssentials
import ONNX
import Torch
import Visualization

let model = try ONNXModel(path: "Models/digits.onnx")
let image = try Image(contentsOf: URL(fileURLWithPath: "Data/eight.png"))
let input = try image.tensor()  // [1, 1, 8, 8], samples from 0 to 1

// Integrated gradients, from a black image to the digit, of the predicted class's logit.
let slice = NetworkSlice(from: .input, to: .logits)
let method = IntegratedGradients(model, slice: slice, from: .zeros, steps: 50)
let result = try method.attributions(for: input)

// Gradients alone, for comparison.
let gradient = try Saliency(model, slice: slice).attributions(for: input)

let label = try model.evaluate(model.outputs, given: [Place("image"): input])[0]
  .indexOfMaximum(axis: 1).number()
let logit = try result.quantity.instance.number()
let black = try result.quantity.start?.number() ?? .nan
let sum = try result.values.sum().number()
let gap = try result.completenessGap?.number() ?? .nan
print("The network takes it for an \(Int(label)), with the logit \(short(logit)).")
print("A black image has \(short(black)): a change of \(short(logit - black)).")
print("Attributions sum to \(short(sum)): the gap is \(short(gap)).")

let values = try result.values.numbers()
let strongest = values.indices.sorted { values[$0] > values[$1] }.prefix(3).map {
  "row \($0 / 8), column \($0 % 8) (\(short(values[$0])))"
}
print("Most speak for it: \(strongest.joined(separator: "; ")).")

let panel = Panel([
  Panel.Tile(image, title: "input", detail: "label \(Int(label)), logit \(short(logit))"),
  Panel.Tile(try Heatmap(gradient.values), title: "gradient"),
  Panel.Tile(
    try Heatmap(result.values), title: "integrated gradients", detail: "sum \(short(sum))"),
])
let file = CommandLine.arguments.dropFirst().first ?? "quickstart.png"
try panel.image.write(to: URL(fileURLWithPath: file))
print("The picture is in \(file).")

/// A number with two digits behind the point.
func short(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }
