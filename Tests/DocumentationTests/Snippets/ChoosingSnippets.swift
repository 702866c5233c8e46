// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct ChoosingSnippets {
  init() throws { try Workplace.enter() }

  @Test func `every line of the table of choices`() throws {
    // snippet: choices
    let model = try ONNXModel(path: "Models/digits.onnx")
    let digits = try Tensor(contentsOfNPY: "Data/ten-digits.npy")  // [10, 1, 8, 8], from 0 to 1
    let slice = NetworkSlice(from: .input, to: .logits)
    let mean = try digits.mean(axes: [0])
    let decoded = DecodedPath(
      decoder: try ONNXModel(path: "Models/digits-decoder.onnx"),
      encoder: try ONNXModel(path: "Models/digits-encoder.onnx"))
    let bands = try Tensor((0..<64).map { $0 / 8 * 5 / 8 }, shape: [1, 8, 8])

    let choices: [any DistributionOfInterest] = [
      .linear(from: .zeros, rule: .automatic),
      .linear(from: .zeros, steps: 8, rule: .secant),
      .linear(from: .zeros, rule: .automatic(tolerance: 0.001)),
      .gaussian(standardDeviation: 0.1, count: 10_000, tolerance: 0.05, seed: 7),
      .expectedGradients(from: .samples(of: digits), count: 10_000, tolerance: 0.05, seed: 7),
      .linear(from: .samples(of: digits), rule: .automatic),
      .linear(from: .nearestOfAnotherClass(among: Inputs(digits)), rule: .automatic),
      .linear(from: .boundary(in: 0...1), rule: .automatic),
      .blur(standardDeviation: 3, rule: .automatic),
      .path(decoded, from: .tensor(mean), rule: .automatic),
      .discretized(through: digits, anchors: 6, rule: .automatic),
      .sequential(groups: bands, rule: .automatic),
      SplitPathDistribution(.left, at: 0.5, rule: .automatic),
      ImportantDirections(of: .linear(steps: 16, rule: .secant)),
      .guided(from: .zeros),
      .adversarial(against: .classes([3])),
    ]
    for distribution in choices {
      let result = try InternalInfluence(model, distribution: distribution, slice: slice)
        .attributions(for: digits[8..<9])
      print(distribution.name, result.cost.backwardRows)
    }
    let reference = try InternalInfluence(
      ONNXModel(path: "Models/digits.onnx", elementType: .float64),
      distribution: .linear(from: .zeros, rule: .exact), slice: slice
    ).attributions(for: digits.converted(to: .float64))
    let sensitivity = try Saliency(model, slice: slice).attributions(for: digits)
    let layer = try Conductance(model, of: .layer("relu2"), to: .logits, steps: 16, rule: .secant)
      .attributions(for: digits)
    // end
    for distribution in choices {
      let result = try InternalInfluence(model, distribution: distribution, slice: slice)
        .attributions(for: digits[8..<9])
      #expect(try result.values.absolute().sum().number() > 0, "\(distribution.name)")
      if result.configuration.distribution.contains("automatic") {
        #expect(try #require(result.errorEstimate).max().number() <= 0.01)
      }
    }
    #expect(try #require(reference.completenessGap).absolute().max().number() < 1e-10)
    let integrated = try IntegratedGradients(model, slice: slice).attributions(for: digits)
    #expect(try relativeL1(integrated.values, reference.values.converted(like: digits)) < 0.01)
    #expect(sensitivity.values.shape == digits.shape)
    #expect(try #require(layer.completenessGap).absolute().max().number() < 1e-3)
  }
}
