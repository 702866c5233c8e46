// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// Files of a few bytes that ask for a lot.
@Suite struct BoundTests {
  private typealias Bytes = ModelBytes

  private static let huge: Int64 = 1 << 35

  /// Nodes that make a constant `k` of constants.
  static let hungry: [(String, [[UInt8]], [[UInt8]])] = [
    (
      "Tile", [Bytes.node("Tile", ["one", "n"], ["k"])],
      [Bytes.tensor("one", [1], floats: [1]), Bytes.integers("n", [huge])]
    ),
    (
      "Expand",
      [Bytes.node("Expand", ["one", "n"], ["e"]), Bytes.node("Exp", ["e"], ["k"])],
      [Bytes.tensor("one", [1], floats: [1]), Bytes.integers("n", [huge])]
    ),
    (
      "ConstantOfShape",
      [Bytes.node("ConstantOfShape", ["n"], ["e"]), Bytes.node("Neg", ["e"], ["k"])],
      [Bytes.integers("n", [huge])]
    ),
    (
      "Pad", [Bytes.node("Pad", ["one", "n"], ["k"])],
      [Bytes.tensor("one", [1], floats: [1]), Bytes.integers("n", [huge, 0])]
    ),
    (
      "Concat",
      (0..<30).map { level in
        Bytes.node(
          "Concat", ["k\(level)", "k\(level)"], [level == 29 ? "k" : "k\(level + 1)"],
          attributes: [
            Bytes.field(1, "axis") + Bytes.field(3, integer: 0) + Bytes.field(20, integer: 2)
          ])
      }, [Bytes.tensor("k0", [8], floats: [1, 2, 3, 4, 5, 6, 7, 8])]
    ),
    (
      "a shape from a constant shown everywhere",
      [
        Bytes.node(
          "ConstantOfShape", ["n"], ["e"],
          attributes: [
            Bytes.field(1, "value") + Bytes.field(5, Bytes.integers("", [1]))
              + Bytes.field(20, integer: 4)
          ]),
        Bytes.node("ConstantOfShape", ["e"], ["k"]),
      ], [Bytes.integers("n", [huge])]
    ),
  ]

  @Test(.timeLimit(.minutes(1)), arguments: hungry.indices)
  func `constants without measure are refused`(index: Int) {
    let (name, nodes, initializers) = Self.hungry[index]
    let bytes = Bytes.model(
      nodes: nodes + [Bytes.node("Add", ["x", "k"], ["y"])], initializers: initializers)
    #expect(throws: ONNXError.self, "\(name)") { try ONNXModel(bytes: bytes) }
  }

  @Test func `constants below the bound are folded`() throws {
    let bytes = Bytes.model(
      nodes: [Bytes.node("Tile", ["one", "n"], ["k"]), Bytes.node("Add", ["x", "k"], ["y"])],
      initializers: [Bytes.tensor("one", [1], floats: [1]), Bytes.integers("n", [1 << 24])],
      inputs: [Bytes.value("x", [1, 1])])
    let model = try ONNXModel(bytes: bytes)
    #expect(model.layers.map(\.name) == ["y"])
  }
}
