// SPDX-License-Identifier: Apache-2.0

import Attribution
import Tables
import TestSupport
import Testing
import Torch

@Suite struct LayoutTests {
  /// A model of inputs alone.
  private func model(_ inputs: ModelInput...) -> FunctionModel {
    FunctionModel(inputs: inputs, outputs: []) { _ in }
  }

  private func table(_ text: String) throws -> CSVTable {
    try CSVTable(bytes: Array(text.utf8), file: "t.csv")
  }

  @Test func `columns are found by name, standardized and encoded`() throws {
    let features = [
      TableFeature("b", kind: .number(mean: 10, scale: 4), input: "x"),
      TableFeature("c", kind: .oneHot(["u", "v", "w"], dropped: nil), input: "x"),
      TableFeature("a", input: "x"),
      TableFeature("d", kind: .oneHot(["p", "q", "r"], dropped: "q"), input: "x"),
    ]
    let layout = try TableLayout(
      features, for: model(ModelInput("x", elementType: .float64, shape: [nil, 7])), target: "y")
    let rows = try layout.rows(of: table("id,a,b [mm],c,d,y\n7,1,12,v,r,no\n8,2,6,w,q,yes\n"))
    let tensor = try #require(rows.inputs.tensors["x"])
    #expect(tensor.shape == [2, 7])
    #expect(try tensor.numbers() == [0.5, 0, 1, 0, 1, 0, 1, -1, 0, 0, 1, 2, 0, 0])
    #expect(rows.leftOut == ["id"] && rows.targets == ["no", "yes"] && rows.numbers == [1, 2])
    // What people read is what the file has.
    #expect(layout.value(of: 0, row: 1, in: rows) == .number(6))
    #expect(layout.value(of: 3, row: 0, in: rows) == .category("r"))
  }

  @Test func `standardization is undone to the last digit`() throws {
    var random = SplitMix(seed: 1)
    for _ in 0..<300 {
      let (mean, scale) = (
        Double.random(in: -1e4...1e4, using: &random), Double.random(in: 1e-3...1e3, using: &random)
      )
      let number = Double.random(in: -1e4...1e4, using: &random)
      let layout = try TableLayout(
        [
          TableFeature(
            "a", kind: .number(mean: mean, scale: scale), input: "x", start: .number(number))
        ],
        for: TableModels.identity)
      let rows = try layout.rows(of: table("a\n\(number)\n"))
      let found = try IntegratedGradients(
        TableModels.identity, slice: NetworkSlice(from: layout.cut), from: layout.baseline, steps: 1
      ).attributions(for: rows.inputs)
      let explanation = try TableExplanation(
        found, of: rows, in: layout, from: layout.baseline, model: TableModels.identity)
      // The file's own number, and a baseline that went through the network's units and back.
      #expect(explanation.value(of: 0, row: 0) == .number(number))
      let back = try #require(explanation.baseline(of: 0, row: 0)?.number)
      #expect(abs(back - number) <= 4 * max(number.ulp, mean.ulp, number.magnitude.ulp))
    }
  }

  @Test func `ids go to an input of their own`() throws {
    let features = [
      TableFeature("c", kind: .ids(["u", "v"]), input: "ids"), TableFeature("a", input: "x"),
    ]
    let layout = try TableLayout(features, for: TableModels.lookedUp())
    let rows = try layout.rows(of: table("a,c\n3,v\n4,u\n"))
    #expect(try rows.inputs.tensors["x"]?.numbers() == [3, 4])
    #expect(rows.inputs.tensors["ids"]?.elementType == .int64)
    #expect(try rows.inputs.tensors["ids"]?.integers() == [1, 0])
    #expect(layout.cut.name == "input(x) + embeddings(ids)")
  }

  @Test func `without a description columns go in as they stand`() throws {
    let one = model(ModelInput("x", shape: [nil, 2]))
    let table = try table("id,b [mm],a,y\n7,1,2,0\n")
    let layout = try TableLayout(columnsOf: table, for: one, target: "y", ignoring: ["id"])
    #expect(layout.features.map(\.title) == ["b [mm]", "a"])
    #expect(try layout.rows(of: table).inputs.tensors["x"]?.numbers() == [1, 2])
    // An input for each column, as scikit-learn's converter writes them.
    let two = model(ModelInput("a", shape: [nil, 1]), ModelInput("b__mm_", shape: [nil, 1]))
    let named = try TableLayout(columnsOf: table, for: two, target: "y", ignoring: ["id"])
    let rows = try named.rows(of: table)
    #expect(try rows.inputs.tensors["a"]?.numbers() == [2])
    #expect(try rows.inputs.tensors["b__mm_"]?.numbers() == [1])
    let error = #expect(throws: TableError.self) {
      try TableLayout(columnsOf: table, for: one, target: "y")
    }
    #expect(error?.description.contains("takes 2 columns, and the features give 3") == true)
  }

  @Test func `what does not fit is told`() throws {
    let one = model(ModelInput("x", elementType: .float64, shape: [nil, 1]))
    func complaint(_ body: () throws -> Void) -> String {
      do {
        try body()
        return "nothing"
      } catch { return "\(error)" }
    }
    #expect(
      complaint { _ = try TableLayout([TableFeature("a", input: "z")], for: one) }
        .contains("input 'x' gets no feature"))
    #expect(
      complaint {
        _ = try TableLayout(
          [TableFeature("a", input: "x"), TableFeature("b", input: "z")], for: one)
      }.contains("the model has no input 'z', where 'b' goes"))
    let whole = model(ModelInput("x", elementType: .int64, shape: [nil, 1]))
    #expect(
      complaint { _ = try TableLayout([TableFeature("a", input: "x")], for: whole) }
        .contains("takes whole numbers"))
    let image = model(ModelInput("x", shape: [nil, 1, 8, 8]))
    #expect(
      complaint { _ = try TableLayout([TableFeature("a", input: "x")], for: image) }
        .contains("is no table: it has 4 axes"))
    let layout = try TableLayout(
      [TableFeature("c", unit: "mm", kind: .oneHot(["u"], dropped: nil), input: "x")], for: one)
    #expect(
      complaint { _ = try layout.rows(of: table("c\nu\nw\n")) }
        == "t.csv, line 3, column 'c': 'w' is no category; there are 'u'")
    #expect(
      complaint { _ = try layout.rows(of: table("c [cm]\nu\n")) }.contains("it is in cm"))
    #expect(complaint { _ = try layout.rows(of: table("c\n")) }.contains("no rows"))
    #expect(complaint { _ = try layout.rows(of: table("d\nu\n")) }.contains("no column 'c'"))
  }
}
