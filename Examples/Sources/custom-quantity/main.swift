// SPDX-License-Identifier: Apache-2.0

// A quantity of interest of one's own.
//
//     cd Examples && swift run -c release custom-quantity

import Attribution
import ONNX
import Torch

/// The log-odds of the class predicted for the instance against all others together:
/// zₖ − log Σ exp zⱼ over j ≠ k. A pixel that raises every logit alike gets nothing.
struct LogOdds: QuantityOfInterest {
  func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let predicted = try explained.output.indexOfMaximum(axis: 1)
    let isPredicted = try predicted.oneHot(classes: output.shape[1]).converted(to: .bool)
    let score = try output.filled(with: 0, where: .!isPredicted).sum(axes: [1])
    let others = try output.filled(with: -.infinity, where: isPredicted).logSumExp(axes: [1])
    return try score - others
  }
}

let model = try ONNXModel(path: "Models/digits.onnx")
let digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")

// Both quantities from the same forward passes.
let engine = InternalInfluence(
  model, distribution: .linear(from: .zeros), slice: NetworkSlice(from: .input, to: .logits))
let results = try engine.attributions(for: digits, quantities: [.predictedClass, LogOdds()])

let logits = try results[0].quantity.instance.numbers()
let odds = try results[1].quantity.instance.numbers()

// What speaks for a digit, and what for it rather than any other, are not the same.
for digit in 0..<10 {
  let logitMap = try results[0].values[digit].numbers()
  let oddsMap = try results[1].values[digit].numbers()
  print(
    "digit \(digit): logit \(short(logits[digit])), log-odds \(short(odds[digit])), "
      + "cosine of the maps \(short(cosine(logitMap, oddsMap)))")
}

func cosine(_ a: [Double], _ b: [Double]) -> Double {
  func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
}

/// A number with two digits behind the point.
func short(_ number: Double) -> String { "\((number * 100).rounded() / 100)" }
