// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Random draws: their standard errors, strata, and stopping at a tolerance.
@Suite struct SamplingTests {
  /// Two hidden layers with ReLU, `[rows, 6]` to `[rows, 2]`, float64.
  static func rectified() throws -> FunctionModel {
    let generator = try Generator(seed: 5)
    let w1 = try Tensor.normal([6, 100], type: .float64, from: generator)
    let b1 = try Tensor.normal([100], type: .float64, from: generator)
    let w2 = try Tensor.normal([100, 100], type: .float64, from: generator)
    let w3 = try Tensor.normal([100, 2], type: .float64, from: generator)
    return ToyModels.function { x in
      let first = try (x.matrixProduct(w1) + b1).relu()
      return try first.matrixProduct(w2).relu().matrixProduct(w3)
    }
  }

  static let x = Result { try ToyModels.rows(1, features: 6, seed: 31) }

  /// What a distribution gives for the instance, seed by seed, and what is true of it.
  struct Experiment {
    var values: [[Double]] = []
    var errors: [[Double]] = []
    let truth: [Double]

    init(
      _ model: FunctionModel, truth: Tensor, seeds: Range<Int>, measure: Measure = .attribution,
      _ distribution: (UInt64) -> any DistributionOfInterest
    ) throws {
      self.truth = try truth.numbers()
      for seed in seeds {
        let result = try InternalInfluence(
          model, distribution: distribution(UInt64(seed)), quantity: .classScore(0),
          measure: measure
        ).attributions(for: SamplingTests.x.get())
        values.append(try result.values.numbers())
        errors.append(try #require(result.standardError).tensors[0].numbers())
      }
    }

    /// The root of the mean squared error over seeds and features.
    var rootMeanSquare: Double {
      let squares = values.flatMap { zip($0, truth).map { ($0 - $1) * ($0 - $1) } }
      return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }

    /// The same as the standard errors tell it.
    var stated: Double {
      let squares = errors.joined().map { $0 * $0 }
      return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }

    /// The share of features and seeds whose truth lies within so many standard errors.
    func coverage(_ multiple: Double) -> Double {
      let hits = zip(values, errors).flatMap { values, errors in
        truth.indices.map { abs(values[$0] - truth[$0]) <= multiple * errors[$0] }
      }
      return Double(hits.count { $0 }) / Double(hits.count)
    }

    /// The mean over seeds less the truth, in standard errors of that mean.
    var bias: [Double] {
      truth.indices.map { feature in
        let column = values.map { $0[feature] }
        let mean = column.reduce(0, +) / Double(column.count)
        let variance =
          column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count - 1)
        return (mean - truth[feature]) / (variance / Double(column.count)).squareRoot()
      }
    }
  }

  /// For one baseline by 8000 midpoints; for many, whose spread hides finer errors, by 500 each.
  static func exact(_ model: FunctionModel, from baseline: any Baseline) throws -> Tensor {
    try IntegratedGradients(
      model, quantity: .classScore(0), from: baseline,
      steps: baseline is SampleBaseline ? 500 : 8000,
      rule: .midpoint
    ).attributions(for: x.get()).values
  }

  // MARK: Standard errors

