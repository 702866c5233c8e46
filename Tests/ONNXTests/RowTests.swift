// SPDX-License-Identifier: Apache-2.0

import Attribution
import Testing
import Torch

@testable import ONNX

/// Models that were exported for one row, given several.
@Suite struct RowTests {
  private typealias Bytes = ModelBytes

  private func ints(_ name: String, _ values: [Int64]) -> [UInt8] {
    Bytes.tensor(
      name, [Int64(values.count)], type: 7,
      rest: Bytes.field(9, values.withUnsafeBytes { Array($0) }))
  }

  private func model(
    _ nodes: [[UInt8]], _ initializers: [[UInt8]] = [], shape: [Int64?] = [1, 2, 3]
  ) throws -> ONNXModel {
    try ONNXModel(
      bytes: Bytes.model(
        nodes: nodes, initializers: initializers, inputs: [Bytes.value("x", shape)]),
      elementType: .float64)
  }

  /// Whether all rows run at once at every node.
  private func isAtOnce(_ model: ONNXModel) -> Bool {
    guard let analysis = model.network.analysis() else { return false }
    return analysis.oneByOne.isEmpty
      && model.network.graph.outputs.allSatisfy { analysis.states[$0] == .rows }
  }

  private func expectRowsApart(_ model: ONNXModel, shape: [Int] = [4, 2, 3]) throws {
    var generator = SeededGenerator(seed: 3)
    let x = try Tensor(generator.numbers(shape.reduce(1, *)), shape: shape)
    let place = model.inputs[0].place
    let together = try model.evaluate(model.outputs, given: [place: x])[0]
    let alone = try (0..<shape[0]).map { row in
      try model.evaluate(model.outputs, given: [place: try x[row..<(row + 1)]])[0]
    }
    #expect(together.shape.first == shape[0])
    #expect(
      try difference(together, .concatenated(alone), relative: 1e-12, absolute: 1e-13) == nil)
    // No row's output depends on another's input.
    let tracked = try x.tracked()
    let result = try model.evaluate(model.outputs, given: [place: tracked])[0]
    let slope = try gradient(of: try result[1].sum(), withRespectTo: tracked)
    for row in 0..<shape[0] where row != 1 {
      #expect(try slope[row].absolute().sum().number() == 0)
    }
  }

  @Test func `a shape with the one row baked in`() throws {
    for shape: [Int64] in [[1, 6], [1, -1], [-1, 6], [0, 6], [1, 3, 2]] {
      let model = try model(
        [Bytes.node("Reshape", ["x", "s"], ["a"]), Bytes.node("Softmax", ["a"], ["y"])],
        [ints("s", shape)])
      #expect(isAtOnce(model))
      try expectRowsApart(model)
    }
  }

  @Test func `shape arithmetic sees the one row`() throws {
    let model = try model(
      [
        Bytes.node("Shape", ["x"], ["s"]), Bytes.node("Gather", ["s", "zero"], ["n"]),
        Bytes.node("Concat", ["n", "rest"], ["t"], attributes: [Self.axis(0)]),
        Bytes.node("Reshape", ["x", "t"], ["y"]),
      ], [ints("zero", [0]), ints("rest", [-1])])
    #expect(isAtOnce(model))
    try expectRowsApart(model)
  }

  @Test func `the bounds of a slice, made of shapes`() throws {
    // x[:, : shape(x)[2] − 1, :], as exporters write a split into equal parts.
    let model = try model(
      [
        Bytes.node("Shape", ["x"], ["s"]), Bytes.node("Gather", ["s", "two"], ["n"]),
        Bytes.node("Sub", ["n", "one"], ["end"]),
        Bytes.node("Slice", ["x", "zero", "end", "one"], ["a"]),
        Bytes.node("Exp", ["a"], ["y"]),
      ], [ints("zero", [0]), ints("one", [1]), ints("two", [2])])
    #expect(isAtOnce(model))
    try expectRowsApart(model)
  }

  @Test func `the bounds of a slice, fed by the caller`() throws {
    // On zeros the slice is along axis 1. What is fed makes it axis 0: the rows themselves.
    let axes = Bytes.field(1, integer: 7) + Bytes.field(2, Bytes.field(1, Bytes.field(2, "k")))
    let bytes = Bytes.model(
      nodes: [
        Bytes.node("Add", ["axis", "one"], ["a"]),
        Bytes.node("Slice", ["x", "zero", "one", "a"], ["y"]),
      ], initializers: [ints("zero", [0]), ints("one", [1])],
      inputs: [
        Bytes.value("x", [1, 2, 3]), Bytes.field(1, "axis") + Bytes.field(2, Bytes.field(1, axes)),
      ])
    let model = try ONNXModel(bytes: bytes, elementType: .float64)
    #expect(model.inputs.map(\.hasRows) == [true, false])
    let x = try Tensor((0..<12).map(Double.init), shape: [2, 2, 3])
    let y = try model.evaluate(
      model.outputs, given: [Place("x"): x, Place("axis"): try Tensor([-1])])[0]
    #expect(try y.numbers() == x.numbers())
  }

  @Test func `a shared token is repeated for each row`() throws {
    let model = try model(
      [
        Bytes.node("Concat", ["token", "x"], ["a"], attributes: [Self.axis(1)]),
        Bytes.node("Mul", ["a", "a"], ["y"]),
      ], [Bytes.tensor("token", [1, 1, 3], floats: [1, 2, 3])])
    #expect(isAtOnce(model))
    try expectRowsApart(model)
  }

  /// Dropping the row axis is nothing that several rows can do at once.
  @Test func `a row axis that is dropped and added again`() throws {
    let model = try model(
      [
        Bytes.node("Reshape", ["x", "flat"], ["a"]), Bytes.node("Softmax", ["a"], ["b"]),
        Bytes.node("Reshape", ["b", "back"], ["y"]),
      ], [ints("flat", [6]), ints("back", [1, 6])])
    #expect(isAtOnce(model))
    try expectRowsApart(model)
  }

  @Test func `a reduction over everything`() throws {
    let model = try model(
      [
        Bytes.node("ReduceMean", ["x"], ["m"]), Bytes.node("Sub", ["x", "m"], ["y"]),
      ])
    #expect(isAtOnce(model))
    try expectRowsApart(model)
  }

  @Test func `a transposition that moves the rows`() throws {
    let permutation = Bytes.attribute("perm", ints: [1, 0, 2])
    let model = try model(
      [
        Bytes.node("Transpose", ["x"], ["a"], attributes: [permutation]),
        Bytes.node("Softmax", ["a"], ["b"], attributes: [Self.axis(0)]),
        Bytes.node("Transpose", ["b"], ["y"], attributes: [permutation]),
      ])
    #expect(isAtOnce(model))
    try expectRowsApart(model)
  }

  @Test func `normalization over the rows`() throws {
    let model = try model(
      [
        Bytes.node(
          "MeanVarianceNormalization", ["x"], ["y"],
          attributes: [Bytes.attribute("axes", ints: [0, 1, 2])])
      ])
    #expect(isAtOnce(model))
    try expectRowsApart(model)
  }

  @Test func `a batch of three serves any number of rows`() throws {
    let model = try model(
      [Bytes.node("Reshape", ["x", "s"], ["a"]), Bytes.node("Exp", ["a"], ["y"])],
      [ints("s", [3, 6])], shape: [3, 2, 3])
    for rows in 1...7 {
      let x = try Tensor((0..<rows * 6).map { Double($0) / 7 }, shape: [rows, 2, 3])
      let y = try model.evaluate(model.outputs, given: [Place("x"): x])[0]
      #expect(
        try difference(
          y, x.exponential().reshaped(to: [rows, 6]), relative: 1e-12, absolute: 0) == nil)
    }
  }

  @Test func `any number of rows with one baked in all the same`() throws {
    let model = try model(
      [
        Bytes.node("Reshape", ["x", "s"], ["a"]),
        Bytes.node("ReduceSum", ["a", "axes"], ["y"]),
      ], [ints("s", [1, 2, -1]), ints("axes", [2])], shape: [nil, 2, 3])
    try expectRowsApart(model)
  }

  @Test func `running on zeros shows the shapes of convolutions`() throws {
    let names = (0..<8).map { "c\($0)" }
    let weights = names.map {
      Bytes.tensor("w\($0)", [4, 2, 3], floats: [Float](repeating: 0.5, count: 24))
    }
    let group = Bytes.field(1, "group") + Bytes.field(3, integer: 2) + Bytes.field(20, integer: 2)
    let nodes = names.enumerated().map { place, name in
      Bytes.node(
        "Conv", [place == 0 ? "x" : names[place - 1], "w\(name)"], [name], attributes: [group])
    }
    let model = try model(
      nodes + [Bytes.node("Relu", ["c7"], ["y"])], weights, shape: [nil, 4, 40])
    #expect(model.layers.map(\.shape).last == [nil, 4, 24])
    try expectRowsApart(model, shape: [4, 4, 40])
  }

  @Test func `a value that does not begin with rows gets an axis for them`() throws {
    let turn = Bytes.attribute("perm", ints: [1, 0, 2])
    let model = try model([Bytes.node("Transpose", ["x"], ["y"], attributes: [turn])])
    let x = try Tensor((0..<12).map(Double.init), shape: [2, 2, 3])
    let y = try model.evaluate(model.outputs, given: [Place("x"): x])[0]
    #expect(y.shape == [2, 2, 1, 3])
    #expect(try y.numbers() == x.numbers())
    #expect(
      try model.evaluate(model.outputs, given: [Place("x"): x[0..<1]])[0].shape == [1, 2, 1, 3])
  }

  /// As many steps in time as there are rows: the shapes alone would not tell.
  @Test func `a cut where rows lie on another axis`() throws {
    let turn = Bytes.attribute("perm", ints: [1, 0, 2])
    let model = try model(
      [
        Bytes.node("Transpose", ["x"], ["a"], attributes: [turn]), Bytes.node("Exp", ["a"], ["b"]),
        Bytes.node("Transpose", ["b"], ["y"], attributes: [turn]),
      ], shape: [nil, 2, 3])
    let x = try Tensor((0..<12).map(Double.init), shape: [2, 2, 3])
    let a = try model.evaluate([Place("a")], given: [Place("x"): x])[0]
    #expect(a.shape == [2, 2, 1, 3])
    let y = try model.evaluate(model.outputs, given: [Place("a"): a])[0]
    #expect(y.shape == [2, 2, 3])
    #expect(try difference(y, x.exponential(), relative: 1e-14, absolute: 0) == nil)
    // The value as it is in the file could be anything's rows.
    #expect {
      try model.evaluate(model.outputs, given: [Place("a"): x])
    } throws: { error in
      "\(error)".contains("rows come first, as in [rows, 2, 1, 3]")
    }
    #expect(model.layers.map(\.shape) == [[nil, 2, 1, 3], [nil, 2, 1, 3], [nil, 2, 3]])
  }

  private static func axis(_ axis: Int64) -> [UInt8] {
    Bytes.field(1, "axis") + Bytes.field(3, integer: axis) + Bytes.field(20, integer: 2)
  }
}
