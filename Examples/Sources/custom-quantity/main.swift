// SPDX-License-Identifier: Apache-2.0

// A quantity of interest of one's own.
//
//     cd Examples && swift run -c release custom-quantity
//
//     digit 0: logit 14.0, log-odds 15.8, cosine of the maps 0.79
//     digit 1: logit 10.58, log-odds 11.43, cosine of the maps 0.98
//     digit 2: logit 17.08, log-odds 13.31, cosine of the maps 0.98
//     digit 3: logit 13.05, log-odds 13.14, cosine of the maps 0.94
//     digit 4: logit 15.1, log-odds 15.57, cosine of the maps 0.94
//     digit 5: logit 13.64, log-odds 14.42, cosine of the maps 0.98
//     digit 6: logit 11.18, log-odds 11.79, cosine of the maps 0.93
//     digit 7: logit 11.76, log-odds 11.92, cosine of the maps 0.88
//     digit 8: logit 9.11, log-odds 13.62, cosine of the maps 0.95
//     digit 9: logit 13.55, log-odds 13.34, cosine of the maps 0.89

import Attribution
import ONNX
import Torch

/// The log-odds of the class predicted for the instance against all others together.
///
/// zₖ − log Σ exp zⱼ over j ≠ k: a pixel that raises every logit alike gets nothing.
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
