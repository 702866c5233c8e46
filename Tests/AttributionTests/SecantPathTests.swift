// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// The secant rule along every path that lets itself be integrated.
@Suite struct SecantPathTests {
  /// Two layers with ReLU, `[rows, 4]` to `[rows, 3]`.
  static func network() throws -> FunctionModel {
    let generator = try Generator(seed: 6)
    let first = try Tensor.normal([4, 9], type: .float64, from: generator)
    let second = try Tensor.normal([9, 3], type: .float64, from: generator)
    return FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"], layers: ["hidden", "y"]
    ) { values in
      let hidden = try values.mark("hidden", (values["x"].matrixProduct(first) + 0.3).relu())
      try values.mark("y", hidden.matrixProduct(second))
    }
  }

  static func distributions() throws -> [any DistributionOfInterest] {
    let rule = SecantRule()
    let (decoder, encoder) = try CurvedPathTests.networks()
    let baseline = MixedBaseline([(ConstantBaseline(0.1), 3), (ConstantBaseline(-0.4), 1)])
    let table = try DiscretizedDistributionTests.table()
    return [
      .path(SplinePath(through: [try ToyModels.rows(1, seed: 31)]), from: baseline, rule: rule),
      .path(DecodedPath(decoder: decoder, encoder: encoder), from: baseline, rule: rule),
      SplitPathDistribution(.left, at: 0.5, from: baseline, rule: rule, steps: 4),
      SplitPathDistribution(.right, at: 0.5, from: baseline, rule: rule, steps: 4),
      SequentialDistribution(
        groups: try Tensor([0, 1, 1, 0]), from: baseline, rule: rule, steps: 3),
      DiscretizedDistribution(through: table, from: baseline, anchors: 5, rule: rule, steps: 6),
      ImportantDirections(of: PathDistribution(from: baseline, rule: rule, steps: 5)),
    ]
  }

  @Test(arguments: 0..<7, [1, 5, 1000])
  func `secants are complete exactly, whatever the path and the batch`(
    index: Int, rows: Int
  ) throws {
    for cut in [InputCut() as any Cut, LayerCut("hidden")] {
      var engine = InternalInfluence(
        try Self.network(), distribution: try Self.distributions()[index],
        quantity: .predictedClass, slice: NetworkSlice(from: cut), at: .input)
      engine.rowLimit = .rows(rows)
      let result = try engine.attributions(for: ToyModels.rows(4))
      try expectClose(#require(result.completenessGap), [0, 0, 0, 0], absolute: 1e-12)
    }
  }

  @Test func `secants along the blur path are complete exactly`() throws {
    let weight = try Tensor.normal([25, 6], type: .float64, from: Generator(seed: 2))
    let model = ToyModels.function { x in
      try x.flattened(from: 1).matrixProduct(weight).relu().sum(axes: [1], keepingAxes: true)
    }
    let result = try InternalInfluence(
      model, distribution: .blur(standardDeviation: 2, steps: 3, rule: .secant),
      quantity: .classScore(0)
    ).attributions(for: BlurPathTests.images([3, 1, 5, 5]))
    try expectClose(#require(result.completenessGap), [0, 0, 0], absolute: 1e-12)
  }

  @Test func `parts that are refined to a tolerance sum to the whole`() throws {
    let parts = try SplitPathDistribution.Part.allCases.map { part in
      try InternalInfluence(
        Self.network(),
        distribution: SplitPathDistribution(part, at: 0.5, rule: .automatic(tolerance: 1e-3)),
        quantity: .predictedClass
      ).attributions(for: ToyModels.rows(4))
    }
    let whole = try InternalInfluence(
      Self.network(), distribution: .linear(steps: 500, rule: .secant), quantity: .predictedClass
    ).attributions(for: ToyModels.rows(4))
    #expect(try relativeL1(parts[0].values + parts[1].values, whole.values) < 5e-3)
  }
}
