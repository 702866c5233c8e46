// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// Whole networks: what they give, where they can be cut, and that rows never meet.
@Suite struct ModelTests {
  static let networks = (try? Case.all("networks.cases")) ?? []

  private func evaluate(_ model: ONNXModel, _ x: Tensor, _ wanted: Place? = nil) throws -> Tensor {
    try model.evaluate([wanted ?? model.outputs[0]], given: [model.inputs[0].place: x])[0]
  }

  @Test(arguments: networks)
  func `networks give what torch gives`(test: Case) throws {
    let expected = try test.output("out", .float64)
    let x = try Case.tensor(test.inputs[0])
    let single = try ONNXModel(bytes: test.model)
    #expect(
      try difference(evaluate(single, x), expected, relative: 1e-4, absolute: 1e-5) == nil)
    let precise = try ONNXModel(bytes: test.model, elementType: .float64)
    let exact = try evaluate(precise, try x.converted(to: .float64))
    #expect(exact.elementType == .float64)
    #expect(
      try difference(exact, expected, relative: test.relative, absolute: test.absolute) == nil)
  }

  @Test(arguments: networks)
  func `gradients are torch's`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model, elementType: .float64)
    let x = try Case.tensor(test.inputs[0], .float64).tracked()
    let slope = try gradient(
      of: try (evaluate(model, x) * test.output("weight", .float64)).sum(), withRespectTo: x)
    #expect(
      try difference(
        slope, test.output("gradient", .float64), relative: test.relative,
        absolute: test.absolute) == nil)
  }

  @Test(arguments: networks)
  func `rows do not see each other`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model, elementType: .float64)
    let x = try Case.tensor(test.inputs[0], .float64)
    for layer in model.layers where layer.shape?.first == model.inputs[0].shape?.first {
      let place = try model.places(of: layer.name, anchor: .output)[0]
      let together = try? evaluate(model, x, place)
      let alone = try (0..<5).map { try evaluate(model, try x[$0..<($0 + 1)], place) }
      guard let together, alone.allSatisfy({ $0.shape.first == 1 }) else { continue }
      let complaint = try difference(
        together, .concatenated(alone), relative: 1e-12, absolute: 1e-13)
      #expect(complaint == nil, "\(layer.name)")
    }
  }

  /// Putting back what a value is anyway changes nothing, wherever that is done.
  @Test(arguments: networks)
  func `giving a value what it has changes nothing`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model, elementType: .float64)
    let input = model.inputs[0].place
    let output = model.outputs[0]
    let x = try Case.tensor(test.inputs[0], .float64)
    let expected = try evaluate(model, x)
    for layer in model.layers {
      for anchor in Anchor.allCases {
        let places = try model.places(of: layer.name, anchor: anchor)
        guard let values = try? model.evaluate(places, given: [input: x]),
          values.allSatisfy({ $0.shape.first == 5 && $0.elementType == .float64 })
        else { continue }
        var given: [Place: Tensor] = [:]
        for (place, value) in zip(places, values) { given[place] = try value.tracked() }
        let needed = model.requirements(of: [output], given: places)
        #expect(needed.allSatisfy { given[$0] == nil })
        for (place, value) in zip(needed, try model.evaluate(needed, given: [input: x])) {
          given[place] = value
        }
        let result = try model.evaluate([output] + places, given: given)
        #expect(
          try difference(result[0], expected, relative: 1e-12, absolute: 1e-13) == nil,
          "\(layer.name) \(anchor)")
        #expect(result.dropFirst().allSatisfy { $0.isTracked }, "\(layer.name) \(anchor)")
      }
    }
  }

  @Test(arguments: networks)
  func `the laws of models hold at every layer`(test: Case) throws {
    let model = try ONNXModel(bytes: test.model, elementType: .float64)
    let x = try Case.tensor(test.inputs[0], .float64)
    // Layers whose value has rows; the shapes of shape arithmetic have none.
    let layers = model.layers.filter { $0.shape.map { $0.count > 1 } ?? false }
    #expect(layers.count > 3)
    let violations = try ModelLaws.violations(
      of: model, on: Inputs(x), layers: layers.map { LayerCut($0.name) }, tolerance: 1e-12)
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test func `an input without rows is shared`() throws {
    let model = try ONNXModel(
      bytes: ModelBytes.model(
        nodes: [ModelBytes.node("Exp", ["k"], ["e"]), ModelBytes.node("Mul", ["x", "e"], ["y"])],
        inputs: [ModelBytes.value("x", [1, 4]), ModelBytes.value("k", [4])]))
    #expect(model.inputs.map(\.hasRows) == [true, false])
    #expect(model.requirements(of: [Place("y")], given: [Place("x")]) == [Place("k")])
    let x = try Tensor.ones([3, 4])
    let k = try Tensor.zeros([4])
    let results = try model.evaluate(
      [Place("y"), Place("k")], given: [Place("x"): x, Place("k"): k])
    #expect(results.map(\.shape) == [[3, 4], [4]])
  }

  @Test func `the head is found ahead of the final softmax or sigmoid`() throws {
    for test in Self.networks {
      let head = try ONNXModel(bytes: test.model).head
      if test.name.hasPrefix("residual") {
        #expect(head?.function == .softmax(axis: 1), "\(test.name)")
      } else if test.name.hasPrefix("perceptron") {
        #expect(head?.function == .sigmoid, "\(test.name)")
      } else {
        #expect(head == nil)
      }
    }
  }

  @Test func `inputs, outputs and layers are listed`() throws {
    let model = try ONNXModel(bytes: ModelBytes.small)
    #expect(model.inputs == [ModelInput("x", elementType: .float32, shape: [nil, 4])])
    #expect(model.outputs == [Place("y")])
    #expect(
      model.layers == [
        ModelLayer("linear", operation: "Gemm", shape: [nil, 2]),
        ModelLayer("relu", operation: "Relu", shape: [nil, 2]),
      ])
    #expect(try model.places(of: "linear", anchor: .output) == [Place("h")])
    #expect(
      try model.places(of: "linear", anchor: .input)
        == [Place("x", reader: Place.Reader(node: "linear", input: 0))])
    #expect(try model.places(of: "h", anchor: .output) == [Place("h")])
    #expect(throws: CutError.unknownLayer("liner", similar: ["linear"])) {
      try model.places(of: "liner", anchor: .output)
    }
  }

  @Test func `an in-anchor replaces what one node alone reads`() throws {
    let model = try ONNXModel(
      bytes: ModelBytes.model(
        nodes: [
          ModelBytes.node("Relu", ["x"], ["a"], name: "a"),
          ModelBytes.node("Exp", ["a"], ["e"], name: "e"),
          ModelBytes.node("Add", ["a", "e"], ["y"], name: "y"),
        ]))
    let edge = try model.places(of: "e", anchor: .input)
    let x = try Tensor([1, 2, 3, 4] as [Float], shape: [1, 4])
    let zero = try Tensor.zeros([1, 4])
    #expect(model.requirements(of: [Place("y")], given: edge) == [Place("a")])
    let y = try model.evaluate([Place("y")], given: [edge[0]: zero, Place("a"): x])
    #expect(try y[0].numbers() == [2, 3, 4, 5])
    let whole = try model.evaluate([Place("y")], given: [Place("a"): zero])
    #expect(try whole[0].numbers() == [1, 1, 1, 1])
  }

  @Test func `only what is needed is asked for, and asked for where it has rows`() throws {
    // The mask's part does not depend on x, and ends ahead of the shape arithmetic.
    let model = try ONNXModel(
      bytes: ModelBytes.model(
        nodes: [
          ModelBytes.node("Exp", ["m"], ["weights"]),
          ModelBytes.node("Mul", ["x", "weights"], ["p"]),
          ModelBytes.node("Shape", ["weights"], ["s"]),
          ModelBytes.node("Reshape", ["p", "s"], ["y"]),
        ], inputs: [ModelBytes.value("x", [nil, 4]), ModelBytes.value("m", [nil, 4])]))
    #expect(model.requirements(of: [Place("y")], given: [Place("x")]) == [Place("weights")])
    #expect(model.requirements(of: [Place("y")], given: [Place("p")]) == [Place("weights")])
    #expect(
      model.requirements(of: [Place("y")], given: [Place("x"), Place("weights")]).isEmpty)
    #expect(throws: InputError.missing("m", known: ["x", "m"])) {
      try model.evaluate([Place("y")], given: [Place("x"): .zeros([1, 4])])
    }
  }

  @Test func `constants and strangers are no places`() throws {
    let model = try ONNXModel(bytes: ModelBytes.small)
    let x = try Tensor.zeros([1, 4])
    #expect(throws: ONNXError.self) { try model.evaluate([Place("w")], given: [Place("x"): x]) }
    #expect(throws: CutError.self) { try model.evaluate([Place("q")], given: [Place("x"): x]) }
    #expect(throws: ONNXError.self) {
      try model.evaluate([Place("y")], given: [Place("x"): .zeros([1, 5])])
    }
  }

  @Test func `tensors are let go`() throws {
    let before = Tensor.liveCount
    do {
      let model = try ONNXModel(bytes: Self.networks[0].model)
      _ = try evaluate(model, try Case.tensor(Self.networks[0].inputs[0]))
    }
    // Other suites run beside this one: only a leak of whole models would show.
    #expect(Tensor.liveCount < before + 2000)
  }
}
