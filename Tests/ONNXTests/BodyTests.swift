// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// What a model with bodies of control flow is like from outside: names, cuts, rows, errors.
@Suite struct BodyTests {
  private typealias Bytes = ModelBytes

  private static let axisZero =
    Bytes.field(1, "axis") + Bytes.field(3, integer: 0) + Bytes.field(20, integer: 2)

  // MARK: Branches that are known

  @Test func `the branch of a constant condition is made of ordinary nodes`() throws {
    let model = try ONNXModel(
      bytes: Bytes.model(
        nodes: [
          Bytes.node("Tanh", ["x"], ["h"]),
          Bytes.branch(
            "c",
            then: [
              Bytes.node("Exp", ["h"], ["h2"], name: "inner"),
              Bytes.node("Mul", ["h2", "w"], ["t"], name: "h"),
            ],
            // What is never run need not be supported.
            else: [Bytes.node("Unheard", ["h"], ["t"])]),
        ], initializers: [Bytes.truth("c", true), Bytes.tensor("w", [1], floats: [3])]))
    #expect(model.layers.map(\.name) == ["h", "inner", "choice/h"])
    let x = try Tensor([1, 2, 3, 4] as [Float], shape: [1, 4])
    #expect(try model.places(of: "inner", anchor: .output) == [Place("h2")])
    #expect(try model.places(of: "choice/h", anchor: .output) == [Place("y")])
    let influence = Conductance(model, of: .layer("inner"), to: .output)
    #expect(try influence.attributions(for: x).values.shape == [1, 4])
    let y = try model.evaluate(
      model.outputs, given: [Place("h2"): try Tensor([1, 1, 1, 1] as [Float], shape: [1, 4])])
    #expect(try y[0].numbers() == [3, 3, 3, 3])
  }

  @Test func `branches that give what they capture`() throws {
    let bytes = Bytes.model(
      nodes: [
        Bytes.node(
          "If", ["c"], ["y", "z"],
          attributes: [
            Bytes.body(
              "then_branch", nodes: [],
              outputs: [Bytes.value("x"), Bytes.value("w")],
              initializers: [Bytes.tensor("w", [1], floats: [3])]),
            Bytes.body(
              "else_branch", nodes: [], outputs: [Bytes.value("x"), Bytes.value("x")]),
          ])
      ], initializers: [Bytes.truth("c", true)], outputs: ["y"])
    let model = try ONNXModel(bytes: bytes)
    let x = try Tensor([1, 2, 3, 4] as [Float], shape: [1, 4])
    #expect(try model.evaluate(model.outputs, given: [Place("x"): x])[0].numbers() == [1, 2, 3, 4])
    #expect(model.parameterCount == 1)
  }

  // MARK: Cuts

  private static let captured = Bytes.model(
    nodes: [
      Bytes.node("Tanh", ["x"], ["h"]), Bytes.node("ReduceMax", ["x"], ["m"]),
      Bytes.node("Greater", ["m", "zero"], ["c"]),
      Bytes.branch(
        "c", then: [Bytes.node("Mul", ["h", "x"], ["t"], name: "product")],
        else: [Bytes.node("Neg", ["h"], ["t"])]),
    ], initializers: [Bytes.tensor("zero", [], floats: [0])])

