// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Models with several inputs, and inputs that do not fit.
@Suite struct InputTests {
  /// y = Σ (a ⊙ mask + table[ids]) · scale, with `scale` shared between rows.
  static func model() throws -> FunctionModel {
    let table = try ToyModels.rows(5, features: 3, seed: 30)
    return FunctionModel(
      inputs: [
        ModelInput("a", elementType: .float64, shape: [nil, 3]),
        ModelInput("mask", elementType: .float64, shape: [nil, 3]),
        ModelInput("ids", elementType: .int64, shape: [nil]),
        ModelInput("scale", elementType: .float64, shape: [3], hasRows: false),
      ],
      outputs: ["y"]
    ) { values in
      let words = try values.mark("words", table.embedded(values["ids"]))
      let sum = try values["a"] * values["mask"] + words
      try values.mark(
        "y", (sum * values["scale"]).hyperbolicTangent().sum(axes: [1], keepingAxes: true))
    }
  }

  static func inputs() throws -> [String: Tensor] {
    [
      "a": try ToyModels.rows(2, features: 3),
      "mask": try Tensor([1, 0, 1, 1, 1, 0] as [Double], shape: [2, 3]),
      "ids": try Tensor([4, 1]),
      "scale": try Tensor([1, 2, 3] as [Double]),
    ]
  }

  @Test func `one input moves and the others are carried along row by row`() throws {
    let tensors = try Self.inputs()
    let result = try IntegratedGradients(
      Self.model(), quantity: .classScore(0), slice: NetworkSlice(from: .input("a"))
    ).attributions(for: Inputs(tensors))
    try expectClose(#require(result.completenessGap), [0, 0], absolute: 1e-10)
    // Masked features do not matter.
    #expect(try result.values[0, 1].number() == 0)
    #expect(try result.values[1, 2].number() == 0)
    for row in 0..<2 {
      var alone = tensors
      for name in ["a", "mask", "ids"] { alone[name] = try tensors[name]?[row..<row + 1] }
      let single = try IntegratedGradients(
        Self.model(), quantity: .classScore(0), slice: NetworkSlice(from: .input("a"))
      ).attributions(for: Inputs(alone))
      try expectClose(single.values, result.values[row..<row + 1], absolute: 1e-12)
    }
  }

  @Test func `several inputs move together`() throws {
    let result = try IntegratedGradients(
      Self.model(), quantity: .classScore(0), slice: NetworkSlice(from: .input("a", "mask")),
      steps: 50
    ).attributions(for: Inputs(Self.inputs()))
    #expect(result.activation.tensors.count == 2)
    try expectClose(#require(result.completenessGap), [0, 0], absolute: 1e-10)
    // a · mask along the straight line: both get half of the product's effect.
    try expectClose(result.activation.tensors[0], result.activation.tensors[1], absolute: 1e-10)
  }

  @Test func `all continuous inputs with rows are the default cut`() throws {
    #expect(try InputCut().places(in: Self.model()) == [Place("a"), Place("mask")])
  }

  @Test func `an embedding is a cut behind ids`() throws {
    let result = try IntegratedGradients(
      Self.model(), quantity: .classScore(0), slice: NetworkSlice(from: .layer("words")), steps: 50
    ).attributions(for: Inputs(Self.inputs()))
    #expect(result.values.shape == [2, 3])
    try expectClose(#require(result.completenessGap), [0, 0], absolute: 1e-10)
  }

  @Test func `inputs that do not fit are told with cause and remedy`() throws {
    let model = try Self.model()
    let good = try Self.inputs()
    func message(_ change: (inout [String: Tensor]) throws -> Void) throws -> String {
      var tensors = good
      try change(&tensors)
      let error = #expect(throws: InputError.self) {
        try Saliency(model).attributions(for: Inputs(tensors))
      }
      return error.map(String.init(describing:)) ?? ""
    }
    #expect(try message { $0["mask"] = nil }.contains("input 'mask' is not given"))
    #expect(try message { $0["b"] = $0["a"] }.contains("no input 'b'"))
    #expect(try message { $0["a"] = try $0["a"]?[0..<1] }.contains("give as many of each"))
    #expect(try message { $0["a"] = try Tensor.zeros([2, 4]) }.contains("wants [any, 3]"))
    #expect(try message { $0["ids"] = try Tensor([0.5, 1.5]) }.contains("wants int64"))
    #expect(
      try message { for name in ["a", "mask", "ids"] { $0[name] = try $0[name]?[0..<0] } }
        .contains("no rows"))
    #expect(throws: InputError.severalInputs(["a", "mask", "ids", "scale"])) {
      try Saliency(model).attributions(for: ToyModels.rows(1))
    }
  }

  @Test func `cuts that a model does not have are told`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(1)
    #expect(throws: CutError.self) {
      try Saliency(model, slice: NetworkSlice(from: .layer("frist"))).attributions(for: x)
    }
    #expect(throws: CutError.unknownOutput("z", known: ["y"])) {
      try Saliency(model, slice: NetworkSlice(to: .output("z"))).attributions(for: x)
    }
    #expect(throws: CutError.part("places 2..<9 on axis 1", shape: [1, 6])) {
      try Saliency(model, slice: NetworkSlice(from: .channels(2..<9, of: .layer("first"))))
        .attributions(for: x)
    }
    #expect(throws: QuantityError.noClass(7, shape: [1, 3])) {
      try Saliency(model, quantity: .classScore(7)).attributions(for: x)
    }
    #expect(throws: QuantityError.labelCount(1, instances: 2)) {
      try Saliency(model, quantity: .labels([0])).attributions(for: ToyModels.rows(2))
    }
  }

  @Test func `a softmax over a single class is refused`() throws {
    #expect(throws: QuantityError.oneClass(quantity: "probability of class 0")) {
      try Saliency(ToyModels.saturated, quantity: .probability(of: 0))
        .attributions(for: Tensor([2] as [Double], shape: [1, 1]))
    }
  }

  @Test func `a point of a polyline of another shape is told with both shapes`() throws {
    let path = PolylinePath(through: [try Tensor.zeros([1, 7])])
    let error = #expect(throws: ActivationError.self) {
      try InternalInfluence(ToyModels.smooth(), distribution: .path(path))
        .attributions(for: ToyModels.rows(2))
    }
    #expect(error?.description.contains("[1, 7]") == true)
  }

  @Test func `a baseline of another shape is told with both shapes`() throws {
    let baseline = try Tensor.zeros([1, 7])
    let error = #expect(throws: ActivationError.self) {
      try IntegratedGradients(ToyModels.smooth(), from: .tensor(baseline))
        .attributions(for: ToyModels.rows(2))
    }
    #expect(error?.description.contains("[1, 7]") == true)
    #expect(error?.description.contains("[2, 4]") == true)
  }
}
