// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Attributions that can be computed by hand.
@Suite struct ClosedFormTests {
  @Test func `a saturated unit has gradient 0 and integrated gradients 1`() throws {
    let x = try Tensor([2] as [Double], shape: [1, 1])
    let gradient = try Saliency(ToyModels.saturated, quantity: .classScore(0)).attributions(for: x)
    #expect(try gradient.values.numbers() == [0])
    // The kink at t = ½ lies between the nodes of an even rule, so that the sum is exact.
    let integrated = try IntegratedGradients(ToyModels.saturated, quantity: .classScore(0))
      .attributions(for: x)
    try expectClose(integrated.values, [1], absolute: 1e-12)
    try expectClose(#require(integrated.completenessGap), [0], absolute: 1e-12)
    #expect(try integrated.quantity.instance.numbers() == [1])
    #expect(try integrated.quantity.start?.numbers() == [0])
  }

  @Test func `the paper's sum is the right Riemann sum`() throws {
    // ∫ 3a² da over m right ends is (m + 1)(2m + 1) / 2m².
    let cube = ToyModels.function { try $0.power(3.0) }
    let one = try Tensor([1] as [Double], shape: [1, 1])
    let result = try IntegratedGradients.paper(cube, quantity: .classScore(0), steps: 10)
      .attributions(for: one)
    try expectClose(result.values, [11.0 * 21.0 / 200.0], absolute: 1e-12)
  }

  @Test func `the predicted class is frozen and the winning class is not`() throws {
    // F = (x², x/2) from b = 0.2 to x = 1: class 1 wins below ½.
    let model = ToyModels.function { x in try .concatenated([x * x, x * 0.5], axis: 1) }
    let x = try Tensor([1] as [Double], shape: [1, 1])
    let baseline = ConstantBaseline(0.2)
    func sum(_ quantity: any QuantityOfInterest) throws -> Double {
      try IntegratedGradients(
        model, quantity: quantity, from: baseline, steps: 4000, rule: .midpoint
      )
      .attributions(for: x).values.number()
    }
    #expect(abs(try sum(.winningClass) - 0.90) < 1e-6)
    #expect(abs(try sum(.predictedClass) - 0.96) < 1e-6)
  }

  @Test(arguments: [
    ([2.0, 1.0], 5.0, [3.0, -1.0], [3.0, 2.0]), ([1.0, 2.0], 4.0, [0.0, 2.0], [2.0, 2.0]),
  ])
  func `gradients of a two-layer network at input and hidden layer`(
    x: [Double], value: Double, atInput: [Double], atHidden: [Double]
  ) throws {
    let model = try ToyModels.wrapperNetwork()
    let row = try Tensor(x, shape: [1, 2])
    let input = try Saliency(model, quantity: .classScore(0)).attributions(for: row)
    try expectClose(input.values, atInput, absolute: 1e-12)
    try expectClose(input.quantity.instance, [value], absolute: 1e-12)
    let hidden = try Saliency(
      model, quantity: .classScore(0), slice: NetworkSlice(from: .layer("hidden"), to: .output)
    ).attributions(for: row)
    try expectClose(hidden.values, atHidden, absolute: 1e-12)
  }

  @Test func `a slice may end at a hidden layer`() throws {
    let model = try ToyModels.wrapperNetwork()
    let rows = try Tensor([2, 1, 1, 2] as [Double], shape: [2, 2])
    let result = try Saliency(
      model, quantity: .winningClass,
      slice: NetworkSlice(from: .input, to: .layer("second"))
    ).attributions(for: rows)
    try expectClose(result.values, [1, 0, 0, 1], absolute: 1e-12)
  }

  @Test func `influence, layer path, input path and conductance of four units`() throws {
    let model = try ToyModels.fourUnits()
    let x = try Tensor([0, 100, 0] as [Double], shape: [1, 3])
    let units = LayerCut("units")
    let influence = try LayerInfluence(
      model, of: units, quantity: .classScore(0), steps: 500, rule: .midpoint
    ).attributions(for: x)
    try expectClose(influence.values, [0.9, 1, 1, 1], absolute: 1e-12)
    let zeros = try Inputs(x.filled(with: 0))
    let layer = try LayerIntegratedGradients(
      model, at: units, from: zeros, quantity: .classScore(0), steps: 500, rule: .midpoint
    ).attributions(for: x)
    try expectClose(layer.values, [90, 100, 100, 100], absolute: 1e-9)
    let input = try IntegratedGradients(
      model, quantity: .classScore(0), steps: 500, rule: .midpoint
    ).attributions(for: x)
    try expectClose(input.values, [0, 390, 0], absolute: 1e-9)
    // By differences between Gauss–Legendre nodes, the slivers before the first and behind the last
    // node are lost; the exact derivative loses nothing.
    let conductance = try Conductance(model, of: units, quantity: .classScore(0), steps: 500)
      .attributions(for: x)
    try expectClose(conductance.values, [90, 100, 100, 100], absolute: 0.1)
    try expectClose(conductance.values[0, 1...].sum(), [300], absolute: 1e-9)
  }

  @Test func `a threshold sum counts what lies above for and below against`() throws {
    let rows = try Tensor([1, 2, 3, 0, -1, -2] as [Double], shape: [2, 3])
    let explained = ExplainedOutput(output: rows, instance: try Tensor([0, 1]))
    let values = try ThresholdSum(1.5).values(of: rows, explaining: explained)
    try expectClose(values, [4, 3], absolute: 1e-12)
  }

  @Test func `integrated gradients of relu(relu(a) − 1 − relu(b))`() throws {
    let model = ToyModels.function { x in
      try (x[.all, 0..<1].relu() - 1 - x[.all, 1..<2].relu()).relu()
    }
    let x = try Tensor([3, 1] as [Double], shape: [1, 2])
    let result = try IntegratedGradients(
      model, quantity: .classScore(0), steps: 2000, rule: .midpoint
    ).attributions(for: x)
    try expectClose(result.values, [1.5, -0.5], absolute: 1e-9)
  }

  @Test func `smooth gradients with one draw and no noise are the gradient`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(3)
    let gradient = try Saliency(model).attributions(for: x)
    let smooth = try SmoothGrad(model, standardDeviation: 0, count: 1).attributions(for: x)
    try expectClose(smooth.values, gradient.values, absolute: 1e-14)
    let square = try SmoothGrad(model, standardDeviation: 0, count: 3, statistic: .meanSquare)
      .attributions(for: x)
    try expectClose(square.values, gradient.values.squared(), absolute: 1e-12)
    let variance = try SmoothGrad(model, standardDeviation: 0, count: 3, statistic: .variance)
      .attributions(for: x)
    try expectClose(variance.values, gradient.values.filled(with: 0), absolute: 1e-12)
  }

