// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct SecantRuleTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let fixtures = "Tests/AttributionTests/Fixtures"

  static func network(_ path: String, _ inputs: String) throws -> (ONNXModel, Tensor) {
    let model = try ONNXModel(path: root.appending(path: path).path, elementType: .float64)
    return (model, try array(inputs))
  }

  static func array(_ path: String) throws -> Tensor {
    try Tensor(contentsOfNPY: root.appending(path: path).path).converted(to: .float64)
  }

  static func digits() throws -> (ONNXModel, Tensor) {
    try network("Examples/Models/digits.onnx", "Examples/Data/ten-digits.npy")
  }

  // MARK: Families

  /// A network, what is explained, and layers that all of it flows through.
  struct Family: Sendable, CustomTestStringConvertible {
    let name: String
    let layers: [String]
    let make: @Sendable () throws -> (any Model, Tensor)

    var testDescription: String { name }
  }

  static let families = [
    Family(name: "pooling", layers: ["conv1", "pool", "dense", "relu3"]) {
      let (model, digits) = try SecantRuleTests.digits()
      return (model, try digits[0..<3])
    },
    Family(name: "residual", layers: ["relu", "block2.relu2", "average"]) {
      try network(
        "\(fixtures)/residual-small.onnx", "\(fixtures)/captum/residual-small/inputs.npy")
    },
    Family(name: "attention", layers: ["normal", "mixed"]) {
      (try ToyModels.attention(), try ToyModels.tokens())
    },
    Family(name: "recurrence", layers: ["embedded", "last"]) {
      (try ToyModels.recurrence(), try ToyModels.tokens())
    },
  ]

  static let quantities: [any QuantityOfInterest] = [
    ClassScore(.index(1)), .probability(of: 1), .logProbability(of: 1),
  ]

  private func expectComplete(_ result: Attributions, cells: Int? = nil) throws {
    let change = try #require(result.quantity.end) - #require(result.quantity.start)
    // What cancels in the sum is not rounding's fault.
    let rows = change.shape[0]
    let size =
      try result.values.absolute().reshaped(to: [rows, -1]).sum(axes: [1]) + change.absolute()
    let gap = try #require(result.completenessGap).absolute() / size
    #expect(try size.min().number() > 1e-6)
    #expect(try gap.max().number() < 1e-12, "\(result.configuration)")
    if let cells { #expect(result.cost.samples == cells) }
  }

  @Test(arguments: families, [1, 2, 4, 8])
  func `attributions add up, for any number of cells`(family: Family, count: Int) throws {
    let (model, x) = try family.make()
    for quantity in Self.quantities {
      try expectComplete(
        IntegratedGradients(model, quantity: quantity, steps: count, rule: .secant)
          .attributions(for: x), cells: count)
    }
  }

  @Test(arguments: families)
  func `conductance adds up at every layer`(family: Family) throws {
    let (model, x) = try family.make()
    for layer in family.layers {
      for count in [1, 3] {
        try expectComplete(
          Conductance(model, of: .layer(layer), steps: count, rule: .secant)
            .attributions(for: x), cells: count)
      }
    }
  }

  @Test(arguments: families)
  func `attributions add up on bent and curved paths, from several baselines`(
    family: Family
  ) throws {
    let (model, x) = try family.make()
    let noise = try Tensor.uniform(x.shape, type: .float64, from: Generator(seed: 9))
    let baseline = MixedBaseline([(ConstantBaseline(0.3), 1), (TensorBaseline(noise), 2)])
    let spiral = CustomPath("spiral") { t, start, end in
      try start + (end - start) * t + Tensor.concatenated(
        [Tensor](repeating: noise, count: t.shape[0] / x.shape[0])) * (t * (1 - t))
    }
    for path in [PolylinePath(through: [try noise[0]]), spiral] as [any Path] {
      for count in [2, 5] {
        let distribution = PathDistribution(path, from: baseline, rule: .secant, steps: count)
        try expectComplete(
          InternalInfluence(model, distribution: distribution).attributions(for: x))
      }
    }
  }

  // MARK: Limits

  @Test(arguments: [
    ("tabular", "Examples/Models/tabular.onnx", "captum/tabular/"),
    ("residual-small", "\(fixtures)/residual-small.onnx", "captum/residual-small/"),
    ("smooth", "\(fixtures)/deeplift/smooth.onnx", "deeplift/smooth-"),
  ])
  func `one cell is DeepLIFT's rescale rule`(name: String, path: String, data: String) throws {
    let (model, x) = try Self.network(path, "\(Self.fixtures)/\(data)inputs.npy")
    let baseline = try Self.array("\(Self.fixtures)/\(data)baseline.npy")
    let result = try IntegratedGradients(
      model, slice: NetworkSlice(to: .logits), from: .tensor(baseline), steps: 1, rule: .secant
    ).attributions(for: x)
    let expected = try Self.array("\(Self.fixtures)/deeplift/\(name).npy")
    #expect(try relativeL1(result.values, expected) < 1e-8)
  }

  @Test func `the error falls like the number of cells to the power of -1,5`() throws {
    let (model, digits) = try Self.digits()
    let slice = NetworkSlice(to: .logits)
    let exact = try IntegratedGradients(model, slice: slice, rule: .exact)
      .attributions(for: digits).values
    func error(_ count: Int, _ rule: any PathRule) throws -> Double {
      let result = try IntegratedGradients(model, slice: slice, steps: count, rule: rule)
        .attributions(for: digits)
      return try relativeL1(result.values, exact)
    }
    let slope = try log2(error(64, .secant) / error(4, .secant)) / 4
    #expect(slope > -1.7 && slope < -1.3, "\(slope)")
    // A third of Gauss–Legendre's steps is enough, max pooling notwithstanding.
    #expect(try error(16, .secant) < error(50, .gaussLegendre))
  }

  @Test func `a batch is its rows one by one, in float32 as well`() throws {
    let (model, digits) = try Self.digits()
    let both = try IntegratedGradients(model, steps: 4, rule: .secant).attributions(for: digits)
    for row in [0, 7] {
      let alone = try IntegratedGradients(model, steps: 4, rule: .secant)
        .attributions(for: digits[row..<row + 1])
      try expectClose(alone.values, both.values[row..<row + 1], absolute: 1e-12)
    }
    let single = try ONNXModel(path: Self.root.appending(path: "Examples/Models/digits.onnx").path)
    let rough = try IntegratedGradients(single, steps: 4, rule: .secant)
      .attributions(for: digits.converted(to: .float32))
    #expect(try relativeL1(rough.values.converted(to: .float64), both.values) < 1e-5)
  }

  @Test(arguments: [UniformGrid(), SquareGrid(), CustomGrid { $0 * $0 * $0 }] as [any Grid])
  func `grids keep their laws`(grid: any Grid) {
    #expect(GridLaws.violations(of: grid).isEmpty)
  }

  @Test func `a grid that does not rise from 0 to 1 breaks the laws`() {
    #expect(!GridLaws.violations(of: CustomGrid { 1 - $0 }).isEmpty)
    #expect(!GridLaws.violations(of: CustomGrid { $0 / 2 }).isEmpty)
  }
}
