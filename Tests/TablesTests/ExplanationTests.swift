// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import Tables
import TestSupport
import Testing
import Torch

@Suite struct ExplanationTests {
  private func table(_ text: String) throws -> CSVTable {
    try CSVTable(bytes: Array(text.utf8), file: "t.csv")
  }

  static func example(
    _ model: String, _ data: String, elementType: ElementType? = .float64
  ) throws -> (model: ONNXModel, layout: TableLayout, table: CSVTable) {
    let root = FeatureFileTests.root.appending(path: "Examples")
    let network = try ONNXModel(
      path: root.appending(path: "Models/\(model).onnx").path, elementType: elementType)
    let file = try FeatureFile(path: root.appending(path: "Models/\(model).features.json").path)
    let table = try CSVTable(path: root.appending(path: "Data/\(data).csv").path)
    return (network, try TableLayout(file, for: network), table)
  }

  @Test func `of a linear network attributions are known`() throws {
    // y = 2 (a − 10) / 4 + [3, 5, −1] · c, the output standardized by 7 and 10.
    let model = TableModels.linear([2, 3, 5, -1])
    var output = TableLayout.OutputScale()
    (output.name, output.unit, output.mean, output.scale) = ("rent", "€", 7, 10)
    let features = [
      TableFeature(
        "a", unit: "m", kind: .number(mean: 10, scale: 4), input: "x", start: .number(8)),
      TableFeature(
        "c", kind: .oneHot(["u", "v", "w"], dropped: nil), input: "x", start: .category("w")),
    ]
    let layout = try TableLayout(features, for: model, output: output)
    let rows = try layout.rows(of: table("c,a\nu,14\nv,8\nw,2\n"))
    let found = try IntegratedGradients(
      model, slice: NetworkSlice(from: layout.cut), from: layout.baseline, steps: 2
    ).attributions(for: rows.inputs)
    let explanation = try TableExplanation(
      found, of: rows, in: layout, from: layout.baseline, model: model, isOutput: true)
    // A change of a by 1 is one of 10 · 2 / 4; a group has the difference of its weights.
    try expectClose(explanation.tensor(), [30, 40, 0, 60, -30, 0], shape: [3, 2], absolute: 1e-9)
    #expect(explanation.quantity == "rent" && explanation.unit == "€")
    let starts = try #require(explanation.starts)
    for (start, expected) in zip(starts, [-13.0, -13, -13]) { expectClose(start, expected) }
    for (end, expected) in zip(explanation.predictions, [57.0, 47, -43]) {
      expectClose(end, expected)
    }
    #expect(try #require(explanation.gaps).allSatisfy { abs($0) < 1e-9 })
    #expect(explanation.baseline(of: 0, row: 2) == .number(8))
    #expect(explanation.baseline(of: 1, row: 0) == .category("w"))
    #expect(explanation.csv.contains("1,a,m,14.0,8.0,") && explanation.csv.contains("1,c,,u,w,"))
    // Without the scale attributions are those of the model's own number.
    let plain = try TableExplanation(found, of: rows, in: layout, model: model)
    try expectClose(plain.tensor(), [3, 4, 0, 6, -3, 0], shape: [3, 2], absolute: 1e-9)
    #expect(plain.baseline(of: 0, row: 0) == nil)
  }

  @Test func `an embedding's elements are summed, and categories are found in its vectors`() throws
  {
    let model = try TableModels.lookedUp()
    let features = [
      TableFeature("c", kind: .ids(["u", "v"]), input: "ids", start: .category("u")),
      TableFeature("a", input: "x", start: .number(0.5)),
    ]
    let layout = try TableLayout(features, for: model)
    let rows = try layout.rows(of: table("a,c\n0.25,v\n0.5,u\n"))
    let found = try IntegratedGradients(
      model, slice: NetworkSlice(from: layout.cut), from: layout.baseline, steps: 400,
      rule: .gaussLegendre
    ).attributions(for: rows.inputs)
    let explanation = try TableExplanation(
      found, of: rows, in: layout, from: layout.baseline, model: model)
    // The path from 0.5 + 3 to 0.25 − 2 is straight, and shares tanh's change by the moves.
    let change = tanh(-1.75) - tanh(3.5)
    expectClose(explanation.attribution(of: 0, row: 0), change * -5 / -5.25, absolute: 1e-9)
    expectClose(explanation.attribution(of: 1, row: 0), change * -0.25 / -5.25, absolute: 1e-9)
    #expect(explanation.attributions(of: 0)[1] == 0)
    #expect(explanation.baseline(of: 0, row: 0) == .category("u"))
    #expect(explanation.baseline(of: 1, row: 0) == .number(0.5))
    #expect(explanation.value(of: 0, row: 0) == .category("v"))
  }

