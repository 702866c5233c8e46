// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import TestSupport
import Testing
import Torch

/// Sensitivity-n, faithfulness correlation and estimate, monotonicity.
@Suite struct SubsetTests {
  private typealias Cases = FaithfulnessCases

  private let inputs: Inputs

  init() throws { inputs = try Cases.rows([1, 2, 3, 4, 5, 6], [6, -2, 0.5, 1, -3, 4]) }

  @Test func `on what is linear, gradient × input is right for every n`() throws {
    let metric = SensitivityN(sizes: [1, 3, 5])
    let result = try Cases.result(metric, inputs, Cases.product)
    #expect(result.curves?.positions == [1, 3, 5])
    for height in result.curves?.heights.flatMap(\.self) ?? [] { expectClose(height, 1) }
    let opposite = Cases.explainer { model, _, slice in
      GradientTimesInput(model, quantity: -1 * ClassScore(.index(0)), slice: slice)
    }
    for score in try Cases.result(metric, inputs, opposite).scores { expectClose(score, -1) }
  }

  @Test func `Quantus' sensitivity-n is another number`() throws {
    // Ancona's is 1 at every n where the network is linear. Quantus' takes features away in the order
    // of their attributions, one after another, and correlates the last one's attribution with what
    // all of them took, over instances.
    let weights = try Cases.fixture("linear")
    let line = ToyModels.function { try $0.flattened(from: 1).matrixProduct(weights) }
    let own = try Cases.result(
      SensitivityN(), Inputs(Cases.fixture("inputs")), Cases.fixtureProduct, in: line)
    for height in own.curves?.heights.flatMap(\.self) ?? [] { expectClose(height, 1) }
    let quantus = try Cases.fixture("quantus-sensitivity-n-of-linear").numbers()
    #expect(quantus.count == 12)
    // At the first step the last one is all.
    expectClose(quantus[0], 1)
    #expect(quantus.dropFirst().allSatisfy { $0 < 0.99 })
    #expect(quantus.contains { $0 < 0 })
  }

  @Test func `sets are drawn evenly from all of their size`() throws {
    // x₁ x₂ + x₃ at (1, 1, 1, 1): what each of the six pairs takes, against what A = (3, 1, 1, 0) says.
    let model = ToyModels.function { x in
      func feature(_ index: Int) throws -> Tensor { try x[.all, index..<index + 1] }
      return try feature(0) * feature(1) + feature(2)
    }
    let falls: [Double] = [1, 2, 1, 2, 1, 1]
    let sums: [Double] = [4, 4, 3, 2, 1, 1]
    let result = try Cases.result(
      SensitivityN(sizes: [2], sets: 4000), Cases.rows([1, 1, 1, 1]),
      Cases.fixed([3, 1, 1, 0]), in: model)
    #expect(abs(result.scores[0] - Correlation.pearson(sums, falls)) < 0.05)
  }

