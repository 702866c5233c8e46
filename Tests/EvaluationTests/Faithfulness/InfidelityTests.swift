// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import TestSupport
import Testing
import Torch

@Suite struct InfidelityTests {
  private typealias Cases = FaithfulnessCases

  private let line: FunctionModel
  private let inputs: Inputs

  init() throws {
    let weights = try Tensor([2, -1, 0.5] as [Double], shape: [3, 1])
    line = ToyModels.function { try $0.matrixProduct(weights) }
    inputs = try Cases.rows([1, 2, -3], [0.5, 4, 1])
  }

  @Test(arguments: [true, false])
  func `what is linear is foretold`(isScaled: Bool) throws {
    let metric = Infidelity(samples: 50, isScaled: isScaled)
    for explainer in [Cases.gradient, Cases.product] {
      for score in try Cases.result(metric, inputs, explainer, in: line).scores {
        #expect(score < 1e-25)
      }
    }
    // From another baseline the attributions are slopes times another way.
    let baseline = ConstantBaseline(-1)
    let integrated = Cases.explainer {
      IntegratedGradients($0, quantity: $1, slice: $2, from: baseline, steps: 2)
    }
    let fitting = Infidelity(samples: 50, isScaled: isScaled, baseline: baseline)
    for score in try Cases.result(fitting, inputs, integrated, in: line).scores {
      #expect(score < 1e-25)
    }
    for score in try Cases.result(metric, inputs, integrated, in: line).scores {
      #expect(score > 1e-3)
    }
  }

  @Test func `a parabola, by hand`() throws {
    // x² at 1 with the attribution 2: a share d taken away foretells 2 d, and takes 2 d − d².
    let model = ToyModels.function { try $0.squared() }
    let given = GivenPerturbation(points: try Tensor([0.5, 0] as [Double], shape: [2, 1]))
    func score(_ isScaled: Bool) throws -> Double {
      try Cases.result(
        Infidelity(given, samples: 2, isScaled: isScaled), Cases.rows([1]), Cases.product, in: model
      ).scores[0]
    }
    expectClose(try score(false), (0.0625 + 1) / 2, absolute: 1e-14)
    // β = (1 · 0.75 + 2 · 1) / (1 + 4) = 0.55.
    expectClose(try score(true), (0.2 * 0.2 + 0.1 * 0.1) / 2, absolute: 1e-14)
  }