  @Test func `smooth gradients of a quadratic have the gradient as mean`() throws {
    // Gradient 2(x + ε): mean 2x, variance 4σ², mean square 4x² + 4σ².
    let model = ToyModels.function { try $0.squared().sum(axes: [1], keepingAxes: true) }
    let x = try Tensor([1, -2] as [Double], shape: [1, 2])
    let deviation = 0.5
    func run(_ statistic: Statistic) throws -> Tensor {
      try SmoothGrad(
        model, quantity: .classScore(0), standardDeviation: deviation, count: 20_000,
        statistic: statistic
      ).attributions(for: x).values
    }
    try expectClose(run(.mean), [2, -4], absolute: 0.03)
    try expectClose(run(.variance), [1, 1], absolute: 0.05)
    try expectClose(run(.meanSquare), [5, 17], absolute: 0.2)
  }

  @Test func `expected gradients approach the mean over baselines, and tell their error`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(2)
    let data = SampleBaseline(try ToyModels.rows(5, seed: 9))
    let exact = try IntegratedGradients(model, from: data, steps: 40).attributions(for: x)
    let draws = try ExpectedGradients(model, from: data, count: 20_000).attributions(for: x)
    let error = try relativeL1(draws.values, exact.values)
    let estimate = try #require(try draws.errorEstimate?.max().number())
    #expect(error < 0.05)
    #expect(error < 2 * estimate && error > estimate / 5)
  }
}