  @Test func `what says nothing has no correlation, what is not moved no score`() throws {
    let constant = try Cases.fixed([0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    for metric in [SensitivityN(), .sensitivityN(removal: .constant(9))] {
      #expect(try Cases.result(metric, inputs, constant).scores == [0, 0])
    }
    let unmoved = ToyModels.function { try $0.sum(axes: [1], keepingAxes: true) * 0 + 3 }
    for score in try Cases.result(SensitivityN(), inputs, constant, in: unmoved).scores {
      #expect(score.isNaN)
    }
    #expect(try Cases.result(.faithfulnessCorrelation(), inputs, constant).scores == [0, 0])
    #expect(try Cases.result(.faithfulnessEstimate(), inputs, constant).scores == [0, 0])
    #expect(try Cases.result(.monotonicityCorrelation(), inputs, constant).scores == [0, 0])
    // What moves by rounding alone is not moved.
    let rounding = ToyModels.function { try $0.sum(axes: [1], keepingAxes: true) * 1e-12 + 3 }
    for metric: any Metric in [
      SensitivityN(), FaithfulnessEstimate(), FaithfulnessCorrelation(), MonotonicityCorrelation(),
    ] {
      let scores = try metric.scores(
        of: Cases.product.explanation(of: inputs, in: rounding), seed: 0
      )
      .scores
      #expect(scores.allSatisfy { $0.isNaN }, "\(metric.name)")
    }
    for score in try Cases.result(
      .faithfulnessEstimate(), inputs, Cases.product, in: unmoved
    ).scores { #expect(score.isNaN) }
  }

  @Test func `all features at once are one set, and tell nothing`() throws {
    let result = try Cases.result(SensitivityN(sizes: [3, 6]), inputs, Cases.product)
    let heights = try #require(result.curves?.heights)
    #expect(heights.allSatisfy { $0[1].isNaN })
    for score in result.scores { expectClose(score, 1) }
  }

  @Test func `the usual sizes go from one feature to four fifths`() throws {
    let map = try Tensor.normal([100], from: Generator(seed: 1))
    let one = Inputs(try Tensor.ones([1, 100], type: .float64))
    let curves = try Cases.result(SensitivityN(sets: 2), one, Cases.fixed(map)).curves
    #expect(curves?.positions == [1, 2, 3, 4, 7, 11, 19, 30, 49, 80])
    #expect(SensitivityN(sets: 2).cost(features: 100).forwardRows == 21)
    #expect(throws: MetricError.self) {
      try Cases.result(SensitivityN(sizes: [7]), inputs, Cases.product)
    }
  }

  @Test func `faithfulness correlation is sensitivity-n at one n`() throws {
    let network = try Cases.fixtureNetwork()
    let pictures = Inputs(try Cases.fixture("inputs"))
    let one = try Cases.result(
      FaithfulnessCorrelation(size: 4), pictures, Cases.fixtureProduct, in: network)
    let other = try Cases.result(
      SensitivityN(sizes: [4]), pictures, Cases.fixtureProduct, in: network)
    #expect(one.scores == other.scores)
    for score in try Cases.result(.faithfulnessCorrelation(), inputs, Cases.product).scores {
      expectClose(score, 1)
    }
  }

  @Test func `faithfulness estimate, by hand and as Quantus has it`() throws {
    // Removing a feature of Σ x takes it.
    let score = try Cases.result(
      .faithfulnessEstimate(), Cases.rows([1, 2, 4]), Cases.fixed([1, 3, 2])
    ).scores[0]
    expectClose(score, Correlation.pearson([1, 3, 2], [1, 2, 4]), absolute: 1e-14)
    let scores = try Cases.result(
      .faithfulnessEstimate(), Inputs(Cases.fixture("inputs")), Cases.fixtureProduct,
      in: Cases.fixtureNetwork()
    ).scores
    try expectClose(Tensor(scores), Cases.fixture("faithfulness-estimate"), absolute: 1e-5)
  }

  @Test func `draws of the same feature differ, so that many tell weights apart`() throws {
    let weights = try Tensor([2, 3.5, 1, 2.5, 3, 1.5] as [Double], shape: [6, 1])
    let line = ToyModels.function { try $0.matrixProduct(weights) }
    let middle = try Cases.rows([Double](repeating: 0.5, count: 6))
    // A single draw of each orders the features by luck.
    let result = try Cases.result(
      MonotonicityCorrelation(draws: 400), middle, Cases.gradient, in: line)
    expectClose(result.scores[0], 1)
  }

  @Test func `larger weights move more, whatever their sign`() throws {
    let weights = try Tensor([-8, 1, 4, -2, 0, 16] as [Double], shape: [6, 1])
    let line = ToyModels.function { try $0.matrixProduct(weights) }
    let middle = try Cases.rows([Double](repeating: 0.5, count: 6))
    let right = try Cases.result(
      MonotonicityCorrelation(draws: 30), middle, Cases.gradient, in: line)
    expectClose(right.scores[0], 1)
    // Ranks 5, 2, 4, 3, 1, 6 against those of the sizes that are given.
    let wrong = try Cases.result(
      MonotonicityCorrelation(draws: 30), middle, Cases.fixed([1, 2, 3, 4, 5, 6]), in: line)
    expectClose(
      wrong.scores[0], Correlation.spearman([1, 2, 3, 4, 5, 6], [5, 2, 4, 3, 1, 6]),
      absolute: 1e-12)
  }
}
