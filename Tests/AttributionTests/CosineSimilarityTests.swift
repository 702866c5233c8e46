// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

@Suite struct CosineSimilarityTests {
  private let model = ToyModels.function { $0 }
  private let points: Tensor

  init() throws { points = try Tensor([3, 4, 1, 0] as [Double], shape: [2, 2]) }

  @Test func valuesAreCosines() throws {
    let one = CosineSimilarity(to: try Tensor([0, 2] as [Double]))
    let each = CosineSimilarity(to: try Tensor([3, 4, 0, 1] as [Double], shape: [2, 2]))
    for (quantity, expected) in [(one, [0.8, 0]), (each, [1, 0])] {
      let result = try Saliency(model, quantity: quantity).attributions(for: points)
      try expectClose(result.quantity.instance, try Tensor(expected), absolute: 1e-15)
    }
  }

  @Test func gradientIsWhatLeavesTheLengthAsItIs() throws {
    // ∂cos/∂x = v / |x||v| − cos · x / |x|², at right angles to x.
    let quantity = CosineSimilarity(to: try Tensor([0, 2] as [Double]))
    let gradient = try Saliency(model, quantity: quantity).attributions(for: points).values
    try expectClose(
      gradient, try Tensor([-0.096, 0.072, 0, 1] as [Double], shape: [2, 2]), absolute: 1e-15)
  }

  @Test func secantsAreComplete() throws {
    let start = try Tensor([-1, 0.5] as [Double], shape: [1, 2])
    let result = try IntegratedGradients(
      model, quantity: CosineSimilarity(to: Tensor([1, 2] as [Double])), from: .tensor(start),
      steps: 2, rule: .secant
    ).attributions(for: points)
    let gap = try #require(result.completenessGap)
    #expect(try gap.absolute().max().number() < 1e-14)
  }

  @Test func aVectorOfAnotherWidthIsRefused() throws {
    let quantity = CosineSimilarity(to: try Tensor([0, 2, 1] as [Double]))
    #expect(throws: QuantityError.self) {
      try Saliency(model, quantity: quantity).attributions(for: points)
    }
    let few = CosineSimilarity(to: try Tensor.full([3, 2], 1, type: .float64))
    #expect(throws: Never.self) { try Saliency(model, quantity: few).attributions(for: points) }
  }
}