  @Test func `the standard error of a quadratic's smooth gradient is known`() throws {
    // The gradient at a draw is 2(x + ε): its mean over n has the standard error 2σ / √n.
    let model = ToyModels.function { try $0.squared().sum(axes: [1], keepingAxes: true) }
    let result = try SmoothGrad(
      model, quantity: .classScore(0), standardDeviation: 0.5, count: 10_000, seed: 3
    ).attributions(for: ToyModels.rows(2))
    let error = try #require(result.standardError)
    #expect(error.tensors[0].shape == [2, 4])
    try expectClose(error.tensors[0], error.tensors[0].filled(with: 0.01), absolute: 0.0003)
    let estimate = try error.tensors[0].sum(axes: [1]) / result.values.absolute().sum(axes: [1])
    try expectClose(#require(result.errorEstimate), estimate, absolute: 1e-12)
  }

  @Test func `what is not drawn has no standard error`() throws {
    let result = try IntegratedGradients(ToyModels.smooth()).attributions(for: ToyModels.rows(1))
    #expect(result.standardError == nil)
    let variance = try SmoothGrad(
      ToyModels.smooth(), standardDeviation: 0.1, statistic: .variance
    ).attributions(for: ToyModels.rows(1))
    #expect(variance.standardError == nil)
    // One draw has no spread.
    let single = try SmoothGrad(ToyModels.smooth(), standardDeviation: 0.1, count: 1)
      .attributions(for: ToyModels.rows(1))
    #expect(single.standardError == nil)
  }

  @Test(arguments: 0..<6)
  func `the truth lies within the standard error as often as it should`(index: Int) throws {
    let model = try index < 3 ? Self.rectified() : ToyModels.smooth(features: 6)
    let one: any Baseline = ConstantBaseline(0)
    let many: any Baseline = SampleBaseline(try ToyModels.rows(40, features: 6, seed: 8))
    let baseline = index % 3 == 0 ? one : many
    // 32 draws are 16 strata, less than half of the 40 baselines; 160 draws are more than them.
    let count = [64, 32, 160][index % 3]
    let experiment = try Experiment(
      model, truth: Self.exact(model, from: baseline), seeds: 0..<100
    ) { .expectedGradients(from: baseline, count: count, seed: $0) }
    #expect((0.60...0.76).contains(experiment.coverage(1)), "\(experiment.coverage(1))")
    // From one baseline through ReLU a few strata with kinks make up the error, so that its tails
    // are longer than the normal distribution's.
    let least = index == 0 ? 0.86 : 0.90
    #expect((least...0.985).contains(experiment.coverage(2)), "\(experiment.coverage(2))")
    #expect(abs(experiment.stated / experiment.rootMeanSquare - 1) < 0.15)
    #expect(experiment.bias.allSatisfy { abs($0) < 4 }, "\(experiment.bias)")
  }

  @Test func `the same for independent draws and for a Gaussian`() throws {
    let model = try Self.rectified()
    let many: any Baseline = SampleBaseline(try ToyModels.rows(40, features: 6, seed: 8))
    let quadratic = ToyModels.function { try $0.squared().sum(axes: [1], keepingAxes: true) }
    let experiments = [
      try Experiment(model, truth: Self.exact(model, from: many), seeds: 0..<100) {
        .expectedGradients(from: many, count: 64, drawing: .independent, seed: $0)
      },
      try Experiment(quadratic, truth: Self.x.get() * 2, seeds: 0..<100, measure: .influence) {
        .gaussian(standardDeviation: 0.3, count: 64, seed: $0 * 1000)
      },
    ]
    for experiment in experiments {
      #expect((0.60...0.76).contains(experiment.coverage(1)), "\(experiment.coverage(1))")
      #expect((0.90...0.985).contains(experiment.coverage(2)), "\(experiment.coverage(2))")
    }
  }

  // MARK: Strata

  /// The least factor by which strata lower the error, seen over 80 seeds.
  @Test(arguments: [
    (1, 64, 5.0), (1, 256, 10.0), (8, 64, 2.0), (40, 160, 1.4), (40, 64, 1.1), (90, 64, 1.0),
  ])
  func `strata lower the error at equal cost`(baselines: Int, count: Int, factor: Double) throws {
    let model = try Self.rectified()
    let data = SampleBaseline(try ToyModels.rows(baselines, features: 6, seed: 8))
    let baseline: any Baseline = baselines == 1 ? ConstantBaseline(0) : data
    let truth = try Self.exact(model, from: baseline)
    let errors = try ExpectedGradientsDistribution.Drawing.allCases.map { drawing in
      try Experiment(model, truth: truth, seeds: 0..<80) {
        .expectedGradients(from: baseline, count: count, drawing: drawing, seed: $0)
      }.rootMeanSquare
    }
    #expect(errors[1] > factor * errors[0], "\(errors[1] / errors[0])")
  }

  @Test func `weights of baselines are kept in the strata`() throws {
    let model = try ToyModels.smooth(features: 6)
    let baseline = MixedBaseline([
      (ConstantBaseline(0), 5), (ConstantBaseline(1), 0), (ConstantBaseline(-1), 1.7),
    ])
    let experiment = try Experiment(
      model, truth: Self.exact(model, from: baseline), seeds: 0..<100
    ) { .expectedGradients(from: baseline, count: 10, seed: $0) }
    #expect(experiment.bias.allSatisfy { abs($0) < 4 }, "\(experiment.bias)")
  }

  @Test func `an odd number of stratified draws is raised by one`() throws {
    #expect(ExpectedGradientsDistribution(from: .zeros, count: 9).count == 10)
    #expect(ExpectedGradientsDistribution(from: .zeros, count: 9, drawing: .independent).count == 9)
  }

  @Test func `chunks change neither values nor standard errors`() throws {
    let x = try ToyModels.rows(3, features: 6)
    var engine = InternalInfluence(
      try Self.rectified(), distribution: .expectedGradients(from: .zeros, count: 14))
    let whole = try engine.attributions(for: x)
    for limit in [1, 2, 3, 5, 9, 13] {
      engine.rowLimit = .rows(limit)
      let part = try engine.attributions(for: x)
      try expectClose(part.values, whole.values, absolute: 1e-12)
      try expectClose(
        #require(part.standardError).tensors[0], #require(whole.standardError).tensors[0],
        absolute: 1e-12)
    }
  }

  // MARK: Tolerance

  static func sampled(_ tolerance: Double, seed: UInt64 = 0) throws -> [InternalInfluence] {
    let data = try ToyModels.rows(12, features: 6, seed: 8)
    let distributions: [any DistributionOfInterest] = [
      .gaussian(standardDeviation: 0.3, count: 20_000, tolerance: tolerance, seed: seed),
      .expectedGradients(
        from: .samples(of: data), count: 20_000, tolerance: tolerance, drawing: .independent,
        seed: seed),
      .expectedGradients(from: .samples(of: data), count: 20_000, tolerance: tolerance, seed: seed),
    ]
    let model = try rectified()
    return distributions.map {
      InternalInfluence(model, distribution: $0, quantity: .classScore(0))
    }
  }

  @Test(arguments: 0..<3) func `drawing stops at the tolerance, each instance for itself`(
    index: Int
  ) throws {
    var engine = try Self.sampled(0.05)[index]
    let x = try ToyModels.rows(5, features: 6, seed: 44)
    let together = try engine.attributions(for: x)
    let estimates = try #require(together.errorEstimate).numbers()
    #expect(estimates.allSatisfy { $0 <= 0.05 })
    // Stopped at powers of two, and not all of them at once.
    var draws: Set<Int> = []
    for row in 0..<5 {
      let alone = try engine.attributions(for: x[row..<row + 1])
      draws.insert(alone.cost.samples)
      try expectClose(alone.values, together.values[row..<row + 1], absolute: 1e-12)
      try expectClose(
        #require(alone.standardError).tensors[0],
        #require(together.standardError).tensors[0][row..<row + 1], absolute: 1e-12)
      try expectClose(#require(alone.errorEstimate), [estimates[row]], absolute: 1e-12)
    }
    #expect(draws.count > 1 && draws.max() == together.cost.samples)
    #expect(draws.allSatisfy { $0 >= 32 && $0 < 20_000 && $0 & ($0 - 1) == 0 })
    #expect(together.cost.backwardRows < 5 * together.cost.samples)
    for limit in [1, 7, 300] {
      engine.rowLimit = .rows(limit)
      try expectClose(engine.attributions(for: x).values, together.values, absolute: 1e-12)
    }
  }

  @Test func `fewer draws do for a looser tolerance, and strata need fewer`() throws {
    let x = try ToyModels.rows(4, features: 6, seed: 44)
    func rows(_ tolerance: Double) throws -> [Int] {
      try Self.sampled(tolerance).map { try $0.attributions(for: x).cost.backwardRows }
    }
    let (loose, tight) = (try rows(0.1), try rows(0.03))
    for (loose, tight) in zip(loose, tight) { #expect(loose < tight) }
    #expect(tight[2] < tight[1])
  }

  @Test(arguments: 1..<3) func `the true error keeps to the tolerance`(index: Int) throws {
    let x = try Self.x.get()
    let data = SampleBaseline(try ToyModels.rows(12, features: 6, seed: 8))
    let truth = try Self.exact(Self.rectified(), from: data)
    let errors = try (0..<60).map { seed in
      try relativeL1(
        Self.sampled(0.05, seed: UInt64(seed))[index].attributions(for: x).values, truth)
    }
    // |normal| has the mean 0.8 of its deviation, and features share draws, so that single
    // explanations scatter.
    #expect(errors.reduce(0, +) / 60 < 0.05)
    #expect(errors.count { $0 <= 0.1 } >= 57)
  }

  @Test func `draws are no more than the count`() throws {
    let x = try ToyModels.rows(2, features: 6)
    for count in [1, 20, 33, 70] {
      let result = try InternalInfluence(
        Self.rectified(),
        distribution: .gaussian(standardDeviation: 1, count: count, tolerance: 1e-6)
      ).attributions(for: x)
      #expect(result.cost.samples == count)
      #expect(result.cost.backwardRows == 2 * count)
      #expect((result.standardError == nil) == (count == 1))
    }
  }

  @Test func `one round is what the same draws are without a tolerance`() throws {
    let x = try ToyModels.rows(2, features: 6)
    let model = try Self.rectified()
    func explain(_ tolerance: Double?) throws -> Attributions {
      try ExpectedGradients(model, from: .zeros, count: 40, tolerance: tolerance)
        .attributions(for: x)
    }
    let (plain, bounded) = (try explain(nil), try explain(1e-9))
    try expectClose(bounded.values, plain.values, absolute: 0)
    try expectClose(
      #require(bounded.completenessGap), #require(plain.completenessGap), absolute: 1e-12)
    #expect(bounded.cost.forwardRows == plain.cost.forwardRows)
  }

  @Test func `the gap is that of the joined rounds`() throws {
    let x = try ToyModels.rows(3, features: 6)
    let result = try Self.sampled(0.02)[2].attributions(for: x)
    let change = try #require(result.quantity.end) - #require(result.quantity.start)
    try expectClose(
      #require(result.completenessGap), result.values.sum(axes: [1]) - change, absolute: 1e-12)
  }

  @Test func `several quantities stop each for itself`() throws {
    let x = try ToyModels.rows(3, features: 6)
    let quantities: [any QuantityOfInterest] = [
      ClassScore(.index(0)), ClassScore(.index(0)) * 1e-3 + ClassScore(.index(1)),
      ClassScore(.labels([1, 0, 1])),
    ]
    var engine = try Self.sampled(0.05)[2]
    engine.keepsInfluence = true
    let together = try engine.attributions(for: x, quantities: quantities)
    for (result, quantity) in zip(together, quantities) {
      engine.quantity = quantity
      let alone = try engine.attributions(for: x)
      try expectClose(result.values, alone.values, absolute: 1e-12)
      try expectClose(
        #require(result.influence).tensors[0], #require(alone.influence).tensors[0],
        absolute: 1e-12)
    }
  }

  @Test func `what does not vary is known after the first round`() throws {
    let result = try InternalInfluence(
      ToyModels.function { try $0 * 0 },
      distribution: .gaussian(
        standardDeviation: 1, count: 5000, tolerance: 0.01), quantity: .classScore(0)
    ).attributions(for: ToyModels.rows(2))
    #expect(result.cost.samples == 32)
    #expect(try result.values.absolute().sum().number() == 0)
  }

  @Test func `a tolerance for a variance is refused`() throws {
    let method = try SmoothGrad(
      ToyModels.smooth(), standardDeviation: 0.1, tolerance: 0.1, statistic: .variance)
    #expect(
      throws: SamplesError.noStandardError(
        distribution: "gaussian, deviation 0.1, to 0.1 in at most 25 draws", .variance)
    ) { try method.attributions(for: ToyModels.rows(1)) }
  }
}