  @Test func `captured values are inputs of the node that has the body`() throws {
    let model = try ONNXModel(bytes: Self.captured, elementType: .float64)
    let x = try Tensor([1, 2, 3, 4] as [Double], shape: [1, 4])
    let ones = try Tensor.ones([1, 4], type: .float64)
    // Cut at h: the branch needs x beside it, and what decides on it.
    #expect(
      Set(model.requirements(of: model.outputs, given: [Place("h")])) == [Place("x"), Place("c")])
    let y = try model.evaluate(model.outputs, given: [Place("x"): x, Place("h"): ones])[0]
    #expect(try y.numbers() == [1, 2, 3, 4])
    let places = try model.places(of: "choice", anchor: .input)
    #expect(places.map(\.value) == ["h", "x"])
    // x replaced for the branch alone: the condition still sees the true one.
    let edge = try #require(places.last)
    let moved = try model.evaluate(
      model.outputs, given: [Place("x"): x, edge: try -x, Place("h"): ones])[0]
    #expect(try moved.numbers() == [-1, -2, -3, -4])
  }

  @Test(arguments: ["product", "t"])
  func `a cut inside a body is refused, and told where to go`(name: String) throws {
    let model = try ONNXModel(bytes: Self.captured)
    let attempts: [() throws -> Void] = [
      { _ = try model.places(of: name, anchor: .output) },
      { _ = try model.evaluate([Place(name)], given: [Place("x"): try .zeros([1, 4])]) },
    ]
    for attempt in attempts {
      #expect {
        try attempt()
      } throws: { error in
        let text = "\(error)"
        return text.contains("body") && text.contains("'choice' (If)") && text.contains("'y'")
      }
    }
  }

  // MARK: Rows

  private func expectRowsApart(_ model: ONNXModel, _ shape: [Int]) throws {
    var generator = SeededGenerator(seed: 5)
    let x = try Tensor(generator.numbers(shape.reduce(1, *)), shape: shape)
    let together = try model.evaluate(model.outputs, given: [Place("x"): x])[0]
    let alone = try (0..<shape[0]).map { row in
      try model.evaluate(model.outputs, given: [Place("x"): try x[row..<(row + 1)]])[0]
    }
    #expect(
      try difference(together, .concatenated(alone), relative: 1e-12, absolute: 1e-13) == nil)
  }

  /// Whether all rows run at once at every node.
  private func isAtOnce(_ model: ONNXModel) -> Bool {
    model.network.analysis()?.oneByOne.isEmpty == true
  }

  @Test(arguments: [1, nil] as [Int64?])
  func `a condition that rows decide is decided for each`(rows: Int64?) throws {
    let bytes = Bytes.model(
      nodes: [
        Bytes.node("ReduceSum", ["x"], ["m"]), Bytes.node("Greater", ["m", "zero"], ["c"]),
        Bytes.branch(
          "c", then: [Bytes.node("Exp", ["x"], ["t"])], else: [Bytes.node("Neg", ["x"], ["t"])]),
      ], initializers: [Bytes.tensor("zero", [], floats: [0])],
      inputs: [Bytes.value("x", [rows, 4])])
    let model = try ONNXModel(bytes: bytes, elementType: .float64)
    #expect(!isAtOnce(model))
    try expectRowsApart(model, [6, 4])
  }

  @Test(arguments: [1, nil] as [Int64?])
  func `a loop that rows end is ended for each`(rows: Int64?) throws {
    let bytes = Bytes.model(
      nodes: [
        Bytes.loop(
          ["", "c", "x"],
          [
            Bytes.node("Add", ["a", "one"], ["b"]), Bytes.node("ReduceSum", ["b"], ["m"]),
            Bytes.node("Less", ["m", "most"], ["on"]),
          ])
      ],
      initializers: [
        Bytes.truth("c", true), Bytes.tensor("one", [], floats: [1]),
        Bytes.tensor("most", [], floats: [9]),
      ], inputs: [Bytes.value("x", [rows, 4])])
    let model = try ONNXModel(bytes: bytes, elementType: .float64)
    #expect(!isAtOnce(model))
    try expectRowsApart(model, [6, 4])
  }

  @Test func `a condition of shapes leaves all rows at once`() throws {
    let nodes = [
      Bytes.node("Shape", ["x"], ["s"]),
      Bytes.node("Gather", ["s", "one"], ["k"], attributes: [Self.axisZero]),
      Bytes.node("Equal", ["k", "one"], ["c"]),
      Bytes.branch(
        "c", then: [Bytes.node("Squeeze", ["x", "one"], ["t"])],
        else: [Bytes.node("Identity", ["x"], ["t"])]),
      Bytes.node("Tanh", ["y"], ["z"]),
    ]
    for rows: Int64? in [1, nil] {
      let model = try ONNXModel(
        bytes: Bytes.model(
          nodes: nodes, initializers: [Bytes.integers("one", [1])],
          inputs: [Bytes.value("x", [rows, 1, 4])], outputs: ["z"]), elementType: .float64)
      #expect(isAtOnce(model))
      try expectRowsApart(model, [5, 1, 4])
      let x = try Tensor.zeros([5, 1, 4], type: .float64)
      #expect(try model.evaluate(model.outputs, given: [Place("x"): x])[0].shape == [5, 4])
    }
  }

  @Test func `a condition that the caller feeds leaves all rows at once`() throws {
    let flag =
      Bytes.field(1, "c")
      + Bytes.field(2, Bytes.field(1, Bytes.field(1, integer: 9) + Bytes.field(2, [])))
    for operation in ["Exp", "ReduceMean"] {
      let model = try ONNXModel(
        bytes: Bytes.model(
          nodes: [
            Bytes.branch(
              "c", then: [Bytes.node("Tanh", ["x"], ["t"])],
              else: [Bytes.node(operation, ["x"], ["t"])]),
            Bytes.node("Add", ["x", "y"], ["z"]),
          ], inputs: [Bytes.value("x", [1, 4]), flag], outputs: ["z"]), elementType: .float64)
      #expect(isAtOnce(model))
      let x = try Tensor((0..<12).map(Double.init), shape: [3, 4])
      for holds in [true, false] {
        func z(_ x: Tensor) throws -> Tensor {
          let given = [Place("x"): x, Place("c"): try Tensor([holds]).reshaped(to: [])]
          return try model.evaluate(model.outputs, given: given)[0]
        }
        let alone = try (0..<3).map { try z(x[$0..<$0 + 1]) }
        #expect(
          try difference(z(x), .concatenated(alone), relative: 1e-14, absolute: 0) == nil)
      }
    }
  }

  // MARK: Bounds

  @Test func `a loop that cannot end is refused`() {
    let bytes = Bytes.model(
      nodes: [Bytes.loop(["", "c", "x"], [Bytes.node("Tanh", ["a"], ["b"])], on: "yes")],
      initializers: [Bytes.truth("c", true), Bytes.truth("yes", true)])
    #expect(complaint(bytes).contains("never ends"))
  }

  @Test(.timeLimit(.minutes(1)))
  func `a loop of constants that takes long is left to run time`() throws {
    let count = Bytes.integers("n", [.max], shape: [])
    let loop = Bytes.loop(["n", "", "w"], [Bytes.node("Tanh", ["a"], ["b"])], on: "go")
    let model = try ONNXModel(
      bytes: Bytes.model(
        nodes: [loop, Bytes.node("Mul", ["x", "y"], ["z"])],
        initializers: [count, Bytes.tensor("w", [1], floats: [1])], outputs: ["z"]))
    #expect(model.layers.map(\.name) == ["loop", "z"])
  }

  @Test(.timeLimit(.minutes(1)))
  func `a loop that does not end on zeros has no shape`() throws {
    let model = try ONNXModel(
      bytes: Bytes.model(
        nodes: [
          Bytes.loop(
            ["", "c", "x"],
            [
              Bytes.node("Mul", ["a", "two"], ["b"]), Bytes.node("ReduceMax", ["b"], ["m"]),
              Bytes.node("Less", ["m", "most"], ["on"]),
            ])
        ],
        initializers: [
          Bytes.truth("c", true), Bytes.tensor("two", [], floats: [2]),
          Bytes.tensor("most", [], floats: [9]),
        ]))
    #expect(model.layers.map(\.name) == ["loop"])
    let x = try Tensor([1, 2, 3, 4] as [Float], shape: [1, 4])
    #expect(
      try model.evaluate(model.outputs, given: [Place("x"): x])[0].numbers() == [4, 8, 12, 16])
  }
}
