// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Evaluation
import Foundation
import Testing

/// A slip in an experiment's file, and what is said of it.
struct Slip: CustomTestStringConvertible {
  let old: String
  let new: String
  let message: String
  let count: Int

  init(_ old: String, _ new: String, _ message: String, count: Int = 1) {
    self.old = old
    self.new = new
    self.message = message
    self.count = count
  }

  var testDescription: String { new }
}

@Suite struct ExperimentFileTests {
  static let text = """
    {
      "name": "small", "seed": 3,
      "models": [{"name": "digits", "file": "Models/digits.onnx"}],
      "data": [{"name": "ten", "inputs": "Data/ten-digits.npy", "labels": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}],
      "slices": [{"from": "input", "to": "logits"}],
      "quantities": [{"name": "own", "quantity": "class:label"}],
      "methods": [
        {"name": "linear", "rule": ["secant", "right"], "steps": [2, 4]},
        {"name": "gradient", "distribution": "point", "influence": true},
        {"name": "shapley", "comparator": "shapley:2", "features": "pixels"}
      ],
      "metrics": ["gini", "deletion:8"]
    }
    """

  private func plan(_ text: String) throws -> ComparePlan {
    #expect(FileManager.default.changeCurrentDirectoryPath(Command.package.path))
    return try ComparePlan(text: Array(text.utf8), name: "e.json")
  }

