// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

@testable import Evaluation

@Suite struct RobustnessTests {
  /// Σ c |x|: its gradient is c times the sign, and jumps where an element changes its sign.
  private let sizes: FunctionModel
  private let weights = [3.0, 2, 6, 1]

  init() throws {
    let weights = try Tensor(weights)
    sizes = ToyModels.function {
      try ($0.absolute() * weights).sum(axes: [1], keepingAxes: true)
    }
  }

  @Test func `a gradient that jumps has a known greatest change, and Captum's`() throws {
    let peer = try PeerFixture.read().captum
    let instances = try Tensor(peer.instances.flatMap { $0 }, shape: [2, 4])
    let explanation = try Known.gradient.explanation(of: Inputs(instances), in: sizes)
    let scores = try MaxSensitivity(radius: 0.1, samples: 60).scores(of: explanation, seed: 3)
      .scores
    // Two elements of the first instance lie within the radius of 0: 2 ‖(3, 2)‖ / ‖(3, 2, 6, 1)‖.
    expectClose(scores[0], 2 * (13.0 / 50).squareRoot(), absolute: 1e-14)
    #expect(scores[1] == 0)
    for (own, theirs) in zip(scores, peer.jumps) { expectClose(own, theirs, absolute: 1e-12) }
  }

  @Test func `a given move changes attributions as Captum says`() throws {
    let peer = try PeerFixture.read().captum
    let instance = try Tensor(peer.instances[1], shape: [1, 4])
    let explanation = try Known.product.explanation(of: Inputs(instance), in: sizes)
    let neighbors = try Neighbors(of: explanation, seed: 0, for: "test")
    let response = try neighbors.next { shape, _ in try Tensor(peer.moved, shape: shape) }
    expectClose(response.changes[0] / (try neighbors.sizes[0]), peer.fixed[0], absolute: 1e-14)
    expectClose(response.distances[0], try Tensor(peer.moved).norm().number(), absolute: 1e-15)
  }

  @Test func `attributions of zeros have no relative change, where Captum tells the absolute one`()
    throws
  {
    let peer = try PeerFixture.read().captum
    let explanation = try Known.product.explanation(
      of: Inputs(Tensor.zeros([1, 4], type: .float64)), in: sizes)
    #expect(try MaxSensitivity(samples: 2).scores(of: explanation, seed: 1).scores[0].isNaN)
    let change = zip(peer.moved, weights).reduce(0) { $0 + ($1.0 * $1.1) * ($1.0 * $1.1) }
    expectClose(peer.ofNothing[0], change.squareRoot(), absolute: 1e-12)
  }

  @Test func `a linear network's gradient never moves`() throws {
    let explanation = try Known.gradient.explanation(
      of: Inputs(ToyModels.rows(3)), in: Known.sum)
    #expect(try MaxSensitivity(samples: 3).scores(of: explanation, seed: 1).scores == [0, 0, 0])
    #expect(
      try LocalLipschitzEstimate(samples: 3).scores(of: explanation, seed: 1).scores == [0, 0, 0])
  }

  @Test func `the Lipschitz estimate of a linear map is below its norm, and nears it`() throws {
    // A(x) = x ⊙ (3, 2, 6, 1) has the norm 6.
    let explanation = try Known.product.explanation(
      of: Inputs(Tensor.ones([1, 4], type: .float64)), in: sizes)
    func estimate(_ samples: Int, deviation: Double = 0.1) throws -> Double {
      try LocalLipschitzEstimate(standardDeviation: deviation, samples: samples)
        .scores(of: explanation, seed: 2).scores[0]
    }
    #expect(try estimate(200) <= 6)
    #expect(try estimate(200) > 5.5)
    // Further draws of the same generator can only raise it.
    #expect(try estimate(200) >= estimate(20))
    // A linear map has the same slope at any distance.
    expectClose(try estimate(20), try estimate(20, deviation: 1e-4), relative: 1e-9)
    // Of A(x) = x every slope is 1.
    let identity = try Known.product.explanation(of: Inputs(ToyModels.rows(2)), in: Known.sum)
    for score in try LocalLipschitzEstimate(samples: 3).scores(of: identity, seed: 0).scores {
      expectClose(score, 1, absolute: 1e-12)
    }
  }

  @Test func `max-sensitivity of the identity is the longest move over the instance`() throws {
    let instance = try Tensor([2, 0, 0, 0] as [Double], shape: [1, 4])
    let explanation = try Known.product.explanation(of: Inputs(instance), in: Known.sum)
    let score = try MaxSensitivity(radius: 0.1, samples: 500).scores(of: explanation, seed: 1)
      .scores[0]
    // At a corner of the cube: ‖(0.1, …)‖ / 2 = 0.1.
    #expect(score < 0.1 && score > 0.08)
  }

  @Test func `the class of the unmoved instance is explained`() throws {
    // Which of two classes wins changes within the radius; each has its own gradient.
    let model = ToyModels.function { try Tensor.concatenated([$0 * 2, -$0 * 3], axis: 1) }
    let gradient = Explainer("gradient", quantity: .predictedClass) { model, slice, quantity in
      Saliency(model, quantity: quantity, slice: slice)
    }
    let explanation = try gradient.explanation(
      of: Inputs(Tensor([0.01, -0.01] as [Double], shape: [2, 1])), in: model)
    #expect(try explanation.attributions.values.numbers() == [2, -3])
    #expect(try MaxSensitivity(samples: 10).scores(of: explanation, seed: 0).scores == [0, 0])
  }

  @Test func `networks that read whole numbers alone are refused`() throws {
    let table = try Tensor([1, 2, 3] as [Double], shape: [3, 1])
    let model = FunctionModel(
      inputs: [ModelInput("ids", elementType: .int64)], outputs: ["y"], layers: ["embedded", "y"]
    ) { values in
      let embedded = try values.mark("embedded", table.embedded(values["ids"]))
      try values.mark("y", embedded.sum(axes: [1]))
    }
    let explainer = Explainer(
      "gradient", slice: NetworkSlice(from: .layer("embedded"), to: .output),
      quantity: .classScore(0)
    ) { model, slice, quantity in
      Saliency(model, quantity: quantity, slice: slice)
    }
    let explanation = try explainer.explanation(
      of: Inputs(Tensor([0, 2] as [Int64], shape: [1, 2])), in: model)
    #expect(throws: MetricError.self) {
      try MaxSensitivity().scores(of: explanation, seed: 0)
    }
  }

  @Test(arguments: [0, 1])
  func `metrics of robustness keep the laws`(index: Int) throws {
    let metric: any Metric =
      [MaxSensitivity(samples: 4), LocalLipschitzEstimate(samples: 4)][index] as any Metric
    #expect(metric.family == .robustness && metric.direction == .lowerIsBetter)
    let violations = try MetricLaws.violations(
      of: metric, explaining: Inputs(ToyModels.rows(3)), in: ToyModels.smooth(),
      by: Known.integrated)
    #expect(violations.isEmpty, "\(violations)")
  }
}
