// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

@testable import Evaluation

@Suite struct AxiomMetricTests {
  private func scores(
    _ metric: any Metric, _ explainer: Explainer, _ rows: [[Double]], in model: any Model,
    truth: Truth = Truth()
  ) throws -> [Double] {
    let inputs = try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count])
    return try metric.scores(
      of: explainer.explanation(of: Inputs(inputs), in: model, truth: truth), seed: 1
    ).scores
  }

  /// x₁² + x₂ and nothing of x₃.
  private let square = ToyModels.function { x in
    let first = try x.sliced(axis: 1, from: 0, to: 1)
    return try first * first + x.sliced(axis: 1, from: 1, to: 2)
  }

  /// Integrated gradients from zeros by few right endpoints: x² comes out as (n + 1) / n · x².
  private func rightEnds(_ steps: Int) -> Explainer {
    Explainer("right ends", slice: Known.product.slice, quantity: .classScore(0)) {
      model, slice, quantity in
      InternalInfluence(
        model, distribution: .linear(from: .zeros, steps: steps, rule: RiemannRule(.right)),
        quantity: quantity, slice: slice)
    }
  }

  // MARK: Completeness and error

  @Test func `the gap is what a coarse rule misses`() throws {
    // Five right ends: x₁² · 6 / 5, of x₁² + x₂ = 4 + 1.
    let gap = try scores(CompletenessGap(.absolute), rightEnds(5), [[2, 1, 0]], in: square)
    expectClose(gap[0], 0.8, absolute: 1e-12)
    let relative = try scores(
      CompletenessGap(), rightEnds(5), [[2, 1, 0], [0, 0, 9]], in: square)
    expectClose(relative[0], 0.8 / 5, absolute: 1e-12)
    #expect(relative[1].isNaN)
    let exact = try scores(CompletenessGap(), Known.integrated, [[2, 1, 0]], in: square)
    expectClose(exact[0], 0, absolute: 1e-12)
  }

  @Test func `a method without a path needs a baseline`() throws {
    // x₁ · 2 x₁ + x₂ = 9 against 5.
    let metric = CompletenessGap(.absolute, from: try Tensor.zeros([1]))
    #expect(try scores(metric, Known.product, [[2, 1, 0]], in: square) == [4])
    #expect(throws: MetricError.self) {
      try scores(CompletenessGap(), Known.product, [[2, 1, 0]], in: square)
    }
    #expect(throws: MetricError.shape(what: "the baseline", [2], expected: [1, 3])) {
      try scores(
        CompletenessGap(from: Tensor.zeros([2])), Known.product, [[2, 1, 0]], in: square)
    }
  }

  @Test func `the error sees what the gap does not`() throws {
    // Gradient × input of x₁ x₂ is (x₁ x₂, x₁ x₂), twice what integrated gradients gives.
    let product = ToyModels.function { try $0.product(axis: 1, keepingAxis: true) }
    let truth = Truth(
      attributions: Activation(try Tensor([3, 3] as [Double], shape: [1, 2])))
    #expect(
      try scores(AttributionError(), Known.product, [[2, 3]], in: product, truth: truth) == [1])
    expectClose(
      try scores(AttributionError(), Known.integrated, [[2, 3]], in: product, truth: truth)[0], 0,
      absolute: 1e-12)
    // Swapped attributions have no gap, and an error of 2/3.
    let swapped = Truth(attributions: Activation(try Tensor([1, 5] as [Double], shape: [1, 2])))
    #expect(
      try scores(AttributionError(), Known.product, [[5, 1]], in: Known.sum, truth: swapped)
        == [8.0 / 6])
    expectClose(
      try scores(
        AttributionError(against: Known.integrated), rightEnds(5), [[2, 1, 0]], in: square)[0],
      0.8 / 5, absolute: 1e-12)
  }

  @Test func `an error needs what is right`() throws {
    #expect(throws: MetricError.self) {
      try scores(AttributionError(), Known.product, [[1]], in: Known.sum)
    }
    #expect(throws: MetricError.self) {
      try scores(
        AttributionError(), Known.product, [[1]], in: Known.sum,
        truth: Truth(attributions: Activation(Tensor.zeros([1, 2]))))
    }
    let zeros = Truth(attributions: Activation(try Tensor.zeros([2, 1], type: .float64)))
    let score = try scores(
      AttributionError(), Known.product, [[0], [1]], in: Known.sum, truth: zeros)
    #expect(score[0] == 0 && score[1].isNaN)
  }

  // MARK: Dummies

  /// Twice the input, whatever the network.
  private let doubled = Explainer(
    "doubled input", slice: Known.product.slice, quantity: .classScore(0)
  ) { _, slice, quantity in
    GradientTimesInput(
      ToyModels.function { try ($0 * 2).sum(axes: [1], keepingAxes: true) }, quantity: quantity,
      slice: slice)
  }

  @Test func `what a dummy gets is told`() throws {
    #expect(
      try scores(DummyAttribution(), Known.product, [[2, 1, 7]], in: square) == [0])
    // Attributions (4, 2, 14).
    expectClose(
      try scores(DummyAttribution(), doubled, [[2, -1, 7]], in: square)[0], 14.0 / 20)
    // Every element of Σ x counts.
    #expect(try scores(DummyAttribution(), doubled, [[2, 1, 7]], in: Known.sum)[0].isNaN)
  }

  @Test func `what is saturated at the instance is no dummy`() throws {
    // min(x₁ + x₂, 1) at (3, 3): neither alone changes it a little.
    let saturated = ToyModels.function {
      try $0.sliced(axis: 1, from: 0, to: 2).sum(axes: [1], keepingAxes: true).clamped(to: 1)
    }
    let inputs = Inputs(try Tensor([3, 3, 2] as [Double], shape: [1, 3]))
    let explanation = try Known.gradient.explanation(of: inputs, in: saturated)
    #expect(
      try DummyAttribution(points: 40, spread: 6).dummies(of: explanation, seed: 1)
        == [[false, false, true]])
    // One look from the instance, as in Quantus, takes all three for dummies.
    #expect(
      try DummyAttribution(points: 1, spread: 0.1).dummies(of: explanation, seed: 1)
        == [[true, true, true]])
  }

  @Test func `pixels are replaced with all their channels`() throws {
    // Reads the first row of the second channel.
    let model = ToyModels.function {
      try $0.selected(1, axis: 1).selected(0, axis: 1).sum(axes: [1], keepingAxes: true)
    }
    let explanation = try Known.product.explanation(
      of: Inputs(ToyModels.rows(2, features: 8).reshaped(to: [2, 2, 2, 2])), in: model)
    #expect(
      try DummyAttribution().dummies(of: explanation, seed: 1)
        == [[Bool]](repeating: [false, false, true, true], count: 2))
    #expect(
      try DummyAttribution(features: .elements).dummies(of: explanation, seed: 1)[0]
        == [true, true, true, true, false, false, true, true])
  }

  // MARK: Symmetry

  @Test func `symmetric features follow their values`() throws {
    let product = ToyModels.function { try $0.product(axis: 1, keepingAxis: true) }
    let metric = SymmetryViolation(pairs: [(0, 1)])
    #expect(try scores(metric, Known.integrated, [[2, 5, 1]], in: product)[0] < 1e-12)
    // A baseline of (0, 1, 0) tells the features apart.
    let uneven = Explainer("uneven", slice: Known.product.slice, quantity: .classScore(0)) {
      model, slice, quantity in
      InternalInfluence(
        model,
        distribution: .linear(from: .tensor(try Tensor([0, 1] as [Double])), steps: 8),
        quantity: quantity, slice: slice)
    }
    // x y from (0, 1): at (2, 5) (6, 4), at (5, 2) (7.5, 2.5): (|2.5 − 6| + |7.5 − 4|) / 10.
    expectClose(try scores(metric, uneven, [[2, 5]], in: product)[0], 0.7, absolute: 1e-12)
  }

  @Test func `features that are no equals are refused`() throws {
    #expect(throws: MetricError.self) {
      try scores(SymmetryViolation(pairs: [(0, 1)]), Known.product, [[2, 5, 1]], in: square)
    }
    #expect(throws: MetricError.self) {
      try scores(SymmetryViolation(pairs: [(0, 3)]), Known.product, [[2, 5, 1]], in: Known.sum)
    }
  }

  // MARK: Linearity

  @Test func `gradients add, and paths that choose by the quantity do not`() throws {
    let model = try ToyModels.smooth()
    let inputs = Inputs(try ToyModels.rows(2))
    let metric = LinearityViolation(with: .classScore(2), weights: (2, -0.5))
    for score in try metric.scores(
      of: Known.integrated.explanation(of: inputs, in: model), seed: 0
    ).scores { #expect(score < 1e-12) }
    let guided = Explainer("guided", slice: Known.product.slice, quantity: .classScore(0)) {
      model, slice, quantity in
      InternalInfluence(
        model, distribution: .guided(steps: 20), quantity: quantity, slice: slice)
    }
    for score in try metric.scores(of: guided.explanation(of: inputs, in: model), seed: 0).scores {
      #expect(score > 1e-3)
    }
  }

  @Test func `the sizes of gradients break linearity by a known share`() throws {
    // Squares of gradients: A(Q₁) = 1, A(Q₂) = 4, A(Q₁ + Q₂) = 9.
    let model = ToyModels.function { try Tensor.concatenated([$0, $0 * 2], axis: 1) }
    let squares = Explainer("squares", slice: Known.product.slice, quantity: .classScore(0)) {
      model, slice, quantity in
      InternalInfluence(
        model, distribution: PointDistribution(multiplier: .none), quantity: quantity, slice: slice,
        measure: .influence, statistic: .meanSquare)
    }
    expectClose(
      try scores(LinearityViolation(with: .classScore(1)), squares, [[3]], in: model)[0], 4.0 / 5,
      absolute: 1e-12)
  }

  // MARK: Implementation

  @Test func `equal networks get equal gradients, and unequal ones are refused`() throws {
    // The same as Σ x, by detours.
    let detour = ToyModels.function {
      try ($0.relu() - (-$0).relu()).sum(axes: [1], keepingAxes: true)
    }
    let metric = ImplementationVariance(equal: detour)
    #expect(try scores(metric, Known.product, [[2, -5, 1]], in: Known.sum) == [0])
    #expect(throws: MetricError.self) {
      try scores(ImplementationVariance(equal: square), Known.product, [[2, 5, 1]], in: Known.sum)
    }
  }

  @Test func `where a ReLU reads 0 equal networks have other gradients`() throws {
    let detour = ToyModels.function {
      try ($0.relu() - (-$0).relu()).sum(axes: [1], keepingAxes: true)
    }
    // (0, 1) in the stead of (1, 1).
    #expect(
      try scores(ImplementationVariance(equal: detour), Known.gradient, [[0, 2]], in: Known.sum)
        == [0.5])
  }

  // MARK: Shifts

  @Test func `a shift moves what has a factor x by a known share`() throws {
    // Gradient × input of Σ x: (2, 4) becomes (1, 3), so 2 of 6.
    expectClose(
      try scores(InputShiftVariance(), Known.product, [[2, 4]], in: Known.sum)[0], 1.0 / 3)
    #expect(try scores(InputShiftVariance(), Known.gradient, [[2, 4, 1]], in: square) == [0])
    expectClose(
      try scores(InputShiftVariance(shift: 2), Known.integrated, [[2, 4]], in: Known.sum)[0],
      4.0 / 6)
  }

  @Test func `a baseline that is shifted along is no variance`() throws {
    // From the mean of a row's own elements: it moves with them.
    let centered = Explainer("centered", slice: Known.product.slice, quantity: .classScore(0)) {
      model, slice, quantity in
      InternalInfluence(
        model, distribution: .linear(from: RowMean(), steps: 16), quantity: quantity, slice: slice)
    }
    let score = try scores(InputShiftVariance(), centered, [[2, 4, 1]], in: square)[0]
    #expect(score < 1e-12)
  }

  @Test func `a shifted network is a network`() throws {
    let model = ShiftedModel(base: try ToyModels.wrapperNetwork(), shift: 3)
    let inputs = Inputs(try ToyModels.rows(3, features: 2) + 3)
    let violations = try ModelLaws.violations(
      of: model, on: inputs, layers: [.layer("hidden"), .layer("second"), InputCut()])
    #expect(violations.isEmpty, "\(violations)")
  }

  // MARK: Laws

  @Test(arguments: 0..<9)
  func `axiomatic metrics keep the laws`(index: Int) throws {
    let metrics: [any Metric] = [
      CompletenessGap(), CompletenessGap(.absolute, from: try Tensor.zeros([1])),
      AttributionError(), AttributionError(against: Known.integrated), DummyAttribution(),
      SymmetryViolation(pairs: [(0, 1)]), LinearityViolation(with: .classScore(1)),
      ImplementationVariance(equal: try Self.symmetric()), InputShiftVariance(),
    ]
    let metric = metrics[index]
    #expect(metric.family == .axiomatic && metric.direction == .lowerIsBetter)
    let rows = try ToyModels.rows(3)
    let violations = try MetricLaws.violations(
      of: metric, explaining: Inputs(rows), in: Self.symmetric(), by: rightEnds(4),
      truth: Truth(attributions: Activation(rows)),
      // These run networks of their own.
      countsRows: ![3, 7, 8].contains(index))
    #expect(violations.isEmpty, "\(violations)")
  }

  /// Treats its first two features alike, and does not read the third.
  private static func symmetric() throws -> FunctionModel {
    let weights = try Tensor([1, 1, 0, -2, 0.5, 0.5, 0, 1] as [Double], shape: [2, 4])
    return ToyModels.function { try $0.linear(weight: weights).hyperbolicTangent() }
  }
}

/// The mean of each row's own elements.
private struct RowMean: Baseline {
  let name = "mean of the row"

  func starts(for instances: Instances) throws -> [WeightedStart] {
    let own = instances.activation
    return [
      WeightedStart(
        try own.map { try ($0 - $0) + $0.mean(axes: [1], keepingAxes: true) }, weight: 1)
    ]
  }
}
