// SPDX-License-Identifier: Apache-2.0

// The gradient misses what integrated gradients finds: f(x) = 1 − ReLU(1 − x) rises from 0 to 1 on
// the way from x = 0 to 1, and is flat from there on (Sundararajan et al. 2017, section 2.1).
//
//     cd Examples && swift run -c release saturation
//
//     f(0) = 0.0, f(2) = 1.0
//     gradient × input at x = 2:  0.0
//     integrated gradients:       1.0

import Attribution
import Torch

let model = FunctionModel(inputs: [ModelInput("x", elementType: .float64)], outputs: ["f"]) {
  try $0.mark("f", 1 - (1 - $0["x"]).relu())
}
let x = try Tensor([2.0], shape: [1, 1])

// f has one output, the "class" 0.
let gradient = try GradientTimesInput(model, quantity: .classScore(0)).attributions(for: x)
let integrated = try IntegratedGradients(
  model, quantity: .classScore(0), from: .zeros, steps: 50, rule: .midpoint
).attributions(for: x)

let start = try integrated.quantity.start?.number() ?? .nan
let end = try integrated.quantity.instance.number()
print("f(0) = \(start), f(2) = \(end)")
print("gradient × input at x = 2:  \(try gradient.values.number())")
print("integrated gradients:       \(try integrated.values.number())")
