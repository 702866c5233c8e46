// SPDX-License-Identifier: Apache-2.0
//
// Integration rules against the path integral: errors by steps, and whether tolerances are kept.
//
//     python Benchmarks/rules_networks.py FOLDER
//     swift run -c release rules FOLDER [--only WORD] [--inputs 100] [--output rules.csv]
//
// For each network of the folder and each of four baselines, the logit of the predicted class, in
// float64. Errors are Σ |A − A*| / Σ |A*| of an input, A* a reference that is checked first.

import Attribution
import Foundation
import ONNX
import Torch

let arguments = Array(CommandLine.arguments.dropFirst())

func option(_ name: String) -> String? {
  arguments.firstIndex(of: "--\(name)").flatMap { arguments.dropFirst($0 + 1).first }
}

guard let folder = arguments.first, !folder.hasPrefix("--") else {
  print("usage: rules FOLDER [--only WORD] [--inputs 100] [--output FILE.csv]")
  exit(64)
}
let only = option("only") ?? ""
let names = try FileManager.default.contentsOfDirectory(atPath: folder)
  .filter { $0.hasSuffix(".onnx") }.map { String($0.dropLast(5)) }.sorted()
let drawn = try Tensor(contentsOfNPY: "\(folder)/inputs.npy").converted(to: .float64)
let count = min(drawn.shape[0], option("inputs").flatMap { Int($0) } ?? 100)
let inputs = try drawn[0..<count]
let baselines: [(name: String, start: any Baseline)] = [
  ("black", .zeros),
  ("mean", .tensor(try Tensor(contentsOfNPY: "\(folder)/mean.npy"))),
  (
    "noise",
    .tensor(try Tensor.uniform(inputs.shape, type: .float64, from: Generator(seed: 1)))
  ),
  ("other", .tensor(try Tensor.concatenated([inputs[1..<count], inputs[0..<1]]))),
]

var table = Table(path: option("output"))
var summary = Summary()
for name in names where name.contains(only) {
  let model = try ONNXModel(path: "\(folder)/\(name).onnx", elementType: .float64)
  for baseline in baselines {
    var study = try Study(
      network: name, model: model, baseline: baseline.name, start: baseline.start, inputs: inputs)
    try study.compareRules()
    try study.tryTolerances()
    table.rows += study.rows
    summary.add(study)
    try table.write()
  }
}
summary.printed()