  @Test func `a district's vector and its one-hot group have the same attributions`() throws {
    func explained(_ name: String) throws -> TableExplanation {
      let (model, layout, table) = try Self.example(name, "rents")
      let rows = try layout.rows(of: table[0..<40])
      let found = try IntegratedGradients(
        model, slice: NetworkSlice(from: layout.cut), from: layout.baseline, steps: 32,
        rule: .gaussLegendre
      ).attributions(for: rows.inputs)
      return try TableExplanation(
        found, of: rows, in: layout, from: layout.baseline, model: model, isOutput: true)
    }
    let (embedded, oneHot) = (try explained("rents-embedding"), try explained("rents-one-hot"))
    // The second network is the first with its table multiplied out, in single precision.
    try expectClose(embedded.tensor(), oneHot.tensor(), absolute: 1e-3, relative: 1e-5)
    #expect(embedded.baseline(of: 3, row: 0) == .category("old town"))
    #expect(oneHot.baseline(of: 3, row: 0) == .category("old town"))
    #expect(embedded.unit == "€" && embedded.quantity == "rent")
    // In euros, as the file has them.
    let targets = embedded.rows.targets.compactMap(Double.init)
    let errors = zip(embedded.predictions, targets).map { abs($0 - $1) }
    #expect(targets.count == 40 && errors.reduce(0, +) / 40 < 80)
    for (row, gap) in try #require(embedded.gaps).enumerated() {
      #expect(abs(gap) < 0.01, "\(row)")
    }
  }

  @Test func `baselines are made of other rows`() throws {
    let (model, layout, table) = try Self.example("rents-one-hot", "rents")
    let rows = try layout.rows(of: table[0..<3])
    func start(_ baseline: any Baseline) throws -> TableExplanation {
      let found = try IntegratedGradients(
        model, slice: NetworkSlice(from: layout.cut), from: baseline, steps: 8
      ).attributions(for: rows.inputs)
      return try TableExplanation(found, of: rows, in: layout, from: baseline, model: model)
    }
    let others = try layout.rows(of: table[3..<13])
    let mean = try start(TableBaseline(.statistic(.mean), of: others))
    let areas = try table[3..<13].numbers(of: 1)
    expectClose(
      try #require(mean.baseline(of: 0, row: 1)?.number), areas.reduce(0, +) / 10, absolute: 1e-4)
    guard case .mixture(let shares) = mean.baseline(of: 3, row: 0) else {
      Issue.record("the mean of ten districts is none of them")
      return
    }
    expectClose(shares.reduce(0) { $0 + $1.share }, 1)
    let given = try start(TableBaseline(.given, of: layout.rows(of: table[5..<6])))
    #expect(given.baseline(of: 3, row: 2) == .category(try table.text(row: 5, column: 0)))
    expectClose(
      try #require(given.baseline(of: 0, row: 2)?.number), try table.number(row: 5, column: 1),
      absolute: 1e-4)
    // Shares of the others, each with its own start.
    let samples = try start(TableBaseline(.samples, of: others))
    expectClose(
      try #require(samples.baseline(of: 0, row: 0)?.number), areas.reduce(0, +) / 10, absolute: 1e-4
    )
    let own = TableBaseline(.given, of: rows)
    #expect(try start(own).tensor().absolute().max().number() == 0)
    #expect(TableBaseline(.statistic(.median), of: others).name == "median of rents.csv")
  }

  @Test func `baselines of rows keep the laws of baselines`() throws {
    let (model, layout, table) = try Self.example("rents-embedding", "rents")
    let rows = try layout.rows(of: table[0..<5])
    let others = try layout.rows(of: table[5..<9])
    let baselines: [any Baseline] = [
      try layout.baseline, TableBaseline(.statistic(.mean), of: others),
      TableBaseline(.statistic(.median), of: others), TableBaseline(.samples, of: others),
      TableBaseline(.given, of: rows),
    ]
    for baseline in baselines {
      #expect(
        try BaselineLaws.violations(of: baseline, for: rows.inputs, in: model, at: layout.cut) == []
      )
    }
  }

  @Test func `zeros are the mean and no category`() throws {
    let (model, layout, table) = try Self.example("diabetes", "diabetes")
    let rows = try layout.rows(of: table[0..<2])
    let found = try IntegratedGradients(
      model, slice: NetworkSlice(from: layout.cut), from: layout.baseline, steps: 8
    ).attributions(for: rows.inputs)
    let explanation = try TableExplanation(
      found, of: rows, in: layout, from: layout.baseline, model: model, isOutput: true)
    expectClose(try #require(explanation.baseline(of: 0, row: 0)?.number), 48.35241, absolute: 1e-9)
    #expect(explanation.baseline(of: 1, row: 0) == FeatureValue.none)
    #expect(explanation.quantity == "progression after a year")
  }

  @Test func `attributions of another cut are refused`() throws {
    let model = TableModels.linear([1, 2])
    let features = ["a", "b"].map { TableFeature($0, input: "x") }
    let layout = try TableLayout(features, for: model)
    let rows = try layout.rows(of: table("a,b\n1,2\n"))
    let found = try IntegratedGradients(
      model, slice: NetworkSlice(from: OutputCut()), steps: 1
    ).attributions(for: rows.inputs)
    #expect(throws: TableError.self) {
      try TableExplanation(found, of: rows, in: layout, model: model)
    }
  }
}
