// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// The public law checkers, run on everything that the library brings.
@Suite struct LawTests {
  static let rules: [any QuadratureRule] = [
    RiemannRule(.left), RiemannRule(.middle), RiemannRule(.right), TrapezoidRule(),
    GaussLegendreRule(),
  ]

  @Test(arguments: rules.indices) func `every rule keeps its laws`(index: Int) throws {
    #expect(try QuadratureLaws.violations(of: Self.rules[index]) == [])
  }

  /// Weights that sum to (n − 1)/n, a known defect elsewhere.
  struct ShortRule: QuadratureRule {
    let name = "short"
    func degree(_ count: Int) -> Int { 1 }
    func nodes(_ count: Int) throws -> [QuadratureNode] {
      try TrapezoidRule().nodes(count).map {
        QuadratureNode(
          position: $0.position, weight: $0.weight * Double(count - 1) / Double(count))
      }
    }
  }

  @Test func `a rule whose weights fall short is found out`() throws {
    let violations = try QuadratureLaws.violations(of: ShortRule(), counts: 50...50)
    #expect(violations.contains { $0.law == "exact up to its degree" })
  }

  static func paths() throws -> [any Path] {
    let corner = try Tensor([5, -3, 2, 0] as [Double], shape: [1, 4])
    return [
      StraightPath(), PolylinePath(through: [corner]),
      PolylinePath(through: [corner, try corner * 2]),
      CustomPath("square") { t, start, end in try start + (end - start) * t * t },
      CustomPath("detour") { t, start, end in
        try start + (end - start) * t + (t * .pi).sine() * 0.7
      },
      SplinePath(through: [corner, try corner * 0.5]),
    ]
  }

  @Test(arguments: 0..<6) func `every path keeps its laws`(index: Int) throws {
    let violations = try PathLaws.violations(
      of: Self.paths()[index], from: ToyModels.rows(3), to: ToyModels.rows(3, seed: 8))
    #expect(violations == [])
  }

  @Test func `a path that does not arrive is found out`() throws {
    let short = CustomPath { t, start, end in try start + (end - start) * t * 0.9 }
    let violations = try PathLaws.violations(
      of: short, from: ToyModels.rows(2), to: ToyModels.rows(2, seed: 8))
    #expect(violations.map(\.law).contains("γ(1) is the end"))
  }

  @Test func `a numerical tangent is exact to ten digits`() throws {
    let path = CustomPath { t, start, end in try start + (end - start) * (t * 1.5).sine() }
    let start = try ToyModels.rows(5)
    let end = try ToyModels.rows(5, seed: 4)
    let t = try Tensor([0, 0.0005, 0.4, 0.9995, 1] as [Double], shape: [5, 1])
    try expectClose(
      path.velocities(at: t, from: start, to: end), (end - start) * (t * 1.5).cosine() * 1.5,
      absolute: 1e-10, relative: 1e-9)
  }

  static func baselines() throws -> [any Baseline] {
    let data = try ToyModels.rows(6, seed: 11)
    return [
      ZeroBaseline(), ConstantBaseline(0.3), TensorBaseline(try data[0]),
      TensorBaseline(try data[0..<3]), DataBaseline(.mean, of: data),
      DataBaseline(.median, of: data), DataBaseline(.mode, of: data), SampleBaseline(data),
      FarthestBaseline(in: -1...1),
      NoiseBaseline(.gaussian(standardDeviation: 0.2, range: -1...1), count: 2, seed: 4),
      NoiseBaseline(.uniform(0...1), count: 3), CustomBaseline { try $0 * 0.5 },
      MixedBaseline([ZeroBaseline(), ConstantBaseline(1)]),
    ]
  }

  @Test(arguments: 0..<13) func `every baseline keeps its laws`(index: Int) throws {
    let activation = Activation(try ToyModels.rows(3))
    #expect(try BaselineLaws.violations(of: Self.baselines()[index], for: activation) == [])
  }

  @Test func `a blurred baseline keeps its laws and leaves a constant image alone`() throws {
    let images = try Tensor.normal([2, 3, 7, 5], type: .float64, from: Generator(seed: 5))
    let blur = BlurredBaseline(standardDeviation: 1.5)
    #expect(try BaselineLaws.violations(of: blur, for: Activation(images)) == [])
    let flat = try Activation(images.filled(with: 0.25))
    let start = try blur.starts(for: Instances(activation: flat))[0].activation.tensors[0]
    try expectClose(start, flat.tensors[0], absolute: 1e-12)
  }

