// SPDX-License-Identifier: Apache-2.0
//
// The median time of each piece of work that Benchmarks/captum_timing.py times for Captum, in
// process, under the engine's own settings.
//
//     swift run -c release timing [FOLDER] [--only WORD]
//
// FOLDER is where Benchmarks/networks.py has written. Prints one JSON line a work.

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
let folder = option == 0 ? nil : arguments.first

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

// What the machine's matrix products reach, for comparison: 2 · 2048³ operations.
let square = try Tensor.normal([2048, 2048], from: Generator(seed: 0))
let product = try median(atLeast: 5) { _ = try square.matrixProduct(square) }
print(#"{"work": "matrix product", "median_ms": \#((product * 100).rounded() / 100)}"#)

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

/// As many steps as an estimated error of 1 % needs.
func certified(_ model: ONNXModel) -> IntegratedGradients {
  IntegratedGradients(model, slice: NetworkSlice(to: .logits), rule: .automatic(tolerance: 0.01))
}

try time("digit: certified 1 %") {
  _ = try certified(digits).attributions(for: eight)
}
try time("ten digits: certified 1 %") {
  _ = try certified(digits).attributions(for: images)
}

if let folder {
  for name in ["residual", "mobilenet", "transformer", "sentence", "recurrent"] {
    let works = ["\(name): integrated gradients", "\(name): certified 1 %"]
    guard works.contains(where: { $0.contains(only) }) || name == "residual" else { continue }
    let model = try ONNXModel(path: "\(folder)/\(name).onnx")
    let instance = try Tensor(contentsOfNPY: "\(folder)/\(name).npy")
    try time("\(name): integrated gradients") {
      _ = try IntegratedGradients(model, steps: 50).attributions(for: instance)
    }
    try time("\(name): certified 1 %") {
      _ = try certified(model).attributions(for: instance)
    }
    guard name == "residual" else { continue }
    try time("residual: gradient") {
      _ = try Saliency(model).attributions(for: instance)
    }
    try time("residual: layer integrated gradients at stage4b.relu2") {
      _ = try LayerIntegratedGradients(model, at: .layer("stage4b.relu2"))
        .attributions(for: instance)
    }
  }
}
