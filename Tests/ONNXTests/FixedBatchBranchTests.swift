// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// Models that were written for several rows, with a branch among their nodes.
@Suite struct FixedBatchBranchTests {
  private typealias Bytes = ModelBytes

  /// How the branch is chosen, and the node that is named where the model is refused for it.
  private static let conditions: [(name: String, nodes: [[UInt8]], named: String?)] = [
    ("a constant", [], nil),
    (
      "a shape",
      [
        Bytes.node("Shape", ["x"], ["n"]), Bytes.node("ReduceMax", ["n"], ["m"]),
        Bytes.node("Greater", ["m", "most"], ["c"]),
      ], "'choice' (If)"
    ),
    (
      "all rows together",
      [Bytes.node("ReduceMax", ["x"], ["m"]), Bytes.node("Greater", ["m", "zero"], ["c"])],
      "'m' (ReduceMax)"
    ),
  ]

  /// What a branch does, and whether it keeps rows apart.
  private static let branches: [(node: (String, [String], [[UInt8]]), keepsApart: Bool)] = [
    (("Exp", ["h"], []), true),
    (("Softmax", ["h"], [Bytes.Named.int("axis", 1).bytes]), true),
    (("Softmax", ["h"], [Bytes.Named.int("axis", 0).bytes]), false),
    (("CumSum", ["h", "first"], []), false),
    (("Transpose", ["square"], []), false),
  ]

  private static func model(
    rows: Int, _ condition: Int, _ then: Int, _ other: Int
  ) throws -> ONNXModel {
    func branch(_ name: String, _ index: Int) -> [UInt8] {
      let (operation, inputs, attributes) = branches[index].node
      return Bytes.body(
        name, nodes: [Bytes.node(operation, inputs, ["t"], attributes: attributes)],
        outputs: [Bytes.value("t")])
    }
    let nodes =
      [
        Bytes.node("Tanh", ["x"], ["h"]),
        Bytes.node("Slice", ["x", "first", "rows", "last"], ["square"]),
      ] + conditions[condition].nodes + [
        Bytes.node(
          "If", ["c"], ["b"], name: "choice",
          attributes: [branch("then_branch", then), branch("else_branch", other)]),
        Bytes.node("Mul", ["b", "b"], ["y"]),
      ]
    var initializers = [
      Bytes.tensor("zero", [], floats: [0]), Bytes.integers("most", [2], shape: []),
      Bytes.integers("first", [0]), Bytes.integers("rows", [Int64(rows)]),
      Bytes.integers("last", [1]),
    ]
    if condition == 0 { initializers.append(Bytes.truth("c", true)) }
    return try ONNXModel(
      bytes: Bytes.model(
        nodes: nodes, initializers: initializers,
        inputs: [Bytes.value("x", [Int64(rows), Int64(rows)])]), elementType: .float64)
  }

  /// Rows come out as they do among any others, or the model is refused by the name of a node.
  @Test(arguments: [2, 3], conditions.indices) func `rows never mix`(
    unit: Int, condition: Int
  ) throws {
    var generator = SeededGenerator(seed: UInt64(unit * 10 + condition))
    for then in Self.branches.indices {
      for other in Self.branches.indices {
        let model = try Self.model(rows: unit, condition, then, other)
        let named = Self.conditions[condition].named
        for rows in 1...2 * unit + 1 {
          func batch() throws -> Tensor {
            try Tensor(generator.numbers(rows * unit), shape: [rows, unit])
          }
          let x = try batch()
          let y: Tensor
          do { y = try model.evaluate(model.outputs, given: [Place("x"): x])[0] } catch {
            #expect(named != nil || !Self.branches[then].keepsApart, "\(error)")
            let text = "\(error)"
            #expect(text.contains("written for \(unit) rows") && text.contains("'y'"), "\(text)")
            #expect(named.map(text.contains) ?? true, "\(text)")
            continue
          }
          #expect(named == nil && Self.branches[then].keepsApart)
          // The same row among others, at each place.
          for place in 0..<rows {
            let company = try batch()
            let among = try Tensor.concatenated(
              (0..<rows).map { try ($0 == place ? x[0..<1] : company[$0..<$0 + 1]) })
            let own = try model.evaluate(model.outputs, given: [Place("x"): among])[0]
            #expect(
              try difference(own[place], y[0], relative: 1e-12, absolute: 1e-13) == nil,
              "\(Self.conditions[condition].name), \(Self.branches[then].node.0), row \(place)")
          }
        }
      }
    }
  }

  /// A branch that sees no row at all is the same for each.
  @Test func `a branch of what all rows share`() throws {
    let bytes = Bytes.model(
      nodes: [
        Bytes.node("Greater", ["s", "zero"], ["c"]),
        Bytes.node(
          "If", ["c"], ["b"], name: "choice",
          attributes: [
            Bytes.body(
              "then_branch", nodes: [Bytes.node("Exp", ["s"], ["t"])], outputs: [Bytes.value("t")]),
            Bytes.body(
              "else_branch", nodes: [Bytes.node("Neg", ["s"], ["t"])], outputs: [Bytes.value("t")]),
          ]),
        Bytes.node("Mul", ["x", "b"], ["y"]),
      ], initializers: [Bytes.tensor("zero", [], floats: [0])],
      inputs: [Bytes.value("x", [2, 3]), Bytes.value("s", [])])
    let model = try ONNXModel(bytes: bytes, elementType: .float64)
    let x = try Tensor((0..<15).map(Double.init), shape: [5, 3])
    for s in [-2.0, 2] {
      let given = [Place("x"): x, Place("s"): try Tensor(s)]
      let y = try model.evaluate(model.outputs, given: given)[0]
      let expected = try x * (s > 0 ? Tensor(s).exponential() : Tensor(-s))
      #expect(try difference(y, expected, relative: 1e-12, absolute: 0) == nil)
    }
  }
}
