// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Testing
import Torch

@Suite struct RuleSnippets {
  init() throws { try Workplace.enter() }

  @Test func `an error that is asked for, and secants`() throws {
    // snippet: tolerance-and-secants
    let model = try ONNXModel(path: "Models/digits.onnx")
    let digit = try Tensor(contentsOfNPY: "Data/eight.npy")
    let logits = NetworkSlice(to: .logits)

    let result = try IntegratedGradients(model, slice: logits, rule: .automatic(tolerance: 0.01))
      .attributions(for: digit)
    print(try result.errorEstimate?.number() ?? .nan, result.efforts[0].evaluations)

    let secant = try IntegratedGradients(
      model, slice: logits, steps: 8, rule: SecantRule(grid: .power(1.5))
    ).attributions(for: digit)
    // end
    #expect(try #require(result.errorEstimate).number() < 0.01)
    #expect(try abs(#require(secant.completenessGap).number()) < 1e-4)
  }
}
