// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

/// What most guides begin with.
struct DigitExample {
  let model: ONNXModel
  let digit: Tensor
  let digits: Tensor
  let slice = NetworkSlice(from: .input, to: .logits)

  init() throws {
    try Workplace.enter()
    model = try ONNXModel(path: "Models/digits.onnx")
    digit = try Tensor(contentsOfNPY: "Data/eight.npy")
    digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")
  }
}

/// Snippets of a guide that begins with the digits, by the names that its blocks have for them.
protocol DigitSnippets {
  var example: DigitExample { get }
}

extension DigitSnippets {
  var model: ONNXModel { example.model }
  var digit: Tensor { example.digit }
  var digits: Tensor { example.digits }
  var slice: NetworkSlice { example.slice }
}
