// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// Inputs whose first axis has no name, and may be time or rows.
@Suite struct TimeFirstTests {
  private typealias Bytes = ModelBytes

  private static let weights = [
    Bytes.tensor("w", [1, 8, 4], floats: (0..<32).map { Float($0 % 7) / 7 - 0.4 }),
    Bytes.tensor("r", [1, 8, 2], floats: (0..<16).map { Float($0 % 5) / 5 - 0.4 }),
    Bytes.tensor("table", [6, 4], floats: (0..<24).map { Float($0 % 9) / 9 - 0.5 }),
    Bytes.tensor("square", [4, 4], floats: (0..<16).map { Float($0 % 6) / 6 - 0.4 }),
    Bytes.tensor("bias", [4], floats: [0.1, -0.2, 0.3, -0.4]),
    Bytes.integers("zero", [0]), Bytes.integers("one", [1]),
  ]

  private static func layer(_ input: String, layout: Int = 0) -> [UInt8] {
    Bytes.node(
      "LSTM", [input, "w", "r"], ["s"], name: "memory",
      attributes: [
        Bytes.Named.int("layout", layout).bytes, Bytes.Named.int("hidden_size", 2).bytes,
      ]
    )
  }

  private static func turn(_ from: String, _ to: String, _ order: [Int]) -> [UInt8] {
    Bytes.node("Transpose", [from], [to], attributes: [Bytes.Named.ints("perm", order).bytes])
  }

  private static func model(_ nodes: [[UInt8]], _ inputs: [[UInt8]]) throws -> ONNXModel {
    try ONNXModel(
      bytes: Bytes.model(
        nodes: nodes + [Bytes.node("Tanh", ["s"], ["y"])], initializers: weights, inputs: inputs,
        version: 14), elementType: .float64)
  }

  // MARK: Time

  /// What may lie between an input and the layer that runs along its first axis.
  private static let timeFirst: [(name: String, nodes: [[UInt8]], axes: [Int64?])] = [
    ("an input", [layer("x")], [nil, 1, 4]),
    ("two sequences", [layer("x")], [nil, 2, 4]),
    (
      "layers in between",
      [
        Bytes.node("MatMul", ["x", "square"], ["a"]), Bytes.node("Add", ["a", "bias"], ["b"]),
        Bytes.node("Relu", ["b"], ["c"]), Bytes.node("Dropout", ["c"], ["d"]), layer("d"),
      ], [nil, 1, 4]
    ),
    (
      "no axis for sequences", [Bytes.node("Unsqueeze", ["x", "one"], ["a"]), layer("a")], [nil, 4]
    ),
    (
      "a scan",
      [
        Bytes.node(
          "Scan", ["state", "x"], ["last", "s"], name: "memory",
          attributes: [
            Bytes.Named.int("num_scan_inputs", 1).bytes,
            Bytes.body(
              "body", nodes: [Bytes.node("Add", ["h", "part"], ["h2"])],
              inputs: [Bytes.value("h"), Bytes.value("part")],
              outputs: [Bytes.value("h2"), Bytes.value("h2")]),
          ])
      ], [nil, 1, 4]
    ),
  ]

  @Test(arguments: timeFirst.indices)
  func `time on the first axis is no number of rows`(index: Int) throws {
    let (name, nodes, axes) = Self.timeFirst[index]
    let isScan = name == "a scan"
    let model = try Self.model(
      isScan ? [Bytes.node("Sub", ["bias", "bias"], ["state"])] + nodes : nodes,
      [Bytes.value("x", axes)])
    let shape = axes.map { Int($0 ?? 1) }
    let step = try Tensor.ones(shape, type: .float64)
    // A single step is one row of one step: the same either way.
    #expect(try model.evaluate(model.outputs, given: [Place("x"): step])[0].shape.first == 1)
    #expect {
      try model.evaluate(model.outputs, given: [Place("x"): .concatenated([step, step])])
    } throws: { error in
      let text = "\(error)"
      return text.contains("'memory'") && text.contains("first axis is time")
        && text.contains("export the model with the batch first")
    }
  }

  @Test func `tokens with time on the first axis`() throws {
    let model = try Self.model(
      [Bytes.node("Gather", ["table", "x"], ["a"]), Self.layer("a")],
      [Bytes.input("x", [.named("steps"), .fixed(1)], type: 7)])
    #expect(throws: ONNXError.self) {
      try model.evaluate(
        model.outputs, given: [Place("x"): try Tensor([1, 2, 3]).reshaped(to: [3, 1])])
    }
  }

  // MARK: Rows

  /// What looks alike, and has rows on the first axis.
  private static let rowsFirst: [(name: String, nodes: [[UInt8]], axes: [Int64?])] = [
    ("turned ahead of the layer", [turn("x", "a", [1, 0, 2]), layer("a")], [nil, 3, 4]),
    ("turned, a single step", [turn("x", "a", [1, 0, 2]), layer("a")], [nil, 1, 4]),
    ("a single step", [Bytes.node("Unsqueeze", ["x", "zero"], ["a"]), layer("a")], [nil, 4]),
    ("the batch first in the layer itself", [layer("x", layout: 1)], [nil, 3, 4]),
    // Attention among what is taken for rows: with one row there is nothing else to look at.
    (
      "attention of a row to itself",
      [
        turn("x", "a", [1, 0, 2]), turn("x", "b", [1, 2, 0]),
        Bytes.node("MatMul", ["a", "b"], ["c"]),
        Bytes.node("Softmax", ["c"], ["d"]), Bytes.node("MatMul", ["d", "a"], ["e"]),
        turn("e", "s", [1, 0, 2]),
      ], [nil, 2, 4]
    ),
    (
      "a sum along the rows' axis",
      [
        Bytes.node("CumSum", ["x", "zero"], ["a"]),
        Bytes.node("ReduceMean", ["a"], ["m"], attributes: [Bytes.Named.ints("axes", [0]).bytes]),
        Bytes.node("Sub", ["a", "m"], ["s"]),
      ], [nil, 2, 4]
    ),
  ]

  @Test(arguments: rowsFirst.indices) func `each row gets what it gets alone`(index: Int) throws {
    let (name, nodes, axes) = Self.rowsFirst[index]
    let model = try Self.model(nodes, [Bytes.value("x", axes)])
    var generator = SeededGenerator(seed: UInt64(index) + 1)
    for rows in 1...5 {
      let shape = [rows] + axes.dropFirst().map { Int($0 ?? 1) }
      let x = try Tensor(generator.numbers(shape.reduce(1, *)), shape: shape).tracked()
      let y = try model.evaluate(model.outputs, given: [Place("x"): x])[0]
      let alone = try (0..<rows).map {
        try model.evaluate(model.outputs, given: [Place("x"): x[$0..<$0 + 1]])[0]
      }
      #expect(
        try difference(y, .concatenated(alone), relative: 1e-12, absolute: 1e-13) == nil, "\(name)")
      let slope = try gradient(of: y[0].sum(), withRespectTo: x)
      if rows > 1 { #expect(try slope[1..<rows].absolute().max().number() == 0, "\(name)") }
    }
  }
}
