// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct CaptumSnippets: DigitSnippets {
  let example: DigitExample

  init() throws { example = try DigitExample() }

  @Test func `the same call`() throws {
    // snippet: captum
    // IntegratedGradients(network).attribute(digits, baselines=0, target=labels, n_steps=50,
    //                                        return_convergence_delta=True)
    let labels = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    let result = try IntegratedGradients(
      model, quantity: .labels(labels), slice: NetworkSlice(from: .input, to: .logits),
      from: .zeros, steps: 50
    ).attributions(for: digits)
    let delta = result.completenessGap

    // Saliency(network).attribute(digits, target=labels)
    let saliency = try Saliency(
      model, quantity: .labels(labels), slice: NetworkSlice(from: .input, to: .logits)
    ).attributions(for: digits).absolute()
    // end
    #expect(result.values.shape == [10, 1, 8, 8] && delta?.shape == [10])
    #expect(try saliency.tensors[0].min().number() >= 0)
  }

  @Test func `their trapezoid`() throws {
    // snippet: trapezoid
    let weights = try TrapezoidRule().nodes(50).map(\.weight)
    print(weights.reduce(0, +))  // 1; Captum's sum to 0.98
    // end
    #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
  }
}
