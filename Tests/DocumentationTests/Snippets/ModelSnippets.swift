// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import TestSupport
import Testing
import Torch

// snippet: linear-model
/// y = x W, `[rows, features]` to `[rows, classes]`.
struct LinearModel: Model {
  let weight: Tensor
  let inputs = [ModelInput("x", elementType: .float64)]
  let outputs = [Place("y")]
  let head: OutputHead? = nil
  let layers = [ModelLayer("y", operation: "MatMul")]

  func places(of layer: String, anchor: Anchor) throws -> [Place] {
    guard layer == "y" else { throw CutError.unknown(layer: layer, among: ["y"]) }
    return [anchor == .input ? Place("x") : Place("y")]
  }

  func evaluate(_ wanted: [Place], given: [Place: Tensor]) throws -> [Tensor] {
    try wanted.map { place in
      if let tensor = given[place] { return tensor }
      guard place == Place("y"), let x = given[Place("x")] else {
        throw CutError.unknown(layer: place.value, among: ["x", "y"])
      }
      return try x.matrixProduct(weight)
    }
  }
}
// end

@Suite struct ModelSnippets {
  init() throws { try Workplace.enter() }

  @Test func `an ONNX file`() throws {
    // snippet: onnx
    let model = try ONNXModel(path: "Models/digits.onnx")
    print(model.inputs, model.outputs, model.head as Any)
    print(model.origin.producer, model.origin.operatorSets)

    let digit = try Tensor(contentsOfNPY: "Data/eight.npy")
    let probabilities = try model.evaluate(model.outputs, given: [Place("image"): digit])[0]
    // end
    #expect(try probabilities.indexOfMaximum(axis: 1).integers() == [8])
    #expect(model.inputs.map(\.name) == ["image"])
    #expect(model.outputs == [Place("probabilities")])
    #expect(model.head?.logits == Place("logits"))
    #expect(model.head?.function == .softmax(axis: 1))
    #expect(model.origin.operatorSets[""] ?? 0 >= 9)
  }

  @Test func `numbers that are not finite`() throws {
    let model = try ONNXModel(path: "Models/digits.onnx")
    let digit = try Tensor(contentsOfNPY: "Data/eight.npy")
    // snippet: non-finite
    let spoiled = try digit * .infinity
    print(try model.firstNonFinite(given: Inputs(spoiled)) as Any)  // nil where all is finite
    do { _ = try IntegratedGradients(model).attributions(for: spoiled) } catch { print(error) }
    // end
    #expect(try model.firstNonFinite(given: Inputs(digit)) == nil)
    let first = try model.firstNonFinite(given: Inputs(spoiled))
    #expect(first == NonFinite(.nan, at: "image", row: 0, origin: .given))
    #expect(throws: NonFiniteError.self) {
      try IntegratedGradients(model).attributions(for: spoiled)
    }
  }

  @Test func `double precision`() throws {
    let digit = try Tensor(contentsOfNPY: "Data/eight.npy")
    // snippet: float64
    let precise = try ONNXModel(path: "Models/digits.onnx", elementType: .float64)
    let slice = NetworkSlice(from: .input, to: .logits)
    let result = try IntegratedGradients(precise, slice: slice).attributions(for: digit)
    print(result.values.elementType)  // float64
    // end
    #expect(result.values.elementType == .float64)
    let single = try IntegratedGradients(ONNXModel(path: "Models/digits.onnx"), slice: slice)
      .attributions(for: digit)
    #expect(try relativeL1(single.values.converted(to: .float64), result.values) < 1e-4)
  }

  @Test func `places are read and replaced`() throws {
    let model = try ONNXModel(path: "Models/digits.onnx")
    let digit = try Tensor(contentsOfNPY: "Data/eight.npy")
    // snippet: evaluate
    let values = try model.evaluate(
      [Place("relu2"), Place("logits")], given: [Place("image"): digit])
    // The network again, with channel 5 of relu2 switched off.
    let silenced = try values[0].replacingSlice(
      values[0].filled(with: 0)[.all, 5..<6], axis: 1, from: 5, to: 6)
    let logits = try model.evaluate(
      [Place("logits")], given: [Place("image"): digit, Place("relu2"): silenced])[0]
    // end
    #expect(logits.shape == [1, 10])
    #expect(try relativeL1(logits, values[1]) > 1e-3)
  }

  @Test func `a function`() throws {
    // snippet: function-model
    let generator = try Generator(seed: 1)
    let w1 = try Tensor.normal([3, 8], from: generator)
    let w2 = try Tensor.normal([8, 2], from: generator)
    let model = FunctionModel(
      inputs: [ModelInput("x", shape: [nil, 3])], outputs: ["y"], layers: ["hidden", "y"]
    ) { values in
      let hidden = try values.mark("hidden", values["x"].matrixProduct(w1).relu())
      try values.mark("y", hidden.matrixProduct(w2))
    }
    let x = try Tensor([1, -1, 2] as [Float], shape: [1, 3])
    let result = try Conductance(model, of: .layer("hidden")).attributions(for: x)
    // end
    #expect(result.values.shape == [1, 8])
    let rows = Inputs(try Tensor.normal([3, 3], from: generator))
    #expect(try ModelLaws.violations(of: model, on: rows, layers: [.layer("hidden")]) == [])
  }

  @Test func `several inputs`() throws {
    // snippet: several-inputs
    let model = FunctionModel(
      inputs: [
        ModelInput("signal", shape: [nil, 4]), ModelInput("mask", shape: [nil, 4]),
        ModelInput("scale", shape: [4], hasRows: false),
      ], outputs: ["y"]
    ) { values in
      let seen = try values["signal"] * values["mask"] * values["scale"]
      try values.mark("y", seen.hyperbolicTangent().sum(axes: [1], keepingAxes: true))
    }
    let inputs = Inputs([
      "signal": try Tensor([1, 2, 3, 4] as [Float], shape: [1, 4]),
      "mask": try Tensor([1, 1, 0, 1] as [Float], shape: [1, 4]),
      "scale": try Tensor([1, 1, 1, 0.5] as [Float]),
    ])
    // Only the signal moves; the mask is carried along, and the scale is shared by all rows.
    let result = try IntegratedGradients(
      model, quantity: .classScore(0), slice: NetworkSlice(from: .input("signal"))
    ).attributions(for: inputs)
    // end
    #expect(result.values.shape == [1, 4])
    #expect(try result.values[0, 2].number() == 0)
  }

  @Test func `a model of one's own`() throws {
    // snippet: use-linear-model
    let model = LinearModel(weight: try Tensor([2, 0, 0, -1] as [Double], shape: [2, 2]))
    let rows = try Tensor([1, 2, 3, 4] as [Double], shape: [2, 2])
    let result = try IntegratedGradients(model, quantity: .classScore(1)).attributions(for: rows)
    print(try result.values.numbers())  // 0, -2, 0, -4
    print(try ModelLaws.violations(of: model, on: Inputs(rows), layers: [.layer("y")]))  // []
    // end
    try expectClose(result.values, [0, -2, 0, -4], absolute: 1e-12)
    #expect(try ModelLaws.violations(of: model, on: Inputs(rows), layers: [.layer("y")]) == [])
  }

  @Test func `what does not fit is told`() throws {
    // snippet: refused-files
    for path in ["Models/missing.onnx", "Data/eight.npy"] {
      do { _ = try ONNXModel(path: path) } catch { print(error) }
    }
    // end
    #expect(throws: ONNXError.self) { try ONNXModel(path: "Models/missing.onnx") }
    #expect(throws: ONNXError.self) { try ONNXModel(path: "Data/eight.npy") }
  }
}