  @Test func `scaled, a factor does not count; unscaled it does`() throws {
    let map = [2, -1, 0.5]
    let twice = try Cases.fixed(map.map { 2 * $0 })
    func scores(_ isScaled: Bool, _ explainer: Explainer) throws -> [Double] {
      try Cases.result(
        Infidelity(samples: 400, isScaled: isScaled), inputs, explainer, in: line
      ).scores
    }
    for score in try scores(true, twice) { #expect(score < 1e-25) }
    // E (I·w)² = σ² |w|² = 0.04 · 5.25, known to √(2 / 400) of itself.
    for score in try scores(false, twice) { #expect(abs(score - 0.21) < 0.06) }
    // One that foretells nothing is as far off as the quantity moves, scaled or not.
    let nothing = try Cases.fixed([0, 0, 0])
    #expect(try scores(true, nothing) == scores(false, nothing))
    for score in try scores(true, nothing) { #expect(abs(score - 0.21) < 0.06) }
  }

  @Test func `an element that is its baseline counts nothing`() throws {
    // The noise on 0 moves the quantity, and its attribution 0 foretells nothing of it.
    let given = GivenPerturbation(points: try Tensor([1, 0.5] as [Double], shape: [1, 2]))
    let score = try Cases.result(
      Infidelity(given, samples: 1, isScaled: false), Cases.rows([1, 0]), Cases.product
    ).scores[0]
    #expect(score == 0.25)
  }

  @Test(arguments: ["gradient", "product"], [true, false])
  func `as Captum has it`(attribution: String, isScaled: Bool) throws {
    let points = try Cases.fixture("disturbed")
    let explainer =
      attribution == "gradient"
      ? Cases.explainer(of: .predictedClass) { Saliency($0, quantity: $1, slice: $2) }
      : Cases.fixtureProduct
    for row in 0..<5 {
      let metric = Infidelity(
        GivenPerturbation(points: try points.selected(row, axis: 1)), samples: 12,
        isScaled: isScaled)
      let scores = try Cases.result(
        metric, Inputs(Cases.fixture("inputs")[row..<row + 1]), explainer,
        in: Cases.fixtureNetwork()
      ).scores
      let name = "infidelity-\(attribution)-\(isScaled ? "scaled" : "plain")"
      expectClose(scores[0], try Cases.fixture(name).numbers()[row], absolute: 1e-9)
    }
  }

  @Test func `draws do not depend on the parts in which they are run`() throws {
    // Of one row 41 samples fit, of two rows 20; draws come in blocks of 16.
    let inputs = Inputs(try Tensor.uniform([2, 100_003], type: .float64, from: Generator(seed: 1)))
    let violations = try MetricLaws.violations(
      of: Infidelity(samples: 40), explaining: inputs, in: Cases.sum,
      by: Cases.fixed(Tensor.uniform([100_003], type: .float64, from: Generator(seed: 2))))
    #expect(violations == [])
  }

  @Test func `noise has its deviation, and keeps to its range`() throws {
    let instance = Activation(try Tensor.full([1, 500], 0.5, type: .float64))
    let free = try GaussianPerturbation(standardDeviation: 0.3).points(
      around: instance, count: 20, from: Generator(seed: 1))
    #expect(free.tensors[0].shape == [20, 500])
    let deviation = try (free.tensors[0] - 0.5).squared().mean().number().squareRoot()
    #expect(abs(deviation - 0.3) < 0.01)
    let cut = try GaussianPerturbation(standardDeviation: 0.3, clippedTo: 0...1).points(
      around: instance, count: 20, from: Generator(seed: 1))
    #expect(try cut.tensors[0].min().number() == 0 && cut.tensors[0].max().number() == 1)
  }

  @Test func `squares of every side lie at every place`() throws {
    let instance = Activation(try Tensor.ones([1, 2, 4, 5], type: .float64))
    let squares = SquarePerturbation(sides: 2...9, value: -1)
    let points = try squares.points(around: instance, count: 2000, from: Generator(seed: 1))
      .tensors[0]
    let set = try (points .== -1).converted(to: .float64)
    // Both channels alike.
    try expectClose(set.selected(0, axis: 1), set.selected(1, axis: 1))
    let sizes = try set.selected(0, axis: 1).sum(axes: [1, 2]).numbers()
    // Sides 2, 3 and 4 fit, each as often.
    for size in [4.0, 9, 16] { #expect(abs(sizes.count { $0 == size } - 667) < 100) }
    #expect(sizes.allSatisfy { [4, 9, 16].contains($0) })
    // 3 · 4 + 2 · 3 + 1 · 2 places.
    let rows = try set.selected(0, axis: 1).flattened(from: 1)
    #expect(Set(try (0..<2000).map { try rows[$0].numbers() }).count == 20)
    #expect(throws: MetricError.self) {
      try squares.points(
        around: Activation(Tensor.ones([1, 5])), count: 1, from: Generator(seed: 1))
    }
  }

  @Test func `a baseline of several starts is refused`() throws {
    let several = Infidelity(samples: 2, baseline: .mixed(.zeros, .constant(1)))
    #expect(throws: MetricError.self) {
      try Cases.result(several, inputs, Cases.product, in: line)
    }
    // Influences have no baseline to ask for.
    let score = try Cases.result(several, inputs, Cases.gradient, in: line).scores[0]
    #expect(score < 1e-25)
  }
}

/// Perturbed copies that are known beforehand.
private struct GivenPerturbation: FeaturePerturbation {
  /// `[count, …]`.
  let points: Tensor
  let name = "given"

  func points(
    around instance: Activation, count: Int, from generator: Generator
  ) throws -> Activation {
    Activation(try points[0..<count])
  }
}
