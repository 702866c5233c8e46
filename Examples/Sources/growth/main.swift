// SPDX-License-Identifier: Apache-2.0
//
// How the time of integrated gradients grows with points, instances and depth.
//
//     swift run -c release growth
//
// Prints a table each: what grows, milliseconds, and microseconds for one more of it since the line
// above. Where the last column stays about the same, time grows in a straight line.

import Attribution
import ONNX
import Torch

/// The least of some runs in milliseconds, after one to warm up: others on the machine only ever
/// add time.
func milliseconds(_ work: () throws -> Void) rethrows -> Double {
  try work()
  var times: [Double] = []
  let clock = ContinuousClock()
  while times.count < 5 || (times.reduce(0, +) < 500 && times.count < 50) {
    times.append(try clock.measure(work) / .milliseconds(1))
  }
  return times.min() ?? 0
}

func padded(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

func decimal(_ number: Double) -> String {
  let hundredths = Int((number * 100).rounded())
  let rest = hundredths % 100
  return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
}

func table(_ name: String, _ counts: [Int], _ work: (Int) throws -> Void) rethrows {
  print("\(padded(name, 9)) \(padded("ms", 9)) \(padded("µs for one more", 16))")
  var last: (count: Int, time: Double)?
  for count in counts {
    let time = try milliseconds { try work(count) }
    let slope = last.map { decimal(1000 * (time - $0.time) / Double(count - $0.count)) } ?? ""
    print("\(padded(String(count), 9)) \(padded(decimal(time), 9)) \(padded(slope, 16))")
    last = (count, time)
  }
  print()
}

let digits = try ONNXModel(path: "Models/digits.onnx")
let images = try Tensor(contentsOfNPY: "Data/ten-digits.npy")
let eight = try images[8..<9]

try table("points", [100, 200, 400, 800, 1600, 3200]) { points in
  _ = try IntegratedGradients(digits, steps: points).attributions(for: eight)
}

try table("instances", [10, 20, 40, 80, 160, 320]) { count in
  let batch = try Tensor.concatenated([Tensor](repeating: images, count: count / 10))
  _ = try IntegratedGradients(digits).attributions(for: batch)
}

let width = 256
let weight = try Tensor.normal([width, width], from: Generator(seed: 1)) / 16
let instance = try Tensor.normal([1, width], from: Generator(seed: 2))
try table("layers", [8, 16, 32, 64, 128, 256]) { layers in
  let network = FunctionModel(inputs: [ModelInput("x")], outputs: ["y"]) { values in
    var hidden = try values["x"]
    for _ in 0..<layers { hidden = try hidden.matrixProduct(weight).relu() }
    try values.mark("y", hidden)
  }
  _ = try InternalInfluence(network, quantity: .classScore(0)).attributions(for: instance)
}
