// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Grad-CAM, and what knows nothing of the network: random numbers and edges.
@Suite struct ControlTests {
  /// 2 · the mean of the picture and −1 times that of its mirror image, `[rows, 1, 2, 2]`, marked
  /// `features` as two channels.
  private static let pictures = FunctionModel(
    inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"], layers: ["features", "y"]
  ) { values in
    let x = try values["x"]
    let features = try values.mark("features", .concatenated([x, x.flipped(axes: [3])], axis: 1))
    let means = try features.mean(axes: [2, 3])
    try values.mark("y", means.matrixProduct(Tensor([2, -1] as [Double], shape: [2, 1])))
  }

  @Test func `Grad-CAM weighs channels with their mean gradients`() throws {
    let x = try Tensor([1, 2, 4, 0] as [Double], shape: [1, 1, 2, 2])
    let slice = NetworkSlice(from: .layer("features"), to: .output)
    // Gradients are 2/4 and −1/4 everywhere.
    let plain = try GradCAM(
      Self.pictures, of: .layer("features"), quantity: .classScore(0), slice: slice,
      isRectified: false
    ).attributions(for: x)
    try expectClose(
      plain.values, [0.5, 1, 2, 0, -0.5, -0.25, 0, -1], shape: [1, 2, 2, 2], absolute: 1e-12)
    let rectified = try GradCAM(
      Self.pictures, of: .layer("features"), quantity: .classScore(0), slice: slice
    ).attributions(for: x)
    try expectClose(rectified.values.sum(axes: [1]), [0, 0.75, 2, 0], absolute: 1e-12)
    #expect(rectified.cost.backwardRows == 1)
  }

  @Test func `at the input the map is stretched, and shared among the channels`() throws {
    let pool = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"], layers: ["pooled", "y"]
    ) { values in
      let sum = try values["x"].sum(axes: [1], keepingAxes: true)
      let pooled = try values.mark(
        "pooled",
        sum.reshaped(to: [-1, 1, 2, 2, 2, 2])
          .mean(axes: [3, 5]))
      try values.mark("y", pooled.sum(axes: [2, 3]))
    }
    let x = try Tensor.normal([3, 2, 4, 4], type: .float64, from: Generator(seed: 1))
    let raw = try GradCAM(
      pool, of: .layer("pooled"), quantity: .classScore(0),
      slice: NetworkSlice(from: .layer("pooled"), to: .output)
    ).attributions(for: x)
    let stretched = try GradCAM(
      pool, of: .layer("pooled"), quantity: .classScore(0), interpolation: .nearest
    ).attributions(for: x)
    #expect(stretched.values.shape == [3, 2, 4, 4])
    let map = try stretched.values.sum(axes: [1], keepingAxes: true)
    try expectClose(map.averagePooled(toSize: [2, 2]), raw.values, absolute: 1e-12)
    try expectClose(
      stretched.values[.all, 0..<1], stretched.values[.all, 1..<2], absolute: 0, relative: 0)
    let features = try ToyModels.smooth()
    #expect(throws: ComparatorError.self) {
      try GradCAM(features, of: .layer("first")).attributions(for: ToyModels.rows(1))
    }
  }

  @Test func `random numbers depend on the seed and the instance, not on the batch`() throws {
    let model = try ToyModels.smooth(features: 4)
    let x = try ToyModels.rows(3)
    let all = try RandomAttributions(model, seed: 4).attributions(for: x)
    let alone = try RandomAttributions(model, seed: 4).attributions(for: x[1..<2])
    try expectClose(all.values[1..<2], alone.values, absolute: 0, relative: 0)
    #expect(Set(try all.values.numbers()).count == 12)
    let other = try RandomAttributions(model, seed: 5).attributions(for: x)
    #expect(try relativeL1(other.values, all.values) > 0.5)
    let moved = try RandomAttributions(model, seed: 4).attributions(for: x + 1e-9)
    #expect(try relativeL1(moved.values, all.values) > 0.5)
    // They say of which instance they are.
    try expectClose(
      all.quantity.instance, Saliency(model).attributions(for: x).quantity.instance,
      absolute: 1e-12)
  }

  @Test func `random numbers are normal`() throws {
    let model = ToyModels.function { try $0.sum(axes: [1], keepingAxes: true) }
    let x = try ToyModels.rows(1, features: 20_000)
    let values = try RandomAttributions(model, quantity: .classScore(0)).attributions(for: x).values
    #expect(abs(try values.mean().number()) < 4 / 20_000.0.squareRoot())
    #expect(abs(try values.squared().mean().number() - 1) < 4 * (2 / 20_000.0).squareRoot())
  }

  @Test func `an edge is where brightness changes`() throws {
    // A step from 0 to 1 between columns 1 and 2 of both channels.
    let row = [0, 0, 1, 1] as [Double]
    let x = try Tensor([row, row, row].flatMap { $0 } + [row, row, row].flatMap { $0 })
      .reshaped(to: [1, 2, 3, 4])
    let model = FunctionModel(
      inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]
    ) { values in
      try values.mark("y", values["x"].sum(axes: [2, 3]))
    }
    let edges = try EdgeDetector(model, quantity: .classScore(1)).attributions(for: x)
    // (1 + 2 + 1) · 1, half of it for each channel.
    let expected = [[Double]](repeating: [0, 2, 2, 0], count: 6).flatMap { $0 }
    try expectClose(edges.values, expected, shape: [1, 2, 3, 4], absolute: 1e-12)
    // The network does not matter, and turning the picture turns the edges.
    let turned = try EdgeDetector(model).attributions(for: x.transposed(2, 3))
    try expectClose(turned.values, edges.values.transposed(2, 3), absolute: 1e-12)
    #expect(throws: ComparatorError.self) {
      try EdgeDetector(ToyModels.smooth()).attributions(for: ToyModels.rows(1))
    }
  }
}
