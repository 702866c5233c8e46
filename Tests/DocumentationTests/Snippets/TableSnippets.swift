// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Tables
import TestSupport
import Testing
import Visualization

@Suite struct TableSnippets {
  let model: ONNXModel
  let layout: TableLayout
  let table: CSVTable
  let rows: TableRows

  init() throws {
    try Workplace.enter()
    model = try ONNXModel(path: "Models/rents-embedding.onnx")
    let description = try FeatureFile(path: "Models/rents-embedding.features.json")
    layout = try TableLayout(description, for: model)
    table = try CSVTable(path: "Data/rents.csv")
    rows = try layout.rows(of: table[0..<50])
  }

  private func explanation() throws -> TableExplanation {
    let method = IntegratedGradients(
      model, slice: NetworkSlice(from: layout.cut, to: .logits), from: try layout.baseline)
    return try TableExplanation(
      method.attributions(for: rows.inputs), of: rows, in: layout, from: layout.baseline,
      model: model, isOutput: true)
  }

  @Test func `a table as inputs`() throws {
    // snippet: table-setup
    let model = try ONNXModel(path: "Models/rents-embedding.onnx")
    let description = try FeatureFile(path: "Models/rents-embedding.features.json")
    let layout = try TableLayout(description, for: model)
    let table = try CSVTable(path: "Data/rents.csv")
    let rows = try layout.rows(of: table[0..<50])
    // end
    #expect(rows.count == 50 && layout.cut.name == "input(flat) + embeddings(district)")
    #expect(rows.inputs.tensors.keys.sorted() == ["district", "flat"])
  }

  @Test func `attributions of features`() throws {
    // snippet: table-explanation
    let method = try IntegratedGradients(
      model, slice: NetworkSlice(from: layout.cut, to: .logits), from: layout.baseline)
    let explanation = try TableExplanation(
      method.attributions(for: rows.inputs), of: rows, in: layout, from: layout.baseline,
      model: model, isOutput: true)
    let area = explanation.attribution(of: 0, row: 3)  // in euros
    let start = explanation.baseline(of: 0, row: 3)  // in square meters
    // end
    #expect(explanation.unit == "€" && abs(area) > 1)
    expectClose(
      try #require(start?.number), try #require(layout.features[0].start?.number), absolute: 1e-4)
  }

  @Test func `pictures and files`() throws {
    let explanation = try explanation()
    // snippet: table-pictures
    let summaries = explanation.summaries()  // the feature that matters most first
    let waterfall = explanation.waterfall(ofRow: 3, limit: 3, colors: .orangeWhiteBlue)
    let page = TablePage(explanation, title: "Rents").html
    let values = explanation.csv  // a line for each row and feature
    // end
    #expect(layout.features[summaries[0].feature].name == "area")
    #expect(waterfall?.steps.count == 4 && page.contains("<svg"))
    #expect(try CSVTable(bytes: Array(values.utf8)).rowCount == 200)
  }

  @Test func `baselines of rows`() throws {
    // snippet: table-baselines
    let others = try layout.rows(of: table[50..<300])
    let mean = TableBaseline(.statistic(.mean), of: others)
    let each = TableBaseline(.samples, of: others)
    // end
    let instances = try Instances(of: rows.inputs, in: model, at: layout.cut)
    #expect(try mean.starts(for: instances).count == 1)
    #expect(try each.starts(for: instances).count == 250)
  }
}
