// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// What is wrong with bodies of control flow and of functions, and how it is told.
@Suite struct BodyFaultTests {
  private typealias Bytes = ModelBytes

  @Test func `faults inside of bodies are named through the nesting`() {
    let inner = Bytes.branch(
      "c", then: [Bytes.node("Neg", ["x"], ["t"])],
      else: [
        Bytes.node("Neg", ["x"], ["s"]), Bytes.node("Add", ["ghost", "x"], ["t"], name: "sum"),
      ])
    #expect(
      complaint(
        Bytes.model(
          nodes: [Bytes.node("Relu", ["x"], ["h"]), inner],
          initializers: [Bytes.truth("c", true)])
      ).contains(
        "graph.node[1] 'choice'.attribute[else_branch].node[1] 'sum'.input[0]"))
  }

  @Test func `a body that captures what waits for it is a cycle`() {
    let text = complaint(
      Bytes.model(
        nodes: [
          Bytes.node("Neg", ["y"], ["h"], name: "behind"),
          Bytes.branch(
            "c", then: [Bytes.node("Neg", ["h"], ["t"])], else: [Bytes.node("Neg", ["x"], ["t"])]),
        ], initializers: [Bytes.truth("c", true)]))
    #expect(text.contains("cycle") && text.contains("'behind'") && text.contains("'choice'"))
  }

  @Test func `unsupported operators of bodies are named with the others`() {
    let bytes = Bytes.model(
      nodes: [
        Bytes.node("Unheard", ["x"], ["h"], name: "first"),
        Bytes.node("ReduceMax", ["x"], ["m"]), Bytes.node("Cast", ["m"], ["c"]),
        Bytes.branch(
          "c", then: [Bytes.node("Unheard", ["h"], ["t"], name: "second")],
          else: [Bytes.node("Other", ["h"], ["t"], name: "third")]),
      ])
    let text = complaint(bytes)
    #expect(text.contains("Unheard (version 13), used by 'first', 'second'"), "\(text)")
    #expect(text.contains("Other (version 13), used by 'third'"))
  }

  @Test func `bodies that do not fit their node are refused`() {
    let neg = [Bytes.node("Neg", ["x"], ["t"])]
    let c = Bytes.field(1, "c") + Bytes.field(2, Bytes.field(1, Bytes.field(1, integer: 9)))
    func node(_ attributes: [[UInt8]]) -> String {
      complaint(
        Bytes.model(
          nodes: [Bytes.node("If", ["c"], ["y"], attributes: attributes)],
          inputs: [Bytes.value("x", [nil, 4]), c]))
    }
    let then = Bytes.body("then_branch", nodes: neg, outputs: [Bytes.value("t")])
    #expect(node([then]).contains("'else_branch' has no graph"))
    let eager = Bytes.body(
      "else_branch", nodes: neg, inputs: [Bytes.value("p")], outputs: [Bytes.value("t")])
    #expect(node([then, eager]).contains("inputs of its own"))
    #expect(
      complaint(Bytes.model(nodes: [Bytes.loop(["", "", "x", "x"], neg, on: "go")]))
        .contains("nothing gives the value 'b'"))
  }

  @Test func `sequences are refused by name`() {
    let sequence = Bytes.field(1, "a") + Bytes.field(2, Bytes.field(4, Bytes.field(1, [])))
    let bytes = Bytes.model(
      nodes: [
        Bytes.node(
          "Loop", ["", "", "x"], ["y"], name: "loop",
          attributes: [
            Bytes.body(
              "body", nodes: [Bytes.node("Tanh", ["a"], ["b"])],
              inputs: [Bytes.value("i"), Bytes.value("go"), sequence],
              outputs: [Bytes.value("go"), Bytes.value("b")])
          ])
      ])
    let text = complaint(bytes)
    #expect(text.contains("attribute[body], value 'a'") && text.contains("only tensors"))
  }

  @Test func `functions whose bodies call them end`() {
    let domain = Bytes.field(7, "own")
    let body = Bytes.body(
      "then_branch", nodes: [Bytes.node("f", ["a", "c"], ["t"]) + domain],
      outputs: [Bytes.value("t")])
    let other = Bytes.body(
      "else_branch", nodes: [Bytes.node("Neg", ["a"], ["t"])], outputs: [Bytes.value("t")])
    let function =
      Bytes.field(1, "f") + ["a", "c"].flatMap { Bytes.field(4, $0) } + Bytes.field(5, "r")
      + Bytes.field(7, Bytes.node("If", ["c"], ["r"], attributes: [body, other]))
      + Bytes.field(9, Bytes.field(2, integer: 13))
      + Bytes.field(9, Bytes.field(1, "own") + Bytes.field(2, integer: 1)) + Bytes.field(10, "own")
    let bytes =
      Bytes.model(
        nodes: [Bytes.node("f", ["x", "c"], ["y"]) + domain], initializers: [Bytes.truth("c", true)]
      )
      + Bytes.field(8, Bytes.field(1, "own") + Bytes.field(2, integer: 1))
      + Bytes.field(25, function)
    #expect(complaint(bytes).contains("by itself"))
  }

  /// A function's body defines `x`; what the function is called with is `call/x`.
  @Test func `names inside a function's body do not hide what it is called with`() throws {
    let domain = Bytes.field(7, "own")
    let then = Bytes.body(
      "then_branch",
      nodes: [Bytes.node("Exp", ["a"], ["x"]), Bytes.node("Mul", ["x", "a"], ["t"])],
      outputs: [Bytes.value("t")])
    let other = Bytes.body(
      "else_branch", nodes: [Bytes.node("Neg", ["a"], ["t"])], outputs: [Bytes.value("t")])
    let function =
      Bytes.field(1, "f") + ["a", "c"].flatMap { Bytes.field(4, $0) } + Bytes.field(5, "r")
      + Bytes.field(7, Bytes.node("If", ["c"], ["r"], attributes: [then, other]))
      + Bytes.field(9, Bytes.field(2, integer: 13)) + Bytes.field(10, "own")
    let flag =
      Bytes.field(1, "c")
      + Bytes.field(2, Bytes.field(1, Bytes.field(1, integer: 9) + Bytes.field(2, [])))
    let bytes =
      Bytes.model(
        nodes: [Bytes.node("f", ["call/x", "c"], ["y"], name: "call") + domain],
        inputs: [Bytes.value("call/x", [nil, 2]), flag])
      + Bytes.field(8, Bytes.field(1, "own") + Bytes.field(2, integer: 1))
      + Bytes.field(25, function)
    let model = try ONNXModel(bytes: bytes, elementType: .float64)
    let x = try Tensor([1, 2] as [Double], shape: [1, 2])
    let y = try model.evaluate(
      model.outputs, given: [Place("call/x"): x, Place("c"): try Tensor(true)])[0]
    #expect(try difference(y, x.exponential() * x, relative: 1e-12, absolute: 0) == nil)
  }
}
