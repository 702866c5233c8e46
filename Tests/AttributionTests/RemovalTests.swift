// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Methods that take features away: occlusion and Shapley values.
@Suite struct RemovalTests {
  /// 2 x₀ − 3 x₁ + x₂, at (1, 2, 3) and (0, 1, −1) from (½, ½, ½).
  private static let linear = ToyModels.function {
    try ($0 * Tensor([2, -3, 1] as [Double])).sum(axes: [1], keepingAxes: true)
  }
  private static let rows = [1, 2, 3, 0, 1, -1] as [Double]
  private static let linearShares = [1, -4.5, 2.5, -1, -1.5, -1.5]

  private static func methods(
    _ model: any Model, quantity: any QuantityOfInterest = .classScore(0),
    from baseline: any Baseline,
    features: FeatureGroups = .elements
  ) -> [any AttributionMethod] {
    [
      ShapleyValues(model, quantity: quantity, from: baseline, features: features),
      ShapleyValueSampling(
        model, quantity: quantity, from: baseline, features: features, permutations: 8),
      KernelSHAP(model, quantity: quantity, from: baseline, features: features),
    ]
  }

  @Test func `of a linear network all of them are weight times way`() throws {
    let x = try Tensor(Self.rows, shape: [2, 3])
    let half = ConstantBaseline(0.5)
    let occlusion = Occlusion(Self.linear, quantity: .classScore(0), from: half, window: [1])
    for method in Self.methods(Self.linear, from: half) + [occlusion] {
      let result = try method.attributions(for: x)
      try expectClose(result.values, Self.linearShares, shape: [2, 3], absolute: 1e-9)
      #expect(try result.quantity.instance.numbers() == [-1, -4])
    }
  }

  @Test func `Shapley values sum to the change, and tell where they start`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(3)
    for method in Self.methods(model, quantity: .predictedClass, from: ConstantBaseline(0.2)) {
      let result = try method.attributions(for: x)
      try expectClose(#require(result.completenessGap), [0, 0, 0], absolute: 1e-9)
      let change = try #require(result.quantity.end) - #require(result.quantity.start)
      try expectClose(
        result.values.sum(axes: [1]), change, absolute: 1e-9)
    }
  }

  @Test func `a product is shared evenly`() throws {
    let product = ToyModels.function { try $0.product(axis: 1, keepingAxis: true) }
    let x = try Tensor([3, 4] as [Double], shape: [1, 2])
    for method in [
      ShapleyValues(product, quantity: .classScore(0)) as any AttributionMethod,
      KernelSHAP(product, quantity: .classScore(0)),
    ] {
      try expectClose(method.attributions(for: x).values, [6, 6], absolute: 1e-9)
    }
    // Without the other factor a factor does nothing: alone each is worth all.
    let occlusion = Occlusion(product, quantity: .classScore(0), window: [1])
    try expectClose(occlusion.attributions(for: x).values, [12, 12], absolute: 1e-9)
  }

