// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

@Suite struct GraphTests {
  private typealias Bytes = ModelBytes

  private func graph(_ bytes: [UInt8]) throws -> Graph {
    try Graph(try ModelMessage(ByteSlice(bytes)))
  }

  @Test func `a cycle is named node by node`() {
    let text = complaint(
      Bytes.model(
        nodes: [
          Bytes.node("Relu", ["x"], ["a"]), Bytes.node("Add", ["a", "d"], ["b"], name: "one"),
          Bytes.node("Relu", ["b"], ["c"], name: "two"),
          Bytes.node("Relu", ["c"], ["d"], name: "three"), Bytes.node("Relu", ["d"], ["y"]),
        ]))
    #expect(text.contains("cycle") && text.contains("'one'") && text.contains("'three'"))
    #expect(!text.contains("'a'"))
  }

  @Test func `a node that reads itself is a cycle`() {
    let text = complaint(Bytes.model(nodes: [Bytes.node("Add", ["x", "y"], ["y"], name: "self")]))
    #expect(text.contains("cycle") && text.contains("'self'"))
  }

  @Test func `a value that two nodes give is refused`() {
    let text = complaint(
      Bytes.model(nodes: [Bytes.node("Relu", ["x"], ["y"]), Bytes.node("Relu", ["x"], ["y"])]))
    #expect(text.contains("graph.node[1].output[0]") && text.contains("'y' exists already"))
  }

