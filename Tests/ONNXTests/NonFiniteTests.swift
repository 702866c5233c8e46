// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// NaN and infinity are named where they first appear, and never among attributions.
@Suite struct NonFiniteTests {
  private typealias Bytes = ModelBytes

  /// A chain of operators on x, `[rows, 3]`, summed up to y, `[rows, 1]`.
  private func model(
    _ nodes: [[UInt8]], _ initializers: [[UInt8]] = [], type: ElementType = .float64
  ) throws -> ONNXModel {
    let sum = Bytes.node(
      "ReduceSum", ["end", "one"], ["y"], name: "sum")
    let one = Bytes.tensor(
      "one", [1], type: 7, rest: Bytes.field(9, [1, 0, 0, 0, 0, 0, 0, 0]))
    return try ONNXModel(
      bytes: Bytes.model(
        nodes: nodes + [sum], initializers: initializers + [one],
        inputs: [Bytes.value("x", [nil, 3])]),
      elementType: type)
  }

  private func error(
    _ model: ONNXModel, _ x: [Double], from baseline: any Baseline = .constant(0.5),
    slice: NetworkSlice = NetworkSlice(to: .output)
  ) throws -> NonFiniteError? {
    let rows = try Tensor(x, shape: [x.count / 3, 3]).converted(to: model.inputs[0].elementType)
    let engine = InternalInfluence(
      model, distribution: .linear(from: baseline, steps: 5, rule: RiemannRule(.middle)),
      quantity: ClassScore(.index(0)), slice: slice)
    do {
      let result = try engine.attributions(for: rows)
      #expect(try result.values.numbers().allSatisfy(\.isFinite))
      return nil
    } catch let error as NonFiniteError { return error }
  }

  @Test func `the logarithm of zero`() throws {
    let model = try model([
      Bytes.node("Relu", ["x"], ["h"], name: "relu"),
      Bytes.node("Log", ["h"], ["end"], name: "log"),
    ])
    // The second instance passes zero on its way.
    let found = try #require(try error(model, [1, 2, 3, 1, -2, 3]))
    #expect(found.instance == 1)
    #expect(found.sample == 0 || found.sample == 1)
    #expect(found.subject == "the quantity 'score of class 0'")
    #expect(
      found.first
        == NonFinite(
          .infinity, at: "end", row: 1, origin: .node("log", operation: "Log")))
    #expect(found.description.contains("at node 'log' (Log)"))
    #expect(try error(model, [1, 2, 3]) == nil)
  }

  @Test func `zero by zero`() throws {
    let model = try model([Bytes.node("Div", ["x", "x"], ["end"], name: "ratio")])
    let found = try #require(try error(model, [1, 1, 1], from: .zeros))
    // At the path's start alone.
    #expect(found.sample == nil)
    #expect(found.first?.kind == .nan)
    #expect(found.first?.origin == .node("ratio", operation: "Div"))
  }

  @Test func `the root's derivative at zero`() throws {
    let model = try model([
      Bytes.node("Mul", ["x", "x"], ["h"], name: "square"),
      Bytes.node("Sqrt", ["h"], ["r"], name: "root"),
      Bytes.node("Tanh", ["r"], ["end"], name: "tanh"),
    ])
    let found = try #require(try error(model, [1, -0.5, 1]))
    #expect(found.subject == "the gradient of 'score of class 0'")
    #expect(found.sample == 2)
    #expect(found.first?.value == "h")
    #expect(found.first?.origin == .gradient(node: "root", operation: "Sqrt"))
    #expect(found.description.contains("going back"))
    // From behind the root on, all is well.
    #expect(
      try error(
        model, [1, -0.5, 1], slice: NetworkSlice(from: .layer("root"), to: .output)) == nil)
  }

  @Test func `the displacement that a cut behind the root cannot have`() throws {
    let model = try model([
      Bytes.node("Mul", ["x", "x"], ["h"], name: "square"),
      Bytes.node("Sqrt", ["h"], ["r"], name: "root"),
      Bytes.node("Tanh", ["r"], ["end"], name: "tanh"),
    ])
    let x = try Tensor([1, -0.5, 1] as [Double], shape: [1, 3])
    let engine = InternalInfluence(
      model, distribution: .linear(from: .constant(0.5), steps: 5, rule: RiemannRule(.middle)),
      quantity: ClassScore(.index(0)),
      slice: NetworkSlice(from: .layer("root"), to: .output), at: .input)
    #expect {
      try engine.attributions(for: x)
    } throws: { error in
      (error as? NonFiniteError)?.first?.origin == .gradient(node: "root", operation: "Sqrt")
    }
  }

  @Test func `an exponential beyond the type's range`() throws {
    let nodes = [
      Bytes.node("Exp", ["x"], ["h"], name: "inner"),
      Bytes.node("Exp", ["h"], ["end"], name: "outer"),
    ]
    let found = try #require(try error(try model(nodes, type: .float32), [5, 1, 1]))
    #expect(
      found.first
        == NonFinite(.infinity, at: "end", row: 0, origin: .node("outer", operation: "Exp")))
    #expect(try error(try model(nodes), [5, 1, 1]) == nil)
  }

  @Test func `weights and inputs that are not numbers`() throws {
    let product = Bytes.node("Mul", ["x", "w"], ["end"], name: "product")
    let broken = try model([product], [Bytes.tensor("w", [3], floats: [1, .nan, 1])])
    let weight = try #require(try error(broken, [1, 1, 1]))
    #expect(weight.first == NonFinite(.nan, at: "w", row: 0, origin: .constant))
    #expect(weight.description.contains("export the model again"))
    let sound = try model([product], [Bytes.tensor("w", [3], floats: [1, 1, 1])])
    let input = try #require(try error(sound, [1, 1, 1, 1, .nan, 1]))
    #expect(input.first == NonFinite(.nan, at: "x", row: 1, origin: .given))
  }

  @Test func `an infinite mask ahead of a softmax is no fault`() throws {
    let masked = [
      Bytes.node("Add", ["x", "mask"], ["m"], name: "masking"),
      Bytes.node("Softmax", ["m"], ["s"], name: "softmax"),
      Bytes.node("Mul", ["s", "x"], ["end"], name: "product"),
    ]
    let healthy = try model(masked, [Bytes.tensor("mask", [3], floats: [0, -.infinity, 0])])
    let x = try Tensor([1, 2, 3] as [Double], shape: [1, 3])
    #expect(try error(healthy, [1, 2, 3]) == nil)
    #expect(try healthy.firstNonFinite(given: Inputs(x)) == nil)
    // Where everything is masked, the softmax is where NaN begins.
    let void = try model(
      masked, [Bytes.tensor("mask", [3], floats: [-.infinity, -.infinity, -.infinity])])
    #expect(
      try void.firstNonFinite(given: Inputs(x))
        == NonFinite(.nan, at: "s", row: 0, origin: .node("softmax", operation: "Softmax")))
  }

  @Test func `on request, by row`() throws {
    let model = try model([Bytes.node("Log", ["x"], ["end"], name: "log")])
    let x = try Tensor([1, 2, 3, 1, 0, 3, -1, 2, 3] as [Double], shape: [3, 3])
    #expect(
      try model.firstNonFinite(given: Inputs(x))
        == NonFinite(.infinity, at: "end", row: 1, origin: .node("log", operation: "Log")))
    #expect(
      try model.firstNonFinite(given: Inputs(x[2..<3]))
        == NonFinite(.nan, at: "end", row: 0, origin: .node("log", operation: "Log")))
    #expect(try model.firstNonFinite(given: Inputs(x[0..<1])) == nil)
  }
}
