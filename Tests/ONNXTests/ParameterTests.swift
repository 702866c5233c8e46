// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import TestSupport
import Testing
import Torch

@testable import ONNX

@Suite struct ParameterTests {
  private static let examples = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Examples")

  private func digits(_ type: ElementType? = nil) throws -> ONNXModel {
    try ONNXModel(
      path: Self.examples.appending(path: "Models/digits.onnx").path, elementType: type)
  }

  @Test func `weights and biases are told with the layers that compute with them`() throws {
    let model = try digits()
    #expect(
      model.parameters.map(\.name) == [
        "conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "dense.weight", "dense.bias",
        "logits.weight", "logits.bias",
      ])
    #expect(
      model.parameters.map(\.layers) == [
        ["conv1"], ["conv1"], ["conv2"], ["conv2"], ["dense"], ["dense"], ["logits"], ["logits"],
      ])
    #expect(model.parameterizedLayers == ["conv1", "conv2", "dense", "logits"])
    #expect(model.parameters.map(\.tensor.count).reduce(0, +) == model.parameterCount)
  }

  @Test func `what standardizes inputs is not learned`() throws {
    let model = try ONNXModel(path: Self.examples.appending(path: "Models/tabular.onnx").path)
    #expect(model.parameterizedLayers == ["dense1", "dense2", "logits"])
  }

  @Test(arguments: ["digits", "tabular", "digits-encoder", "digits-decoder"])
  func `models keep the laws of weights`(name: String) throws {
    let model = try ONNXModel(
      path: Self.examples.appending(path: "Models/\(name).onnx").path, elementType: .float64)
    let shape = (model.inputs[0].shape ?? []).map { $0 ?? 2 }
    let inputs = Inputs(
      try Tensor.normal([2] + shape.dropFirst(), type: .float64, from: Generator(seed: 1)))
    let violations = try ParameterLaws.violations(of: model, on: inputs)
    #expect(violations.isEmpty, "\(violations)")
    #expect(!model.parameters.isEmpty)
  }

  /// Replacing weights is the same as loading a file that has those.
  private func model(_ nodes: [[UInt8]], _ weights: [(String, [Int64], [Float])]) throws
    -> ONNXModel
  {
    try ONNXModel(
      bytes: ModelBytes.model(
        nodes: nodes,
        initializers: weights.map { ModelBytes.tensor($0.0, $0.1, floats: $0.2) },
        inputs: [ModelBytes.value("x", [nil, 2])]))
  }

  private func output(_ model: ONNXModel, _ x: [Float] = [1, 2, -1, 3]) throws -> [Double] {
    try model.run(["x": Tensor(x, shape: [2, 2])])[0].numbers()
  }

  @Test func `a weight that is used twice, once transposed, is one`() throws {
    let nodes = [
      ModelBytes.node("Transpose", ["w"], ["wt"], name: "turn"),
      ModelBytes.node("MatMul", ["x", "w"], ["h"], name: "in"),
      ModelBytes.node("Relu", ["h"], ["r"], name: "relu"),
      ModelBytes.node("MatMul", ["r", "wt"], ["y"], name: "out"),
    ]
    let tied = try model(nodes, [("w", [2, 3], [1, 2, 3, 4, 5, 6])])
    #expect(tied.parameters.map(\.name) == ["w"])
    #expect(tied.parameters.map(\.layers) == [["in", "out"]])
    let before = try output(tied)
    let replaced = try tied.replacing(["w": Tensor([2, 0, 1, -1, 1, 3] as [Float], shape: [2, 3])])
    #expect(
      try output(replaced) == output(model(nodes, [("w", [2, 3], [2, 0, 1, -1, 1, 3])])))
    #expect(try output(tied) == before)
    #expect(try output(replaced) != before)
  }

  @Test func `a bias by itself belongs to the product, and short constants to nobody`() throws {
    let nodes = [
      ModelBytes.node("MatMul", ["x", "w"], ["p"], name: "product"),
      ModelBytes.node("Add", ["p", "b"], ["h"], name: "bias"),
      ModelBytes.node("Mul", ["h", "half"], ["m"], name: "scale"),
      ModelBytes.node("Add", ["m", "mask"], ["y"], name: "masked"),
    ]
    let affine = try model(
      nodes,
      [
        ("w", [2, 3], [1, 2, 3, 4, 5, 6]), ("b", [3], [1, 2, 3]), ("half", [1], [0.5]),
        ("mask", [3], [0, -1e4, 0]),
      ])
    #expect(affine.parameters.map(\.name) == ["w", "b"])
    #expect(affine.parameters.map(\.layers) == [["product"], ["product"]])
  }

  @Test func `a convolution that runs with its normalization gets both anew`() throws {
    let attribute = ModelBytes.attribute("pads", ints: [0, 0, 0, 0])
    let nodes = [
      ModelBytes.node("Conv", ["x", "w"], ["c"], name: "conv", attributes: [attribute]),
      ModelBytes.node(
        "BatchNormalization", ["c", "scale", "shift", "mean", "variance"], ["y"], name: "norm"),
    ]
    func model(_ w: [Float], _ scale: [Float]) throws -> ONNXModel {
      let weights: [(String, [Int64], [Float])] = [
        ("w", [2, 1, 1, 1], w), ("scale", [2], scale), ("shift", [2], [0.5, -1]),
        ("mean", [2], [1, 2]), ("variance", [2], [4, 9]),
      ]
      return try ONNXModel(
        bytes: ModelBytes.model(
          nodes: nodes,
          initializers: weights.map { ModelBytes.tensor($0.0, $0.1, floats: $0.2) },
          inputs: [ModelBytes.value("x", [nil, 1, 2, 2])]))
    }
    let first = try model([1, 2], [1, 1])
    // Means and variances were counted, not trained.
    #expect(first.parameters.map(\.name) == ["w", "scale", "shift"])
    let x = try Tensor([1, 2, 3, 4] as [Float], shape: [1, 1, 2, 2])
    _ = try first.evaluate(first.outputs, given: [Place("x"): x])
    let replaced = try first.replacing([
      "w": Tensor([3, -1] as [Float], shape: [2, 1, 1, 1]), "scale": Tensor([2, 5] as [Float]),
    ])
    let expected = try model([3, -1], [2, 5])
    #expect(
      try replaced.evaluate(replaced.outputs, given: [Place("x"): x])[0].numbers()
        == expected.evaluate(expected.outputs, given: [Place("x"): x])[0].numbers())
  }

  @Test func `gradients flow through what was put in`() throws {
    let model = try digits(.float64)
    let weight = try #require(model.parameters.first { $0.name == "logits.weight" })
    let doubled = try model.replacing(["logits.weight": weight.tensor * 2])
    let image = try Tensor(
      contentsOfNPY: Self.examples.appending(path: "Data/eight.npy").path
    ).converted(to: .float64)
    let slice = NetworkSlice(from: .input, to: .logits)
    let single = try Saliency(model, quantity: .classScore(8), slice: slice)
      .attributions(for: image).values
    let twice = try Saliency(doubled, quantity: .classScore(8), slice: slice)
      .attributions(for: image).values
    try expectClose(twice, single * 2, absolute: 1e-12)
  }

  static let networks =
    ((try? Case.all("networks.cases")) ?? []) + ((try? Case.all("families.cases")) ?? [])

  @Test(arguments: networks)
  func `networks of every family give the same with their own weights, and else another`(
    test: Case
  ) throws {
    let model = try ONNXModel(bytes: test.model, elementType: .float64)
    let open = Set(model.inputs.map(\.name))
    let given = Dictionary(
      try test.inputs.filter { open.contains($0.name) }.map {
        (Place($0.name), try Case.tensor($0, .float64))
      }, uniquingKeysWith: { first, _ in first })
    func outputs(_ model: ONNXModel) throws -> [Tensor] {
      try model.evaluate(model.outputs, given: given)
    }
    let own = Dictionary(
      model.parameters.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    let before = try outputs(model)
    let same = try outputs(model.replacing(own.mapValues { try $0.copied() }))
    for (a, b) in zip(same, before) {
      #expect(try difference(a, b, relative: 1e-12, absolute: 1e-12) == nil)
    }
    guard !own.isEmpty else { return }
    let other = try outputs(model.replacing(own.mapValues { try $0 * 1.5 + 0.1 }))
    #expect(
      try zip(other, before).contains {
        try difference($0, $1, relative: 1e-6, absolute: 1e-6) != nil
      })
  }

  @Test func `what does not fit is named`() throws {
    let model = try digits()
    #expect(throws: ParameterError.self) { try model.replacing(["conv9": Tensor.zeros([1])]) }
    #expect(
      throws: ParameterError.shape("dense.bias", [63], expected: [64])
    ) {
      try model.replacing(["dense.bias": Tensor.zeros([63])])
    }
  }
}