  @Test func `duplicate inputs and initializers are refused`() {
    let relu = Bytes.node("Relu", ["x"], ["y"])
    let twice = complaint(Bytes.model(nodes: [relu], inputs: [Bytes.value("x"), Bytes.value("x")]))
    #expect(twice.contains("graph.input[1]"))
    let tensor = Bytes.tensor("w", [1], floats: [1])
    #expect(
      complaint(Bytes.model(nodes: [relu], initializers: [tensor, tensor]))
        .contains("graph.initializer[1]"))
    #expect(
      complaint(Bytes.model(nodes: [Bytes.node("Relu", ["x"], ["x"])])).contains("'x' exists"))
  }

  @Test func `a dangling input is named with its node`() {
    let text = complaint(
      Bytes.model(nodes: [Bytes.node("Add", ["x", "ghost"], ["y"], name: "sum")]))
    #expect(text.contains("graph.node[0] 'sum'.input[1]") && text.contains("'ghost'"))
  }

  @Test func `an output that nothing gives is refused`() {
    #expect(
      complaint(Bytes.model(nodes: [Bytes.node("Relu", ["x"], ["a"])])).contains("graph.output[0]"))
  }

  @Test func `a graph without nodes names, outputs or operators is refused`() {
    #expect(complaint(Bytes.model(nodes: [Bytes.node("", ["x"], ["y"])])).contains("no operator"))
    #expect(complaint(Bytes.model(nodes: [Bytes.node("Relu", ["x"], [])])).contains("no outputs"))
    #expect(complaint(Bytes.model(nodes: [], outputs: [])).contains("no outputs"))
    #expect(complaint(Bytes.field(1, integer: 8)).contains("no graph"))
  }

  @Test func `operator sets from the future, of no domain, or below one are refused`() {
    let relu = Bytes.node("Relu", ["x"], ["y"])
    #expect(complaint(Bytes.model(nodes: [relu], version: 99)).contains("newer"))
    #expect(complaint(Bytes.model(nodes: [relu], version: -1)).contains("-1"))
    #expect(
      complaint(Bytes.model(nodes: [relu + Bytes.field(7, "com.example")]))
        .contains("'com.example'"))
  }

  @Test func `nodes in any order are put in one that runs`() throws {
    let graph = try graph(
      Bytes.model(
        nodes: [
          Bytes.node("Add", ["b", "c"], ["y"]), Bytes.node("Relu", ["a"], ["c"]),
          Bytes.node("Tanh", ["a"], ["b"]), Bytes.node("Abs", ["x"], ["a"]),
        ]))
    #expect(graph.nodes.map(\.operation) == ["Abs", "Relu", "Tanh", "Add"])
    for (position, node) in graph.nodes.enumerated() {
      for value in node.inputs.compactMap({ $0 }) {
        #expect((graph.values[value].producer ?? -1) < position)
      }
    }
  }

  @Test func `nodes without a name get one, and shared names are told apart`() throws {
    let graph = try graph(
      Bytes.model(
        nodes: [
          Bytes.node("Relu", ["x"], ["a"]), Bytes.node("Relu", ["a"], ["b"], name: "act"),
          Bytes.node("Relu", ["b"], ["c"], name: "act"),
          Bytes.node("Relu", ["c"], ["d"], name: "e"),
          Bytes.node("Relu", ["d"], ["e"]), Bytes.node("Relu", ["e"], ["y"], name: "act#1"),
        ]))
    let names = graph.nodes.map(\.name)
    #expect(names == ["a", "act#2", "act#3", "e", "e#1", "act#1"])
    #expect(Set(names).count == names.count)
  }

  @Test func `functions become their nodes`() throws {
    // f(a, b; alpha) = LeakyRelu(a, alpha) · b, twice in g, which is called once.
    let alpha = Bytes.field(1, "alpha") + Bytes.field(21, "slope") + Bytes.field(20, integer: 1)
    let half = Bytes.field(1, "slope") + [0x15, 0, 0, 0, 0x3f] + Bytes.field(20, integer: 1)
    func function(
      _ name: String, _ inputs: [String], _ outputs: [String], _ nodes: [[UInt8]]
    ) -> [UInt8] {
      Bytes.field(1, name) + inputs.flatMap { Bytes.field(4, $0) }
        + outputs.flatMap { Bytes.field(5, $0) } + Bytes.field(6, "slope")
        + nodes.flatMap { Bytes.field(7, $0) } + Bytes.field(9, Bytes.field(2, integer: 13))
        + Bytes.field(9, Bytes.field(1, "own") + Bytes.field(2, integer: 1))
        + Bytes.field(10, "own")
    }
    let domain = Bytes.field(7, "own")
    let f = function(
      "f", ["a", "b"], ["c"],
      [
        Bytes.node("LeakyRelu", ["a"], ["t"], attributes: [alpha]),
        Bytes.node("Mul", ["t", "b"], ["c"]),
      ])
    let g = function(
      "g", ["a"], ["c"],
      [
        Bytes.node("f", ["a", "a"], ["s"], name: "one", attributes: [half]) + domain,
        Bytes.node("f", ["s", "a"], ["c"], name: "two") + domain,
      ])
    func model(_ functions: [[UInt8]]) -> [UInt8] {
      Bytes.model(nodes: [Bytes.node("g", ["x"], ["y"], name: "call") + domain])
        + Bytes.field(8, Bytes.field(1, "own") + Bytes.field(2, integer: 1))
        + functions.flatMap { Bytes.field(25, $0) }
    }
    let network = try ONNXModel(bytes: model([f, g]))
    #expect(
      network.layers.map(\.name) == ["call/one/t", "call/one/c", "call/two/t", "call/two/c"])
    let x = try Tensor([-2, -1, 1, 2] as [Float], shape: [1, 4])
    let y = try network.evaluate(network.outputs, given: [network.inputs[0].place: x])[0]
    // x < 0: (x/2 · x) · x; the second call has the slope 0.01, and its input is positive.
    #expect(try y.numbers() == [-4, -0.5, 1, 8])
    let endless = function("g", ["a"], ["c"], [Bytes.node("g", ["a"], ["c"]) + domain])
    #expect(complaint(model([endless])).contains("by itself"))
    let doubling = (0..<30).map { level in
      function(
        level == 0 ? "g" : "g\(level)", ["a"], ["c"],
        [
          Bytes.node("g\(level + 1)", ["a"], ["s"]) + domain,
          Bytes.node("g\(level + 1)", ["s"], ["c"]) + domain,
        ])
    }
    #expect(complaint(model(doubling)).contains("more than"))
    #expect(complaint(model([f, f])).contains("functions[1]"))
  }

  private static let external: [UInt8] =
    Bytes.field(13, Bytes.field(1, "location") + Bytes.field(2, "f")) + Bytes.field(14, integer: 1)

  static let faultyTensors: [(String, [UInt8])] = [
    ("too few bytes", ModelBytes.tensor("w", [3], floats: [1, 2])),
    ("too many bytes", ModelBytes.tensor("w", [1], floats: [1, 2])),
    ("a negative length", ModelBytes.tensor("w", [-1], floats: [1])),
    ("two negative lengths", ModelBytes.tensor("w", [-1, -1], floats: [1])),
    ("a size beyond any memory", ModelBytes.tensor("w", [1 << 40, 1 << 40], floats: [1])),
    ("text elements", ModelBytes.tensor("w", [1], type: 8)),
    ("an unknown type", ModelBytes.tensor("w", [1], type: 77)),
    ("segments", ModelBytes.tensor("w", [1], floats: [1], rest: ModelBytes.field(3, ""))),
    ("300 as int8", ModelBytes.tensor("w", [1], type: 3, rest: ModelBytes.field(5, integer: 300))),
    ("external data of bytes", ModelBytes.tensor("w", [1], rest: external)),
  ]

  @Test(arguments: faultyTensors)
  func `a tensor that does not fit itself is refused by name`(what: String, tensor: [UInt8]) {
    let bytes = Bytes.model(
      nodes: [Bytes.node("Add", ["x", "w"], ["y"])], initializers: [tensor])
    #expect {
      try ONNXModel(bytes: bytes)
    } throws: { error in
      "\(error)".contains("'w'") && !what.isEmpty
    }
  }

  /// The same numbers in `raw_data` and in the field of their type.
  @Test func `typed fields and raw data say the same`() throws {
    func stored(_ type: Int64, _ rest: [UInt8], _ count: Int64 = 2) throws -> StoredTensor {
      var reader = WireReader(ByteSlice(Bytes.tensor("t", [count], type: type, rest: rest)))
      return try StoredTensor(try TensorMessage(&reader), folder: nil)
    }
    func integers(_ number: UInt64, _ values: [Int64]) -> [UInt8] {
      Bytes.field(number, values.flatMap { Bytes.varint(UInt64(bitPattern: $0)) })
    }
    func raw<T>(_ values: [T]) -> [UInt8] {
      Bytes.field(9, values.withUnsafeBytes { Array($0) })
    }
    func both(_ type: Int64, _ typed: [UInt8], _ raw: [UInt8]) throws {
      #expect(try stored(type, typed) == stored(type, raw))
    }
    try both(1, Bytes.field(4, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]), raw([1, -2] as [Float]))
    try both(
      11, Bytes.field(10, [1.5, -2.5].withUnsafeBytes { Array($0) }), raw([1.5, -2.5] as [Double]))
    try both(6, integers(5, [-1, 1 << 30]), raw([-1, 1 << 30] as [Int32]))
    try both(7, integers(7, [-1, .max]), raw([-1, .max] as [Int64]))
    try both(13, integers(11, [-1, 7]), raw([.max, 7] as [UInt64]))
    try both(12, integers(11, [1 << 31, 7]), raw([1 << 31, 7] as [UInt32]))
    try both(2, integers(5, [255, 7]), raw([255, 7] as [UInt8]))
    try both(3, integers(5, [-128, 7]), raw([-128, 7] as [Int8]))
    try both(4, integers(5, [65535, 7]), raw([65535, 7] as [UInt16]))
    try both(5, integers(5, [-3, 7]), raw([-3, 7] as [Int16]))
    try both(9, integers(5, [1, 0]), raw([1, 0] as [UInt8]))
    // float16 and bfloat16 keep their bits in int32_data.
    try both(10, integers(5, [0x3c00, 0xc000]), raw([0x3c00, 0xc000] as [UInt16]))
    try both(16, integers(5, [0x3f80, 0xc000]), raw([0x3f80, 0xc000] as [UInt16]))
    // Not packed, one tag an element.
    let unpacked = [1, 2].flatMap { Bytes.field(7, integer: $0) }
    #expect(try stored(7, unpacked) == stored(7, raw([1, 2] as [Int64])))
    for type: Int64 in [10, 16] {
      let one = try Case.tensor(try message(type, integers(5, type == 10 ? [0x3c00] : [0x3f80])))
      #expect(try one.numbers() == [1] && one.elementType == .float32)
    }
  }

  private func message(_ type: Int64, _ rest: [UInt8]) throws -> TensorMessage {
    var reader = WireReader(ByteSlice(Bytes.tensor("t", [1], type: type, rest: rest)))
    return try TensorMessage(&reader)
  }
}