  @Test func `the standard error is that of a share of orders`() throws {
    let product = ToyModels.function { try $0.product(axis: 1, keepingAxis: true) }
    let x = try Tensor([3, 4] as [Double], shape: [1, 2])
    let count = 40.0
    let result = try ShapleyValueSampling(
      product, quantity: .classScore(0), permutations: Int(count), seed: 3
    ).attributions(for: x)
    let share = try result.values.numbers()[0] / 12
    let error = 12 * (share * (1 - share) / (count - 1)).squareRoot()
    try expectClose(
      #require(result.standardError).tensors[0], [error, error], absolute: 1e-9)
    #expect(abs(share - 0.5) * 12 < 4 * error)
    try expectClose(#require(result.errorEstimate), [2 * error / 12], absolute: 1e-9)
  }

  @Test func `sampling comes to the exact values, as near as its errors say`() throws {
    let model = try ToyModels.smooth(features: 6)
    let x = try ToyModels.rows(4, features: 6)
    let exact = try ShapleyValues(model).attributions(for: x)
    let sampled = try ShapleyValueSampling(model, permutations: 400, seed: 1).attributions(for: x)
    let errors = try #require(sampled.standardError).tensors[0]
    let deviations = try ((sampled.values - exact.values) / errors).absolute().numbers()
    #expect(deviations.allSatisfy { $0 < 4 })
    #expect(deviations.filter { $0 < 1 }.count > 12)
    #expect(try relativeL1(sampled.values, exact.values) < 0.1)
    #expect(exact.cost.samples == 64 && sampled.cost.samples == 400 * 5 + 1)
  }

  @Test func `the fit over all coalitions is exact, and over some of them near`() throws {
    let model = try ToyModels.smooth(features: 10)
    let x = try ToyModels.rows(2, features: 10)
    let exact = try ShapleyValues(model).attributions(for: x)
    let all = try KernelSHAP(model, coalitions: 1022).attributions(for: x)
    #expect(all.cost.samples == 1023)
    try expectClose(all.values, exact.values, absolute: 1e-9)
    let some = try KernelSHAP(model, coalitions: 400, seed: 1).attributions(for: x)
    #expect(some.cost.samples <= 401)
    let difference = try relativeL1(some.values, exact.values)
    #expect(difference > 1e-6 && difference < 0.15)
  }

  @Test func `with a tolerance drawing stops for each instance by itself`() throws {
    // The second instance is 0 in one feature, so that the others do not interact.
    let product = ToyModels.function { x in
      try x[.all, 0..<2].product(axis: 1, keepingAxis: true) + x.sum(axes: [1], keepingAxes: true)
    }
    let x = try Tensor([3, 4, 1, 0, 4, 1] as [Double], shape: [2, 3])
    let method = ShapleyValueSampling(
      product, quantity: .classScore(0), permutations: 5000, tolerance: 0.05, seed: 5)
    let result = try method.attributions(for: x)
    let errors = try #require(result.errorEstimate).numbers()
    #expect(errors[0] <= 0.05 && errors[0] > 0 && errors[1] == 0)
    #expect(result.cost.samples < 5000)
    let second = try method.attributions(for: x[1..<2])
    #expect(second.cost.samples == 16 * 2 + 1)
    try expectClose(result.values[1..<2], second.values, absolute: 0, relative: 0)
    try expectClose(result.values[0..<1], [9, 10, 1], absolute: 1.5)
  }

  @Test func `groups share their value, and batches change nothing`() throws {
    // x₀ x₁ + x₂ x₃ over two by two pixels.
    let model = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
    ) { values in
      let x = try values["x"].flattened(from: 1)
      let left = try x[.all, 0..<1] * x[.all, 1..<2]
      try values.mark("y", left + x[.all, 2..<3] * x[.all, 3..<4])
    }
    let x = try Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Double], shape: [2, 1, 2, 2])
    for method in Self.methods(model, from: .zeros, features: .patches([1, 2])) {
      let result = try method.attributions(for: x)
      try expectClose(result.values, [1, 1, 6, 6, 15, 15, 28, 28], absolute: 1e-9)
    }
    // Columns: each row's product is shared between both.
    let columns = try Tensor([0, 1, 0, 1], shape: [1, 2, 2])
    for method in Self.methods(model, from: .zeros, features: .labels([columns]))
    where !(method is ShapleyValueSampling) {
      let result = try method.attributions(for: x)
      try expectClose(result.values[0..<1], [3.5, 3.5, 3.5, 3.5], absolute: 1e-9)
      try expectClose(
        method.attributions(for: x[1..<2]).values, result.values[1..<2], absolute: 1e-12)
    }
  }

  @Test func `pixels are taken away with all their channels`() throws {
    let model = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
    ) { values in
      try values.mark("y", values["x"].product(axis: 1).flattened(from: 1))
    }
    let x = try Tensor([2, 3, 5, 7] as [Double], shape: [1, 2, 1, 2])
    let pixels = try ShapleyValues(model, quantity: .classScore(0), features: .pixels)
      .attributions(for: x)
    try expectClose(pixels.values, [5, 0, 5, 0], absolute: 1e-12)
    let covered = try Occlusion(model, quantity: .classScore(0), window: [1, 1])
      .attributions(for: x)
    try expectClose(covered.values, [10, 0, 10, 0], absolute: 1e-12)
  }

  @Test func `windows overlap, and reach over the edge`() throws {
    let x = try Tensor([1, 2, 3] as [Double], shape: [1, 3])
    // Falls of the windows {0, 1} and {1, 2}: −4 and −3.
    let overlapping = try Occlusion(Self.linear, quantity: .classScore(0), window: [2])
      .attributions(for: x)
    try expectClose(overlapping.values, [-4, -3.5, -3], absolute: 1e-12)
    // {0, 1} and what is left of {2, 3}.
    let apart = try Occlusion(Self.linear, quantity: .classScore(0), window: [2], stride: [2])
      .attributions(for: x)
    try expectClose(apart.values, [-4, -4, 3], absolute: 1e-12)
    #expect(apart.cost.samples == 2 && apart.completenessGap == nil)
  }

  @Test func `several starts are averaged by their weights`() throws {
    let x = try Tensor([1, 2, 3] as [Double], shape: [1, 3])
    let mixed = MixedBaseline([(ZeroBaseline(), 3), (ConstantBaseline(1), 1)])
    for method in Self.methods(Self.linear, from: mixed) {
      try expectClose(
        method.attributions(for: x).values, [2 * 0.75, -3 * 1.75, 2.75], absolute: 1e-9)
    }
  }

  @Test func `the class is that of the instance, also where another one wins`() throws {
    let model = ToyModels.function { try .concatenated([$0, 1 - $0], axis: 1) }
    let x = try Tensor([3, -2] as [Double], shape: [2, 1])
    let result = try Occlusion(model, quantity: .predictedClass, window: [1]).attributions(for: x)
    try expectClose(result.values, [3, 2], absolute: 1e-12)
  }

  @Test func `features can be taken away inside a network`() throws {
    let model = try ToyModels.wrapperNetwork()
    let x = try Tensor([2, 1] as [Double], shape: [1, 2])
    // At `hidden` the network is (1, 1) ↦ ReLU and 3 h₀ + 2 h₁.
    let slice = NetworkSlice(from: .layer("hidden"), to: .output)
    let result = try ShapleyValues(model, quantity: .classScore(0), slice: slice)
      .attributions(for: x)
    try expectClose(result.values, [3, 2], absolute: 1e-12)
    #expect(result.configuration.from == "hidden")
  }

  @Test func `rows at once change nothing`() throws {
    let model = try ToyModels.smooth(features: 5)
    let x = try ToyModels.rows(5, features: 5)
    var sampling = ShapleyValueSampling(model, permutations: 7, seed: 2)
    let whole = try sampling.attributions(for: x)
    sampling.rowLimit = .rows(2)
    let parts = try sampling.attributions(for: x)
    try expectClose(parts.values, whole.values, absolute: 1e-12)
    try expectClose(
      #require(parts.standardError).tensors[0], #require(whole.standardError).tensors[0],
      absolute: 1e-12)
    #expect(parts.cost.rowsAtOnce == 2)
  }

  @Test func `what cannot be done is said`() throws {
    let x = try Tensor([1, 2, 3] as [Double], shape: [1, 3])
    let wide = try ToyModels.rows(1, features: 17)
    let sum = ToyModels.function { try $0.sum(axes: [1], keepingAxes: true) }
    #expect(throws: ComparatorError.tooManyFeatures(17, most: 16)) {
      try ShapleyValues(sum, quantity: .classScore(0)).attributions(for: wide)
    }
    #expect(throws: ComparatorError.tooFewCoalitions(8, features: 17)) {
      try KernelSHAP(sum, quantity: .classScore(0), coalitions: 8).attributions(for: wide)
    }
    #expect(throws: ComparatorError.label(-1)) {
      try ShapleyValues(
        sum, quantity: .classScore(0), features: .labels([Tensor([0, -1, 1])])
      ).attributions(for: x)
    }
    #expect(throws: ComparatorError.self) {
      try ShapleyValues(sum, quantity: .classScore(0), features: .pixels).attributions(for: x)
    }
    #expect(throws: ComparatorError.self) {
      try Occlusion(sum, quantity: .classScore(0), window: [2, 2]).attributions(for: x)
    }
    #expect(throws: NonFiniteError.self) {
      let root = ToyModels.function { try $0.logarithm().sum(axes: [1], keepingAxes: true) }
      return try Occlusion(root, quantity: .classScore(0), window: [1]).attributions(for: x)
    }
  }
}