  @Test func `Lists make a method of every combination`() throws {
    let experiment = try plan(Self.text).experiment
    #expect(
      experiment.methods.map(\.name) == [
        "linear · secant · 2", "linear · secant · 4", "linear · right · 2", "linear · right · 4",
        "gradient", "shapley",
      ])
    #expect(experiment.controls.map(\.name) == ["random", "edges"])
    #expect(experiment.cells.count == 8)
    #expect(experiment.source == Self.text)
  }

  @Test func `Controls can be left out, and edges are for pictures`() throws {
    let without = Self.text.replacingOccurrences(
      of: "\"seed\": 3,", with: "\"seed\": 3, \"controls\": false,")
    #expect(try plan(without).experiment.controls.isEmpty)
    let tabular = """
      {"name": "t", "models": [{"name": "m", "file": "Models/tabular.onnx"}],
      "data": [{"name": "d", "inputs": "Data/breast-cancer.npy"}],
      "methods": [{"distribution": "linear"}], "metrics": []}
      """
    let experiment = try plan(tabular).experiment
    #expect(experiment.controls.map(\.name) == ["random"])
    #expect(experiment.methods.map(\.name) == ["linear"])
  }

  @Test(
    arguments: [
      Slip("\"seed\"", "\"seeds\"", "e.json: seeds: there is no such key; there are $schema, name"),
      Slip("\"seed\": 3", "\"seed\": \"3\"", "e.json: seed: a whole number is expected"),
      Slip("\"name\": \"small\", ", "", "e.json: name: it is missing"),
      Slip("\"seed\": 3", "\"seed\": -3", "e.json: one of its numbers does not fit"),
      Slip(
        "\"influence\": true", "\"influense\": true", "e.json: methods[1].influense: there is no"),
      Slip("\"influence\": true", "\"steps\": 3", "e.json: methods[1]: 'point' takes no steps"),
      Slip("\"point\"", "\"dot\"", "e.json: methods[1]: 'dot' is no distribution"),
      Slip("\"right\"", "\"wrong\"", "e.json: methods[0]: 'wrong' is no rule"),
      Slip("[2, 4]", "[2, 0]", "e.json: methods[0]: steps 0"),
      Slip("[2, 4]", "[]", "e.json: methods[0].steps: the list is empty"),
      Slip("shapley:2", "shapely:2", "e.json: methods[2]: 'shapely:2' is no comparator"),
      Slip("\"pixels\"", "\"pixel\"", "e.json: methods[2]: 'pixel' is no grouping"),
      Slip("\"gini\"", "\"ginny\"", "e.json: metrics[0]: 'ginny' is no metric"),
      Slip(
        "\"gini\"", "\"error:nobody\"", "e.json: metrics[0]: 'error:nobody': no method is called"),
      Slip("\"gini\"", "\"deletion:8\"", "e.json: two metrics are called 'deletion (8 steps)'"),
      Slip(
        "class:label", "class:lable", "e.json: quantities[0].quantity: 'class:lable' is no quantity"
      ),
      Slip(
        "\"to\": \"logits\"", "\"to\": \"@\"", "e.json: slices[0]: '@' in '@' is no part of a cut"),
      Slip("ten-digits.npy", "eleven.npy", "e.json: data[0]: Data/eleven.npy: cannot be read"),
      Slip(", 8, 9]", ", 8]", "e.json: data[0]: labels: there are 9, and 10 instances"),
      Slip(
        "digits.onnx", "nothing.onnx", "e.json: models[0].file: Models/nothing.onnx cannot be read"),
      Slip("\"gradient\"", "\"shapley\"", "e.json: two methods are called 'shapley'"),
      Slip("\"seed\": 3,", "\"seed\": 3", "this is no JSON"),
    ])
  func `Slips are told with their place`(slip: Slip) throws {
    let changed = Self.text.replacingOccurrences(of: slip.old, with: slip.new)
    #expect(changed != Self.text)
    let error = #expect(throws: ToolError.self) { try plan(changed) }
    #expect("\(String(describing: error))".contains(slip.message), "\(String(describing: error))")
  }

  // The schema

  private typealias Object = [String: Any]

  private func schema() throws -> Object {
    let file = Command.package.deletingLastPathComponent()
      .appendingPathComponent("Docs/experiment.schema.json")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? Object)
  }

  @Test func `The schema has the keys that are read, and no others`() throws {
    let schema = try schema()
    let definitions = try #require(schema["$defs"] as? Object)
    func keys(_ name: String?) throws -> Set<String> {
      let object = name.map { definitions[$0] as? Object } ?? schema
      #expect(object?["additionalProperties"] as? Bool == false)
      return Set(try #require(object?["properties"] as? Object).keys)
    }
    func names<Key: CodingKey & CaseIterable>(_ type: Key.Type) -> Set<String> {
      Set(type.allCases.map(\.stringValue))
    }
    #expect(try keys(nil) == names(ExperimentFile.CodingKeys.self))
    #expect(try keys("model") == names(ExperimentFile.Model.CodingKeys.self))
    #expect(try keys("data") == names(ExperimentFile.DataSet.CodingKeys.self))
    #expect(try keys("slice") == names(ExperimentFile.Slice.CodingKeys.self))
    #expect(try keys("quantity") == names(ExperimentFile.Quantity.CodingKeys.self))
    #expect(try keys("method") == names(ExperimentFile.Method.CodingKeys.self))
  }

  @Test func `What the schema requires is required`() throws {
    let required = try #require(try schema()["required"] as? [String])
    for key in required {
      var object = try #require(
        try JSONSerialization.jsonObject(with: Data(Self.text.utf8)) as? Object)
      object[key] = nil
      let text = String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
      let error = #expect(throws: ToolError.self) { try plan(text) }
      #expect("\(String(describing: error))".contains("\(key): it is missing"))
    }
    #expect(required.count == 5)
  }

  @Test func `Every form of the lists is read`() throws {
    let methods = try plan(Self.text).experiment.methods
    let stand: KeyValuePairs = [
      "METHOD": "gradient", "QUANTITY": "class:3", "FILE": "Models/digits.onnx", "LAYER": "relu2",
    ]
    func forms(_ help: String) -> [String] {
      help.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
        .flatMap { line -> [String] in
          // Several forms stand in a line, with commas; what they mean stands far behind.
          let head = line.dropFirst(2).components(separatedBy: "   ")[0]
          return head.components(separatedBy: ", ")
        }
        .flatMap { form -> [String] in
          let parts = form.split(separator: "[").map { $0.filter { $0 != "]" } }
          return parts.indices.map { parts[...$0].joined() }
        }
        .flatMap { form -> [String] in
          let choices = form.split(separator: "|").map(String.init)
          guard choices.count > 1, let colon = choices[0].lastIndex(of: ":") else { return [form] }
          return [choices[0]] + choices.dropFirst().map { choices[0][...colon] + $0 }
        }
        .map { form in stand.reduce(form) { $0.replacingOccurrences(of: $1.key, with: $1.value) } }
    }
    let metrics = forms(MetricGrammar.help)
    #expect(metrics.contains("randomization:independent") && metrics.count >= 45)
    #expect(FileManager.default.changeCurrentDirectoryPath(Command.package.path))
    for form in metrics { _ = try MetricGrammar.metric(form, methods: methods) }
    let comparators = forms(ComparatorGrammar.help)
    #expect(comparators.contains("occlusion:3:1") && comparators.count >= 10)
    for form in comparators { _ = try ComparatorGrammar(form) }
  }
}
