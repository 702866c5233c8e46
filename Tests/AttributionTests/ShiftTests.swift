// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// A constant added to the input and taken off again by the first layer changes no prediction, and
/// should change no attribution (Kindermans and others 2019, arXiv:1711.00867): with net₂(x) =
/// net₁(x − m), IG(net₂, x + m, x′ + m) = IG(net₁, x, x′).
@Suite struct ShiftTests {
  static let amounts: [Double] = [0.7, -1.3, 2, 0.25]

  /// The model behind a layer that takes the shift off.
  static func shifted(_ model: FunctionModel, by shift: Tensor) -> FunctionModel {
    FunctionModel(
      inputs: model.inputs, outputs: ["y"], layers: ["second", "y"]
    ) { values in
      let places = [Place("second"), Place("y")]
      let own = try model.evaluate(places, given: [Place("x"): values["x"] - shift])
      try values.mark("second", own[0])
      try values.mark("y", own[1])
    }
  }

  static func explain(
    _ model: FunctionModel, _ x: Tensor, from baseline: any Baseline
  ) throws -> Tensor {
    try IntegratedGradients(model, quantity: .classScore(1), from: baseline).attributions(for: x)
      .values
  }

  /// Baselines that shift with the data, by what they are made of.
  static func baselines(_ data: Tensor, _ zero: Tensor) -> [any Baseline] {
    [
      .tensor(zero), .mean(of: data), .median(of: data), .mode(of: data), .samples(of: data),
      .gaussianNoise(standardDeviation: 0.4, count: 3, seed: 1),
      .nearestOfAnotherClass(among: Inputs(data)),
      .nearestOfAnotherClass(among: Inputs(data), measuredAt: .layer("second")), .boundary(),
      .counterfactual(toward: .samples(of: data), at: .layer("second"), steps: 10),
      .activation(of: Inputs(zero)), .mixed(.tensor(zero), .mean(of: data)),
      NeutralBaseline(divergence: 0.1),
    ]
  }

  @Test(arguments: 0..<13) func `baselines that shift along keep the attributions`(
    index: Int
  ) throws {
    let model = try ToyModels.smooth()
    let shift = try Tensor(Self.amounts, shape: [1, 4])
    let x = try ToyModels.rows(3)
    let data = try ToyModels.rows(9, seed: 13)
    let zero = try shift * 0
    let plain = try Self.explain(model, x, from: Self.baselines(data, zero)[index])
    let moved = try Self.explain(
      Self.shifted(model, by: shift), x + shift,
      from: Self.baselines(data + shift, zero + shift)[index])
    try expectClose(moved, plain, absolute: 1e-12, relative: 1e-12)
  }

  @Test func `a blurred baseline shifts along with a constant shift`() throws {
    let weight = try Tensor.normal([3, 1, 2, 2], type: .float64, from: Generator(seed: 1))
    func model(_ shift: Double) -> FunctionModel {
      ToyModels.function { x in
        try (x - shift).convolved(weight: weight).hyperbolicTangent().sum(axes: [2, 3])
      }
    }
    let x = try Tensor.uniform([2, 1, 6, 6], type: .float64, from: Generator(seed: 2))
    let blurred: any Baseline = .blurred(standardDeviation: 1)
    try expectClose(
      Self.explain(model(0.3), x + 0.3, from: blurred), Self.explain(model(0), x, from: blurred),
      absolute: 1e-12, relative: 1e-12)
  }

  @Test func `fixed baselines do not, and by how much they miss is known`() throws {
    // F = w · (x − m): from zeros, feature i gets wᵢ xᵢ before the shift and wᵢ (xᵢ + mᵢ) after it.
    let weight = try Tensor([2, -1, 0.5, 3] as [Double], shape: [4, 1])
    let shift = try Tensor(Self.amounts, shape: [1, 4])
    let plain = ToyModels.function { try $0.matrixProduct(weight) }
    let moved = ToyModels.function { try ($0 - shift).matrixProduct(weight) }
    let x = try ToyModels.rows(2)
    func explain(_ model: FunctionModel, _ x: Tensor) throws -> Tensor {
      try IntegratedGradients(model, quantity: .classScore(0)).attributions(for: x).values
    }
    let miss = try explain(moved, x + shift) - explain(plain, x)
    let expected = try (shift * weight.transposed()).repeatingEach(2)
    try expectClose(miss, expected, absolute: 1e-12)
    #expect(try miss.absolute().min().number() > 0.1)
  }

  @Test func `a distribution of random baselines shifts along, draw by draw`() throws {
    let model = try ToyModels.smooth()
    let shift = try Tensor(Self.amounts, shape: [1, 4])
    let (x, data) = (try ToyModels.rows(3), try ToyModels.rows(9, seed: 13))
    func explain(_ model: FunctionModel, _ x: Tensor, _ data: Tensor) throws -> Tensor {
      try ExpectedGradients(model, quantity: .classScore(0), from: .samples(of: data), count: 40)
        .attributions(for: x).values
    }
    try expectClose(
      explain(Self.shifted(model, by: shift), x + shift, data + shift), explain(model, x, data),
      absolute: 1e-12, relative: 1e-12)
  }
}
