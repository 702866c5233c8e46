// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import TestSupport
import Testing
import Torch

@Suite struct SplitPathTests {
  static func explain(
    _ part: SplitPathDistribution.Part, at share: Double, of path: any Path = StraightPath(),
    from baseline: any Baseline = ZeroBaseline(), _ model: FunctionModel,
    _ quantity: any QuantityOfInterest, _ x: Tensor, rows: Int? = nil, steps: Int = 60
  ) throws -> Attributions {
    var engine = InternalInfluence(
      model,
      distribution: SplitPathDistribution(
        part, of: path, at: share, from: baseline, steps: steps), quantity: quantity)
    if let rows { engine.rowLimit = .rows(rows) }
    return try engine.attributions(for: x)
  }

  @Test(arguments: [(0.5, 0.5), (1.0, 1.0), (0.0, 0.0)])
  func `ahead of saturation lies all that is left`(share: Double, left: Double) throws {
    // 1 − ReLU(1 − x) from 0 to 3 rises to 1 at a third of the way and stays there.
    let x = try Tensor([3.0], shape: [1, 1])
    let model = ToyModels.saturated
    let first = try Self.explain(.left, at: share, model, .classScore(0), x)
    let rest = try Self.explain(.right, at: share, model, .classScore(0), x, steps: 400)
    try expectClose(first.values, [left], absolute: 1e-9)
    try expectClose(#require(first.quantity.end), [left], absolute: 1e-9)
    try expectClose(rest.values, [1 - left], absolute: 0.01)
    try expectClose(#require(rest.quantity.start), [left], absolute: 1e-9)
  }

  @Test(arguments: [1, 4, 1000]) func `both parts sum to the whole path, whatever the batch`(
    rows: Int
  ) throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(4)
    let bend = CustomPath("bend") { t, start, end in
      try start + (end - start) * (t + (t * .pi).sine() * 0.3)
    }
    let baseline = MixedBaseline([(ConstantBaseline(0.1), 3), (ConstantBaseline(-0.4), 1)])
    for quantity in [ClassScore(.predicted), -1 * ClassScore(.predicted)]
      as [any QuantityOfInterest]
    {
      let parts = try SplitPathDistribution.Part.allCases.map { part in
        try Self.explain(
          part, at: 0.6, of: bend, from: baseline, model, quantity, x, rows: rows)
      }
      let whole = try InternalInfluence(
        model, distribution: .path(bend, from: baseline, steps: 120), quantity: quantity
      ).attributions(for: x)
      try expectClose(parts[0].values + parts[1].values, whole.values, absolute: 1e-7)
      for part in parts {
        try expectClose(#require(part.completenessGap), [0, 0, 0, 0], absolute: 1e-7)
      }
    }
  }

  @Test func `the left part ends at its share of the change`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(6)
    let whole = try IntegratedGradients(model, quantity: .predictedClass).attributions(for: x)
    let left = try Self.explain(.left, at: 0.7, model, .predictedClass, x)
    let (start, end) = (try #require(whole.quantity.start), try #require(whole.quantity.end))
    try expectClose(#require(left.quantity.end), start + (end - start) * 0.7, absolute: 1e-9)
  }

  @Test func `of several crossings it is the first`() throws {
    // sin over more than a turn: the level is passed three times.
    let x = try Tensor([2.2 * Double.pi], shape: [1, 1])
    let wave = ToyModels.function { try $0.sine() }
    let level = sin(2.2 * .pi) / 2
    let engine = InternalInfluence(
      wave, distribution: SplitPathDistribution(.left, at: 0.5), quantity: .classScore(0),
      measure: .influence)
    // The mean of the derivative over the part is its change by its length, arcsin(level).
    try expectClose(engine.attributions(for: x).values, [level / asin(level)], absolute: 1e-9)
  }

  @Test func `several quantities are split each at its own time`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(2)
    let quantities: [any QuantityOfInterest] = [ClassScore(.index(0)), ClassScore(.index(2))]
    let engine = InternalInfluence(
      model, distribution: SplitPathDistribution(.left, at: 0.5, steps: 20))
    let together = try engine.attributions(for: x, quantities: quantities)
    for (result, quantity) in zip(together, quantities) {
      let alone = try Self.explain(.left, at: 0.5, model, quantity, x, steps: 20)
      try expectClose(result.values, alone.values, absolute: 1e-13)
    }
  }

  @Test func `what does not change is split at once`() throws {
    let flat = ToyModels.function { try ($0 * 0).sum(axes: [1], keepingAxes: true) + 2 }
    let left = try Self.explain(.left, at: 0.9, flat, .classScore(0), ToyModels.rows(2))
    #expect(try left.values.absolute().max().number() == 0)
    try expectClose(#require(left.quantity.end), [2, 2], absolute: 0)
  }
}
