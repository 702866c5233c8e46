// SPDX-License-Identifier: Apache-2.0
//
// Every distribution on the ten digits: what it costs, how far it is from what it computes, and what
// becomes of the network's answer when the pixels that it names are taken away.
//
//     cd Examples && swift run -c release distributions
//
// Prints a row for each distribution; Docs/Choosing.md has them, and says how to read them.

import Attribution
import ONNX
import Torch

let study = Study(
  model: try ONNXModel(path: "Models/digits.onnx"),
  digits: try Tensor(contentsOfNPY: "Data/ten-digits.npy"))
// Secants on the finest grid stand in for the path integral of integrated gradients.
let integrated = try study.attributions(.linear(steps: 1000, rule: .secant)).values
let perturbation = try Perturbation(of: study)

print(Row.head)
for entry in try Entry.all(for: study.digits) {
  print(try study.row(for: entry, comparedWith: integrated, perturbation))
}
let control = try Tensor.normal(study.digits.shape, from: Generator(seed: 1))
print(
  Row(
    name: "random, a control", deletions: try perturbation.areas(of: control),
    onBlack: try study.shareOnBlack(of: control),
    agreement: try agreement(control, integrated)))
