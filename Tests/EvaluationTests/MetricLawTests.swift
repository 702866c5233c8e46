// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Synchronization
import TestSupport
import Testing
import Torch

/// The checker finds what it is there to find.
@Suite struct MetricLawTests {
  private let model = ToyModels.function { try $0.sum(axes: [1], keepingAxes: true) }
  private let explainer = Explainer(
    "gradient × input", slice: NetworkSlice(from: .input, to: .output), quantity: .classScore(0)
  ) { model, slice, quantity in
    GradientTimesInput(model, quantity: quantity, slice: slice)
  }
  private let inputs: Inputs

  init() throws { inputs = Inputs(try Tensor([1, 2, 3, -4] as [Double], shape: [2, 2])) }

  private func laws(
    broken metric: WrittenMetric, countsRows: Bool = true
  ) throws -> Set<String> {
    Set(
      try MetricLaws.violations(
        of: metric, explaining: inputs, in: model, by: explainer, countsRows: countsRows
      ).map(\.law))
  }

  @Test func `a metric that keeps the laws has no violations`() throws {
    let metric = WrittenMetric(cost: MetricCost(forwardRows: 1)) { explanation, seed in
      let own = try explanation.ownValues().numbers()
      let draws = try (0..<explanation.count).map { row in
        try Tensor.uniform([1], from: explanation.generator(for: row, seed: seed)).numbers()[0]
      }
      return MetricResult(
        zip(own, draws).map { $0 + $1 },
        curves: MetricCurves(position: "step", positions: [0, 1], heights: own.map { [$0, .nan] }))
    }
    #expect(try laws(broken: metric) == [])
  }

  @Test func `a count of scores or heights that does not fit is found`() throws {
    #expect(
      try laws(broken: WrittenMetric { _, _ in MetricResult([1]) })
        == ["one score for each instance"])
    let curves = MetricCurves(position: "step", positions: [0, 1], heights: [[1, 2], [3]])
    #expect(
      try laws(broken: WrittenMetric { _, _ in MetricResult([1, 2], curves: curves) })
        == ["one curve for each instance, over the positions"])
  }

  @Test func `scores that change from call to call are found`() throws {
    let calls = Mutex(0.0)
    let metric = WrittenMetric { _, _ in
      let call = calls.withLock { calls in
        calls += 1
        return calls
      }
      return MetricResult([call, call])
    }
    #expect(try laws(broken: metric) == ["same seed, same scores"])
  }

  @Test func `scores that depend on the rest of the batch are found`() throws {
    let mean = WrittenMetric { explanation, _ in
      let own = try explanation.attributions.values.sum(axes: [1]).numbers()
      let mean = own.reduce(0, +) / Double(own.count)
      return MetricResult(own.map { $0 - mean })
    }
    #expect(try laws(broken: mean) == ["batch equals one by one"])
    // Draws that begin anew for each batch, not for each instance.
    let draw = WrittenMetric { explanation, seed in
      MetricResult(
        try Tensor.uniform([explanation.count], from: Generator(seed: seed)).numbers())
    }
    #expect(try laws(broken: draw) == ["batch equals one by one"])
  }

  @Test func `rows and explanations beyond the declared cost are found`() throws {
    let rows = WrittenMetric(cost: MetricCost(forwardRows: 1)) { explanation, _ in
      let points = try explanation.activation.map { try .concatenated([$0, $0]) }
      return MetricResult(
        Array(try explanation.values(at: points).numbers().prefix(explanation.count)))
    }
    #expect(try laws(broken: rows) == ["no more than the declared cost"])
    #expect(try laws(broken: rows, countsRows: false) == [])
    let explaining: WrittenMetric.Body = { explanation, _ in
      let again = try explanation.explainer.method(for: explanation.model)
        .attributions(for: explanation.inputs)
      return MetricResult(try again.values.sum(axes: [1]).numbers())
    }
    #expect(try laws(broken: WrittenMetric(explaining)) == ["no more than the declared cost"])
    // What the explanation itself runs is its own.
    #expect(
      try laws(broken: WrittenMetric(cost: MetricCost(explanations: 1), explaining)) == [])
  }
}

private struct WrittenMetric: Metric {
  typealias Body = @Sendable (Explanation, UInt64) throws -> MetricResult

  let declared: MetricCost
  let body: Body

  init(cost: MetricCost = MetricCost(), _ body: @escaping Body) {
    declared = cost
    self.body = body
  }

  var name: String { "written" }
  var family: MetricFamily { .faithfulness }
  var direction: MetricDirection { .higherIsBetter }
  var unit: String { "" }
  func cost(features: Int) -> MetricCost { declared }
  func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    try body(explanation, seed)
  }
}
