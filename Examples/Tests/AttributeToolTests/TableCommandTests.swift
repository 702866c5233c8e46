// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Foundation
import FoundationXML
import Tables
import Testing
import Torch

@Suite struct TableCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func explain(_ arguments: [String]) throws -> Command {
    try Command.run("attribute", ["explain"] + arguments)
  }

  private func write(_ text: String, _ name: String = "t.csv") throws -> String {
    let path = folder.path(name)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func `A row is explained in its features' units`() throws {
    let command = try explain(["Models/rents-embedding.onnx", "Data/rents.csv#2"])
    #expect(command.status == 0, "\(command.error)")
    let output = command.output
    #expect(output.contains("rents.csv[2] · "))
    #expect(output.contains(" € · rent in the file: 1229"))
    #expect(output.contains("131.4 m²  from 78.5"))
    #expect(output.contains("district") && output.contains("from old town"))
    #expect(output.contains("features as rents-embedding.features.json describes them"))
    #expect(!output.contains("all rows"))
  }

  @Test func `Every file has what the terminal shows`() throws {
    let files = ["html", "csv", "npy", "json"].map { folder.path("out.\($0)") }
    let command = try explain(
      ["Models/diabetes.onnx", "Data/diabetes.csv", "-b", "mean:Data/diabetes-train.csv"]
        + files.flatMap { ["-o", $0] })
    #expect(command.status == 0, "\(command.error)")
    #expect(
      command.output.contains("and 98 more rows") && command.output.contains("all rows: mean"))
    let page = try String(contentsOfFile: files[0], encoding: .utf8)
    #expect(XMLParser(data: Data(page.utf8)).parse())
    #expect(page.contains("98 more rows are not shown") && page.contains("diabetes.csv#13-24"))
    #expect(page.contains("progression after a year") && page.contains("kg/m²"))
    let values = try Tensor(contentsOfNPY: files[2])
    #expect(values.shape == [110, 10])
    let numbers = try values.numbers()
    let csv = try CSVTable(path: files[1])
    #expect(csv.rowCount == 1100)
    #expect(try csv.number(row: 37, column: 5) == numbers[37])
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: files[3])))
        as? [String: Any])
    let rows = try #require(json["instances"] as? [[String: Any]])
    let features = try #require(rows[3]["features"] as? [[String: Any]])
    let attribution = try #require(features[7]["attribution"] as? Double)
    #expect(features.count == 10 && abs(attribution - numbers[37]) < 1e-12)
    #expect(features[1]["value"] as? String == "1" || features[1]["value"] as? String == "2")
    // Prediction and sums are in the output's unit, and complete.
    for row in rows {
      let start = try #require(row["start"] as? Double)
      let sum = try #require(row["features"] as? [[String: Any]])
        .compactMap { $0["attribution"] as? Double }.reduce(0, +)
      let (end, gap) = (
        try #require(row["prediction"] as? Double), try #require(row["gap"] as? Double)
      )
      #expect(abs(start + sum - gap - end) < 1e-6)
      #expect((20...380).contains(end))
    }
    let table = try #require(json["table"] as? [String: Any])
    #expect(
      (table["features"] as? [[String: Any]])?.first?["name"] as? String == "log triglycerides")
  }

  @Test func `An embedding and a one-hot group tell the same of a district`() throws {
    let files = ["rents-embedding", "rents-one-hot"].map {
      (name: $0, file: folder.path("\($0).npy"))
    }
    for (name, file) in files {
      let command = try explain(
        [
          "Models/\(name).onnx", "Data/rents.csv#1-30", "--float64", "--rule", "gauss-legendre",
          "-s",
          "32", "-o", file,
        ])
      #expect(command.status == 0, "\(command.error)")
    }
    let tensors = try files.map { try Tensor(contentsOfNPY: $0.file) }
    #expect(tensors[0].shape == [30, 4])
    #expect(try (tensors[0] - tensors[1]).absolute().max().number() < 1e-2)
    #expect(try tensors[0].absolute().max().number() > 100)
  }

  @Test func `Classes have names, and several classes a warning`() throws {
    let page = folder.path("p.html")
    let command = try explain([
      "Models/breast-cancer.onnx", "Data/breast-cancer.csv#1-20", "-o", page,
    ])
    #expect(command.status == 0, "\(command.error)")
    #expect(command.output.contains("predicted: benign (probability 0."))
    #expect(command.output.contains("diagnosis in the file: malignant"))
    #expect(command.output.contains("signs are those of each row's predicted class"))
    #expect(command.output.contains("baseline: the mean of every number"))
    let one = try explain(
      ["Models/breast-cancer.onnx", "Data/breast-cancer.csv#1-20", "-q", "class:0", "-o", page])
    #expect(!one.output.contains("signs are those"))
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(
      html.contains("score of class 0, malignant") && !html.contains("each row is explained for"))
  }

  @Test func `A model with its scaler inside needs no description`() throws {
    let command = try explain(
      [
        "Models/tabular.onnx", "Data/breast-cancer.csv#1-3", "--target", "diagnosis", "-b",
        "median:Data/breast-cancer.csv",
      ])
    #expect(command.status == 0, "\(command.error)")
    #expect(command.output.contains("diagnosis in the file"))
    let zeros = try explain(
      ["Models/tabular.onnx", "Data/breast-cancer.csv#1", "--ignore", "diagnosis"])
    #expect(zeros.output.contains("0 of every feature, which may be far from all rows"))
    let row = try explain(
      [
        "Models/tabular.onnx", "Data/breast-cancer.csv#1", "--ignore", "diagnosis", "-b",
        "Data/breast-cancer.csv#1",
      ])
    #expect(row.status == 0 && !row.output.contains("█"))
  }

  @Test func `Other separators and forms are told`() throws {
    let text = "floor;district;built;area [m²]\n3;harbour;1990;50\n"
    let command = try explain(["Models/rents-one-hot.onnx", write(text)])
    #expect(command.status == 0, "\(command.error)")
    #expect(command.output.contains("fields separated by semicolons"))
    #expect(command.output.contains("50 m²"))
    let drawn = try explain(
      ["Models/rents-one-hot.onnx", write(text), "-d", "gaussian:0.1", "-o", folder.path("d.html")])
    #expect(drawn.status == 0, "\(drawn.error)")
  }

  @Test(
    arguments: [
      ("Models/rents-one-hot.onnx Data/rents.csv#400", 65, "has 300 rows, and no row 400"),
      ("Models/rents-one-hot.onnx Data/rents.csv#x", 64, "write #3 for one"),
      ("Models/rents-one-hot.onnx Data/none.csv", 65, "there is no such file"),
      ("Models/rents-one-hot.onnx Data/diabetes.csv", 65, "no column 'area'"),
      ("Models/tabular.onnx Data/breast-cancer.csv", 65, "the features give 31"),
      ("Models/tabular.onnx Data/rents.csv --ignore district", 65, "takes 30 columns"),
      ("Models/tabular.onnx Data/breast-cancer.csv --ignore nothing", 65, "no column 'nothing'"),
      ("Models/tabular.onnx Data/breast-cancer.csv Data/rents.csv", 64, "one .csv file alone"),
      ("Models/rents-one-hot.onnx Data/rents.csv --features none.json", 65, "no such file"),
      ("Models/rents-one-hot.onnx Data/rents.csv --features Data/rents.csv", 65, "no JSON"),
      ("Models/rents-one-hot.onnx Data/rents.csv -o a.png", 65, "no picture of this model's input"),
      ("Models/rents-one-hot.onnx Data/rents.csv --influence -o a.csv", 65, "tells of features"),
      (
        "Models/rents-embedding.onnx Data/rents.csv -b nearest:Data/rents.csv", 65, "several inputs"
      ),
      ("Models/digits.onnx Data/eight.png --target x", 64, "--target is for tables"),
      ("Models/digits.onnx Data/eight.png -o a.csv", 64, "values of features are for tables"),
      ("Models/digits.onnx Data/eight.png -b mean:Data/rents.csv", 64, "is a table"),
      ("Models/rents-one-hot.onnx flat=Data/rents.csv", 64, "without NAME="),
      ("Models/digits.onnx Data/rents.csv", 65, "has 4 axes"),
    ] as [(String, Int32, String)])
  func `What cannot be is told with its remedy`(line: String, status: Int32, part: String) throws {
    let command = try explain(line.split(separator: " ").map(String.init))
    #expect(command.status == status, "\(command.error)")
    #expect(command.error.contains(part), "\(command.error)")
  }
}
