// SPDX-License-Identifier: Apache-2.0
//
// The median time of each piece of work that Benchmarks/captum_timing.py times for Captum, in
// process, under the engine's own settings.
//
//     swift run -c release timing [RESIDUAL.onnx] [--only WORD]
//
// RESIDUAL.onnx is what `Models/train.py --residual FILE` writes. Prints one JSON line a work.

import Attribution
import ONNX
import Torch

/// The median of `runs` runs in milliseconds, or of half a second of them, after one to warm up.
func median(atLeast runs: Int, _ work: () throws -> Void) rethrows -> Double {
  try work()
  var times: [Double] = []
  let clock = ContinuousClock()
  while times.count < runs || (times.reduce(0, +) < 500 && times.count < 20 * runs) {
    times.append(try clock.measure(work) / .milliseconds(1))
  }
  return times.sorted()[times.count / 2]
}

let arguments = Array(CommandLine.arguments.dropFirst())
let option = arguments.firstIndex(of: "--only")
let only = option.map { arguments.dropFirst($0 + 1).first ?? "" } ?? ""
let file = option == 0 ? nil : arguments.first

@MainActor func time(_ name: String, _ work: () throws -> Void) rethrows {
  guard only.isEmpty || name.contains(only) else { return }
  let time = try median(atLeast: 5, work)
  print(#"{"work": "\#(name)", "median_ms": \#((time * 100).rounded() / 100)}"#)
}

func logits(
  _ model: ONNXModel, _ quantity: any QuantityOfInterest = .predictedClass
) -> InternalInfluence {
  InternalInfluence(model, quantity: quantity, slice: NetworkSlice(to: .logits))
}

let digits = try ONNXModel(path: "Models/digits.onnx")
let images = try Tensor(contentsOfNPY: "Data/ten-digits.npy")
let eight = try images[8..<9]

try time("digit: integrated gradients") {
  _ = try logits(digits, .classScore(8)).attributions(for: eight)
}
try time("ten digits: integrated gradients") {
  _ = try logits(digits, .labels(Array(0..<10))).attributions(for: images)
}
try time("digit, ten classes: integrated gradients") {
  let classes: [any QuantityOfInterest] = (0..<10).map { ClassScore(.index($0)) }
  _ = try logits(digits).attributions(for: eight, quantities: classes)
}

if let path = file {
  let residual = try ONNXModel(path: path)
  let picture = try Tensor.uniform([1, 3, 224, 224], from: Generator(seed: 0))
  try time("residual 224: gradient") {
    _ = try Saliency(residual).attributions(for: picture)
  }
  try time("residual 224: integrated gradients") {
    _ = try IntegratedGradients(residual).attributions(for: picture)
  }
  try time("residual 224: layer integrated gradients at stage4b.relu2") {
    _ = try LayerIntegratedGradients(residual, at: .layer("stage4b.relu2"))
      .attributions(for: picture)
  }
}