  static func distributions() throws -> [any DistributionOfInterest] {
    var all: [any DistributionOfInterest] = [
      PointDistribution(), PointDistribution(multiplier: .none),
      GaussianDistribution(standardDeviation: 0.3, count: 4, seed: 3),
      ExpectedGradientsDistribution(
        from: SampleBaseline(try ToyModels.rows(4, seed: 6)), count: 7, drawing: .independent),
      ExpectedGradientsDistribution(
        from: SampleBaseline(try ToyModels.rows(4, seed: 6)), count: 10),
    ]
    for rule in rules {
      all.append(PathDistribution(rule: rule, steps: 5))
    }
    for path in try paths().dropFirst() {
      all.append(PathDistribution(path, from: ConstantBaseline(0.1), rule: .midpoint, steps: 60))
    }
    all.append(
      PathDistribution(from: MixedBaseline([ZeroBaseline(), ConstantBaseline(1)]), steps: 3))
    all.append(PathDistribution(rule: TrapezoidRule(), steps: 4, progression: .moves))
    return all
  }

  @Test(arguments: 0..<16) func `every distribution keeps its laws`(index: Int) throws {
    let violations = try DistributionLaws.violations(
      of: Self.distributions()[index], around: Activation(ToyModels.rows(3)), tolerance: 1e-4)
    #expect(violations == [])
  }

  static let quantities: [any QuantityOfInterest] = [
    ClassScore(.index(1)), ClassScore(.predicted), ClassScore(.labels([0, 2, 1])),
    WinningClassScore(), ClassProbability(.index(0)), ClassProbability(.predicted),
    ClassProbability(.index(2), as: .logProbability), ClassProbability(.index(2), as: .logit),
    ClassScore(.index(0)) - ClassScore(.index(1)), 0.5 * ClassScore(.predicted),
    WeightedSum.scoreDifference(2, minus: 0), WeightedSum.weightedScores([0: 1, 2: -0.5]),
    ChannelActivation([0, 2], .mean), UnitActivation([1]), ThresholdSum(0.2),
    CustomQuantity { try $0.squared().sum(axes: [1]) },
  ]

  @Test(arguments: quantities.indices) func `every quantity keeps its laws`(index: Int) throws {
    let output = try ToyModels.rows(3, features: 3)
    #expect(try QuantityLaws.violations(of: Self.quantities[index], on: output) == [])
  }

  @Test func `a quantity that mixes rows is found out`() throws {
    let mixing = CustomQuantity { try $0.sum(axes: [1]) + $0.sum() }
    let violations = try QuantityLaws.violations(of: mixing, on: ToyModels.rows(3))
    #expect(violations.map(\.law).contains("rows do not see each other"))
  }

  @Test func `every cut keeps its laws`() throws {
    let image = try Tensor.normal([2, 4, 3, 5], type: .float64, from: Generator(seed: 2))
    let cuts: [any Cut] = [
      LayerCut("a"), InputCut(), OutputCut(), LogitCut(), .channel(2, of: .layer("a")),
      .channels(1..<3, of: .layer("a")), .token(0, of: .layer("a")),
      .part(of: .layer("a"), axis: -1, range: 2..<5),
      .channel(0, of: .part(of: .layer("a"), axis: 2, range: 1..<2)),
    ]
    for cut in cuts { #expect(try CutLaws.violations(of: cut, on: [image]) == [], "\(cut.name)") }
    let pair = JointCut([LayerCut("a"), PartialCut(of: LayerCut("b"), axis: 1, range: 0..<1)])
    #expect(try CutLaws.violations(of: pair, on: [image, image * 2]) == [])
  }

  @Test func `function models keep the laws of models`() throws {
    for model in [try ToyModels.smooth(features: 3), try ToyModels.bypassed()] {
      let layers: [any Cut] = [.input, .output, .layer(model.layers[0].name)]
      let inputs = Inputs(try ToyModels.rows(3, features: 3))
      #expect(try ModelLaws.violations(of: model, on: inputs, layers: layers) == [])
    }
  }
}
