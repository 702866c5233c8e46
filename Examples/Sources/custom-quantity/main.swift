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
    let score = try output.filled(with: 0, where: isPredicted.not()).sum(axes: [1])
    let others = try output.filled(with: -.infinity, where: isPredicted).logSumExp(axes: [1])
    return try score - others
  }
}

let model = try ONNXModel(path: "Models/digits.onnx")
let digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")
let names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]

// Both quantities from the same forward passes.
let engine = InternalInfluence(
  model, distribution: .linear(from: .zeros), slice: NetworkSlice(from: .input, to: .logits))
let results = try engine.attributions(for: digits, quantities: [.predictedClass, LogOdds()])
