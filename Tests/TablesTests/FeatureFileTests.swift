// SPDX-License-Identifier: Apache-2.0

import Foundation
import Tables
import Testing

@Suite struct FeatureFileTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let text = """
    {
      "target": "price", "classes": ["low", "high"],
      "output": {"name": "rent", "unit": "€", "mean": 5, "scale": 2},
      "features": [
        {"name": "area", "unit": "m²", "input": "x", "mean": 60, "scale": 20, "baseline": 50},
        {"name": "heating", "categories": ["gas", "oil", "none"], "encoding": "one-hot",
         "dropped": "none", "baseline": "gas"},
        {"name": "town", "input": "ids", "categories": ["a", "b"], "encoding": "ids"}
      ]
    }
    """

  private func read(_ text: String) throws -> FeatureFile {
    try FeatureFile(bytes: Array(text.utf8), file: "f.json")
  }

  @Test func `every key is read`() throws {
    let file = try read(Self.text)
    #expect(file.target == "price" && file.classes == ["low", "high"])
    #expect(file.output?.unit == "€" && file.output?.scale == 2)
    #expect(file.features.map(\.name) == ["area", "heating", "town"])
    #expect(file.features[0].baseline == .number(50))
    #expect(file.features[1].baseline == .category("gas") && file.features[1].dropped == "none")
    #expect(file.features[2].encoding == .ids)
    // What is written comes back.
    let again = try JSONDecoder().decode(FeatureFile.self, from: JSONEncoder().encode(file))
    #expect(again == file)
  }

  @Test func `what is read can be made in code`() throws {
    var file = FeatureFile(features: [.init(name: "area")])
    file.output = FeatureFile.Output(name: "rent", unit: "€", mean: 5, scale: 2)
    #expect(
      try file
        == read(
          """
          {"features": [{"name": "area"}],
           "output": {"name": "rent", "unit": "€", "mean": 5, "scale": 2}}
          """))
  }

  @Test(
    arguments: [
      ("\"target\"", "\"tarket\"", "f.json: tarket: there is no such key; there are $schema"),
      ("\"unit\": \"m²\"", "\"units\": \"m²\"", "f.json: features[0].units: there is no such key"),
      ("\"mean\": 60", "\"mean\": \"60\"", "f.json: features[0].mean: a number is expected"),
      ("\"name\": \"area\", ", "", "f.json: features[0].name: it is missing"),
      ("\"scale\": 20", "\"scale\": 0", "f.json: features[0].scale: 0.0 is no standard deviation"),
      ("\"scale\": 2}", "\"scale\": -2}", "f.json: output.scale: -2.0 is no standard"),
      ("\"town\"", "\"area\"", "f.json: features[2].name: 'area' is there twice"),
      ("\"price\"", "\"area\"", "f.json: target: 'area' is a feature, too"),
      ("\"one-hot\"", "\"onehot\"", "f.json: features[1].encoding: 'onehot' is no encoding"),
      (", \"encoding\": \"one-hot\"", "", "f.json: features[1].encoding: it is missing"),
      ("[\"a\", \"b\"]", "[]", "f.json: features[2].categories: the list is empty"),
      ("[\"a\", \"b\"]", "[\"a\", \"a\"]", "f.json: features[2].categories: one is there twice"),
      (
        "\"baseline\": \"gas\"", "\"baseline\": \"coal\"", "features[1].baseline: 'coal' is none of"
      ),
      ("\"baseline\": \"gas\"", "\"baseline\": 1", "features[1].baseline: 1.0 is no category"),
      ("\"baseline\": 50", "\"baseline\": \"gas\"", "features[0].baseline: 'gas' is no number"),
      ("\"dropped\": \"none\"", "\"dropped\": \"wood\"", "features[1].dropped: 'wood' must be one"),
      ("\"mean\": 60", "\"encoding\": \"ids\"", "features[0].encoding: it is for categories"),
      ("\"input\": \"ids\"", "\"mean\": 3", "features[2].mean: categories have none"),
      ("\"features\": [", "\"features\": [3, ", "features[0]: an object, { … }, is expected"),
      ("\"classes\": [\"low\", \"high\"]", "\"classes\": \"low\"", "classes: a list, [ … ], is"),
      ("{\n", "", "f.json: this is no JSON"),
    ])
  func `slips are told with their place`(old: String, new: String, message: String) throws {
    let changed = Self.text.replacing(old, with: new, maxReplacements: 1)
    #expect(changed != Self.text)
    let error = #expect(throws: TableError.self) { try read(changed) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  // The schema

  private typealias Object = [String: Any]

  private func schema() throws -> Object {
    let file = Self.root.appending(path: "Docs/features.schema.json")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? Object)
  }

  @Test func `the schema has the keys that are read, and no others`() throws {
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
    #expect(try keys(nil) == names(FeatureFile.CodingKeys.self))
    #expect(try keys("feature") == names(FeatureFile.Feature.CodingKeys.self))
    #expect(try keys("output") == names(FeatureFile.Output.CodingKeys.self))
    let feature = try #require(definitions["feature"] as? Object)
    let encoding = try #require((feature["properties"] as? Object)?["encoding"] as? Object)
    #expect(encoding["enum"] as? [String] == FeatureFile.Encoding.allCases.map(\.rawValue))
    #expect(schema["required"] as? [String] == ["features"])
    #expect(feature["required"] as? [String] == ["name"])
  }

  @Test(arguments: ["breast-cancer", "diabetes", "rents-embedding", "rents-one-hot"])
  func `the examples' files are read`(name: String) throws {
    let path = Self.root.appending(path: "Examples/Models/\(name).features.json").path
    #expect(try FeatureFile(path: path).features.count >= 4)
  }
}
