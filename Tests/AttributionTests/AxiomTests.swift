// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// The axioms of Sundararajan and others 2017, for every path.
@Suite struct AxiomTests {
  /// Paths that treat features alike.
  static func path(_ index: Int) throws -> any Path {
    switch index {
    case 0: StraightPath()
    case 1: CustomPath("square") { t, start, end in try start + (end - start) * t * t }
    case 2:
      CustomPath("bend") { t, start, end in
        try start + (end - start) * (t + (t * .pi).sine() * 0.3)
      }
    case 3: PolylinePath(through: [try Tensor(0.4)])
    case 4: PolylinePath(through: [try Tensor(0.2), try Tensor(0.9)])
    default: SplinePath(through: [try Tensor(0.2), try Tensor(0.9)])
    }
  }

  static func explain(
    _ model: FunctionModel, _ index: Int, _ x: Tensor,
    _ quantity: any QuantityOfInterest = ClassScore(.index(0)), steps: Int = 400
  ) throws -> Attributions {
    try InternalInfluence(
      model,
      distribution: PathDistribution(
        path(index), from: ConstantBaseline(0.1), rule: .midpoint, steps: steps),
      quantity: quantity
    ).attributions(for: x)
  }

  @Test(arguments: 0..<6)
  func `sensitivity a, one differing feature that matters gets all`(path: Int) throws {
    // The first three paths leave equal features where they are, so one feature gets all; polylines
    // and splines move the others too, and those may get a share.
    let model = try ToyModels.smooth()
    let base = try Tensor([0.1, 0.1, 0.1, 0.1] as [Double], shape: [1, 4])
    let x = try base.replacingSlice(
      Tensor([0.9] as [Double], shape: [1, 1]), axis: 1, from: 2, to: 3)
    let result = try Self.explain(model, path, x)
    let change =
      try #require(result.quantity.end).number()
      - (#require(result.quantity.start).number())
    #expect(abs(change) > 1e-3)
    #expect(try abs(result.values[0, 2].number()) > 1e-4)
    if path < 3 {
      try expectClose(result.values[0, 2], [change], absolute: 1e-5)
      // Exactly 0 on the straight path; the other tangents are differences of γ, and rounded.
      try expectClose(
        result.values[0, 0..<2], [0, 0], absolute: path == 0 ? 0 : 1e-12, relative: 0)
    }
  }

  @Test(arguments: 0..<6)
  func `sensitivity b, a feature on which nothing depends gets 0`(path: Int) throws {
    let model = ToyModels.function { x in
      try (x[.all, 0..<1] * x[.all, 2..<3]).hyperbolicTangent()
    }
    let result = try Self.explain(model, path, ToyModels.rows(2))
    #expect(try result.values[.all, 1].numbers() == [0, 0])
    #expect(try result.values[.all, 3].numbers() == [0, 0])
    #expect(try result.values[.all, 0].absolute().min().number() > 0)
  }

  @Test(arguments: 0..<6)
  func `implementation invariance, equal functions get equal attributions`(path: Int) throws {
    let product = ToyModels.function { x in
      try x[.all, 0..<1] * x[.all, 1..<2] + x[.all, 2..<4].sum(axes: [1], keepingAxes: true)
    }
    // a b = ((a + b)² − (a − b)²) / 4, and sums in another order.
    let rewritten = ToyModels.function { x in
      let a = try x[.all, 0..<1]
      let b = try x[.all, 1..<2]
      let squares = try ((a + b).squared() - (a - b).squared()) / 4
      return try x[.all, 3..<4] + squares + x[.all, 2..<3]
    }
    let x = try ToyModels.rows(3)
    try expectClose(
      Self.explain(product, path, x, steps: 20).values,
      Self.explain(rewritten, path, x, steps: 20).values, absolute: 1e-10)
  }

  @Test(arguments: 0..<6)
  func `completeness, attributions sum to the change of the quantity`(path: Int) throws {
    let result = try Self.explain(ToyModels.smooth(), path, ToyModels.rows(4), steps: 2000)
    try expectClose(#require(result.completenessGap), [0, 0, 0, 0], absolute: 2e-5)
    let change = try #require(result.quantity.end) - #require(result.quantity.start)
    try expectClose(
      result.values.sum(axes: [1]), change, absolute: 2e-5, relative: 0)
  }

  @Test(arguments: 0..<6)
  func `linearity, a sum of quantities gets the sum of attributions`(path: Int) throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(3)
    let combined = try Self.explain(
      model, path, x, 2 * ClassScore(.index(0)) - 0.5 * ClassScore(.index(2)), steps: 15)
    let first = try Self.explain(model, path, x, ClassScore(.index(0)), steps: 15).values
    let third = try Self.explain(model, path, x, ClassScore(.index(2)), steps: 15).values
    try expectClose(combined.values, first * 2 - third * 0.5, absolute: 1e-12)
  }

  @Test(arguments: 0..<6)
  func `symmetry, equal features of a symmetric function get equal attributions`(
    path: Int
  ) throws {
    let model = ToyModels.function { x in
      let a = try x[.all, 0..<1]
      let b = try x[.all, 1..<2]
      return try (a * b + (a + b).hyperbolicTangent()) * x[.all, 2..<3]
    }
    let x = try Tensor([0.7, 0.7, -0.4, 0.2] as [Double], shape: [1, 4])
    let values = try Self.explain(model, path, x, steps: 20).values
    try expectClose(values[0, 0], [values[0, 1].number()], absolute: 1e-12)
    #expect(try abs(values[0, 0].number()) > 1e-3)
  }

  @Test func `swapping input and baseline turns every sign`() throws {
    let model = try ToyModels.smooth()
    let a = try ToyModels.rows(1)
    let b = try ToyModels.rows(1, seed: 12)
    let quantity = ClassScore(.index(1))
    let there = try IntegratedGradients(model, quantity: quantity, from: .tensor(b))
      .attributions(for: a)
    let back = try IntegratedGradients(model, quantity: quantity, from: .tensor(a))
      .attributions(for: b)
    try expectClose(there.values, back.values * -1, absolute: 1e-12)
  }
}
