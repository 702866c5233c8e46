// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import TestSupport
import Testing
import Torch

@testable import Evaluation

@Suite struct RandomizationTests {
  private let model: ParameterizedFunction
  private let inputs: Inputs

  init() throws {
    model = try ParameterizedFunction.smooth()
    inputs = Inputs(try ToyModels.rows(3, features: 12))
  }

  private func curve(
    _ metric: ModelRandomization, by explainer: Explainer = Known.gradient, seed: UInt64 = 1
  ) throws -> [[Double]] {
    let explanation = try explainer.explanation(of: inputs, in: model)
    return try #require(metric.scores(of: explanation, seed: seed).curves).heights
  }

  @Test func `the toy network keeps the laws of weights`() throws {
    let violations = try ParameterLaws.violations(of: model, on: inputs)
    #expect(violations.isEmpty, "\(violations)")
    #expect(model.parameterizedLayers == ["first", "second", "y"])
  }

  @Test func `each order forgets the layers that it says`() throws {
    #expect(
      ModelRandomization(.cascadingFromTop).steps(in: model) == [["y"], ["second"], ["first"]])
    #expect(
      ModelRandomization(.independent, stepLimit: 2).steps(in: model)
        == [["first"], ["second", "y"]])
    // Networks by hand: what is forgotten at the last step of both cascades is all.
    let (top, bottom) = (
      try curve(ModelRandomization(.cascadingFromTop)),
      try curve(ModelRandomization(.cascadingFromBottom))
    )
    let alone = try curve(ModelRandomization(.independent))
    for row in 0..<3 {
      #expect(top[row][2] == bottom[row][2])
      #expect(top[row][0] == alone[row][2])
      #expect(bottom[row][0] == alone[row][0])
      #expect(top[row][1] != bottom[row][1])
    }
  }

  @Test func `a curve is the correlation with the explanation of that network`() throws {
    let forgetting = try ForgettingModel(model, by: .permuted, limit: 10, seed: 7)
    let explanation = try Known.gradient.explanation(of: inputs, in: model)
    let other = try Known.gradient.explanation(
      of: inputs, in: model.replacing(["w2": forgetting.forgetting([1]).parameters[1].tensor]))
    let curve = try curve(ModelRandomization(.independent), seed: 7)
    for row in 0..<3 {
      let maps = try [explanation, other].map { try $0.attributions.values[row].numbers() }
      expectClose(curve[row][1], Correlation.spearman(maps[0], maps[1]), absolute: 1e-14)
    }
  }

  @Test func `what does not look at the network stays alike, and a gradient does not`() throws {
    // The input itself, whatever the weights: as gradient × input of Σ x.
    let edges = Explainer("input", slice: Known.gradient.slice, quantity: .classScore(0)) {
      _, slice, quantity in
      GradientTimesInput(Known.sum, quantity: quantity, slice: slice)
    }
    #expect(
      try curve(ModelRandomization(), by: edges).flatMap { $0 } == [Double](repeating: 1, count: 9))
    let gradient = try curve(ModelRandomization()).map { $0[2] }
    #expect(gradient.allSatisfy { abs($0) < 0.9 })
  }

  @Test func `a factor x makes maps of sizes alike in any network`() throws {
    // One feature far beyond the others is the greatest everywhere.
    let spread = try Tensor((0..<24).map { pow(4, Double($0 % 12) - 6) }, shape: [2, 12])
    func last(_ metric: ModelRandomization) throws -> [Double] {
      let explanation = try Known.integrated.explanation(of: Inputs(spread), in: model)
      return try #require(metric.scores(of: explanation, seed: 1).curves).heights.map { $0[2] }
    }
    let attributions = try last(ModelRandomization(isSigned: false))
    let divided = try last(
      ModelRandomization(of: .perDisplacement(from: Tensor.zeros([1])), isSigned: false))
    #expect(zip(attributions, divided).allSatisfy { $0.0 > 0.8 && $0.1 < 0.5 })
  }

  @Test func `influence is attribution over displacement on the straight path`() throws {
    let keeping = Explainer("kept", slice: Known.integrated.slice, quantity: .classScore(0)) {
      model, slice, quantity in
      var engine = InternalInfluence(
        model, distribution: .linear(from: .zeros, steps: 16), quantity: quantity, slice: slice)
      engine.keepsInfluence = true
      return engine
    }
    #expect(
      try curve(ModelRandomization(of: .influence), by: keeping)
        == curve(
          ModelRandomization(of: .perDisplacement(from: Tensor.zeros([12]))), by: keeping))
    // A gradient is an influence; attributions without it are refused.
    #expect(
      try curve(ModelRandomization(of: .influence)) == curve(ModelRandomization(of: .attributions)))
    #expect(throws: MetricError.self) {
      try curve(ModelRandomization(of: .influence), by: Known.integrated)
    }
  }

  @Test func `features without displacement are left out`() throws {
    let explanation = try Known.product.explanation(
      of: Inputs(Tensor([2, 5, 3, 5] as [Double], shape: [2, 2])), in: Known.sum)
    let rows = try ComparedMap.perDisplacement(from: Tensor([1, 5] as [Double])).rows(
      of: explanation.attributions, explaining: explanation, by: nil, for: "test")
    #expect(rows == [[2], [1.5]])
  }

  @Test func `signs count where they are asked for`() throws {
    // The gradient of y = x w is w.
    let weights = try Tensor([1, -2, 3, -4, 5, -6, 7] as [Double])
    let linear = ParameterizedFunction([ModelParameter("w", layers: ["y"], tensor: weights)]) {
      tensors in
      ToyModels.function { x in
        try (x * (tensors["w"] ?? weights)).sum(axes: [1], keepingAxes: true)
      }
    }
    let explanation = try Known.gradient.explanation(
      of: Inputs(Tensor.ones([1, 7], type: .float64)), in: linear)
    let other = try ForgettingModel(linear, by: .permuted, limit: 1, seed: 3).forgetting([0])
      .parameters[0].tensor.numbers()
    let own = try weights.numbers()
    func score(isSigned: Bool) throws -> Double {
      try ModelRandomization(isSigned: isSigned).scores(of: explanation, seed: 3).scores[0]
    }
    #expect(try score(isSigned: true) == Correlation.spearman(own, other))
    #expect(
      try score(isSigned: false)
        == Correlation.spearman(own.map { abs($0) }, other.map { abs($0) }))
    #expect(try score(isSigned: true) != score(isSigned: false))
  }

  @Test func `forgetting keeps the numbers, or their mean and deviation`() throws {
    let tensor = try Tensor.normal(
      [40, 50], mean: 3, standardDeviation: 2, type: .float64, from: Generator(seed: 1))
    let permuted = try Reinitialization.permuted.forgetting(tensor, from: Generator(seed: 2))
    #expect(try permuted.numbers().sorted() == tensor.numbers().sorted())
    #expect(try permuted.numbers() != tensor.numbers())
    let normal = try Reinitialization.normal.forgetting(tensor, from: Generator(seed: 2))
    // 2,000 draws: standard errors 0.045 and 0.03.
    expectClose(try normal.mean().number(), try tensor.mean().number(), absolute: 0.2, relative: 0)
    expectClose(
      try normal.numbers().standardDeviation, try tensor.numbers().standardDeviation,
      absolute: 0.15, relative: 0)
    let zeros = try Tensor.zeros([3])
    #expect(
      try Reinitialization.normal.forgetting(zeros, from: Generator(seed: 1)).numbers() == [
        0, 0, 0,
      ])
  }

  @Test func `a weight that is shared goes with each of its layers`() throws {
    let weights = try Tensor([1, 2, 3, 4] as [Double], shape: [2, 2])
    let shared = ParameterizedFunction([
      ModelParameter("w", layers: ["hidden", "y"], tensor: weights)
    ]) { tensors in
      FunctionModel(
        inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"], layers: ["hidden", "y"]
      ) { values in
        let w = tensors["w"] ?? weights
        try values.mark("y", values.mark("hidden", values["x"].matrixProduct(w)).matrixProduct(w))
      }
    }
    let forgetting = try ForgettingModel(shared, by: .normal, limit: 5, seed: 1)
    let tensors = try [[0], [1], [0, 1]].map {
      try forgetting.forgetting($0).parameters[0].tensor.numbers()
    }
    #expect(try tensors[0] != weights.numbers())
    #expect(tensors[0] == tensors[1] && tensors[1] == tensors[2])
  }

  @Test func `networks without weights are refused`() throws {
    let explanation = try Known.gradient.explanation(of: inputs, in: Known.sum)
    #expect(throws: MetricError.self) {
      try ModelRandomization().scores(of: explanation, seed: 0)
    }
  }

  @Test(arguments: ModelRandomization.Order.allCases, Reinitialization.allCases)
  func `randomization keeps the laws of metrics`(
    order: ModelRandomization.Order, reinitialization: Reinitialization
  ) throws {
    let metric = ModelRandomization(order, isSigned: false, by: reinitialization, stepLimit: 3)
    let violations = try MetricLaws.violations(
      of: metric, explaining: inputs, in: model, by: Known.integrated, countsRows: false)
    #expect(violations.isEmpty, "\(violations)")
  }
}
