// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@Suite struct UnitsCommandTests {
  private struct Report: Decodable {
    struct Layer: Decodable {
      struct Unit: Decodable {
        struct Moment: Decodable {
          let instance: String
          let score: Double
        }
        let unit: String
        let mean: Double
        let standardError: Double?
        let parts: [Double]
        let strongest: [Moment]
      }
      struct View: Decodable {
        struct Feature: Decodable {
          let name: String
          let attribution: Double
        }
        let unit: String
        let completenessGap: Double?
        let features: [Feature]
      }
      struct Point: Decodable {
        let kept: Int
        let quantity: Double
        let recall: Double?
      }
      struct Essence: Decodable {
        let ranked: [Point]
        let random: [Point]
      }
      let name: String
      let same: [String]
      let sum: Double?
      let change: Double?
      let completenessGap: Double?
      let units: [Unit]
      let views: [View]
      let essence: Essence?
    }
    let instances: Int
    let quantities: [String]
    let layers: [Layer]
  }

  private let digits = "Models/digits.onnx"

  private func report(_ arguments: [String]) throws -> (Report, Command) {
    let folder = try TemporaryFolder()
    let file = folder.path("units.json")
    let command = try Command.run("attribute", ["units"] + arguments + ["-o", file])
    try #require(command.status == 0, "\(command.error)")
    let data = try Data(contentsOf: URL(fileURLWithPath: file))
    return (try JSONDecoder().decode(Report.self, from: data), command)
  }

  @Test func `Every layer has the whole change, and why 8 is the parts' difference`() throws {
    let (report, command) = try report(
      [digits, "Data/eight.png", "--layer", "all", "-q", "class:8-class:3"])
    #expect(report.layers.map(\.name) == ["relu1", "relu2", "relu3"])
    #expect(report.layers[1].same == ["conv2", "pool"])
    #expect(report.quantities.count == 3)
    for layer in report.layers {
      let change = try #require(layer.change)
      #expect(abs(try #require(layer.sum) - change) < 1e-3 && abs(change - 17.15) < 0.01)
      #expect(try #require(layer.completenessGap) < 1e-3)
      for unit in layer.units {
        #expect(abs(unit.mean - (unit.parts[0] - unit.parts[1])) < 1e-4)
        #expect(unit.standardError == nil)
      }
      let sizes = layer.units.map { abs($0.mean) }
      #expect(sizes == sizes.sorted(by: >))
      #expect(layer.views.map(\.unit) == layer.units.prefix(5).map(\.unit))
    }
    // What the program eight-not-three says of the same layer.
    #expect(
      report.layers[1].units[0].unit == "28" && abs(report.layers[1].units[0].mean - 4.8) < 0.05)
    #expect(command.output.contains("relu2 [32, 4, 4], as conv2, pool"))
  }

  @Test
  func `Over a data set there are standard errors, and the instances that a unit does most in`()
    throws
  {
    let (report, command) = try report(
      [
        digits, "Data/ten-digits.npy", "--layer", "relu3", "-q", "class:8", "--top", "2",
        "--examples", "3", "--essence", "--order", "for",
      ])
    let layer = report.layers[0]
    #expect(report.instances == 10 && layer.views.count == 2)
    #expect(layer.units.allSatisfy { $0.strongest.count == 3 && $0.standardError != nil })
    let means = layer.units.map(\.mean)
    #expect(means == means.sorted(by: >))
    let essence = try #require(layer.essence)
    #expect(essence.ranked.map(\.kept).last == 64 && essence.ranked.first?.kept == 0)
    #expect(essence.ranked.last?.quantity == essence.random.last?.quantity)
    #expect(essence.ranked.last?.recall == 1)
    #expect(command.output.contains("± s.e.") && command.output.contains("recall"))
  }

  @Test func `Labels go with their instances, however many there are`() throws {
    let folder = try TemporaryFolder()
    let ten = try Tensor(
      contentsOfNPY: Command.package.appendingPathComponent("Data/ten-digits.npy").path)
    // More than are read at a time.
    let file = folder.path("seventy.npy")
    try Tensor.concatenated([Tensor](repeating: ten, count: 7)).writeNPY(to: file)
    let labels = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]
    let found = try [("Data/ten-digits.npy", 1), (file, 7)].map { file, times in
      let all = [[Int]](repeating: labels, count: times).joined()
      let arguments = [
        digits, file, "--layer", "relu3", "-q", "class:label", "--label",
        all.map(String.init).joined(separator: ","), "--rule", "midpoint", "-s", "4", "--essence",
      ]
      return try report(arguments).0.layers[0]
    }
    #expect(found[0].units.map(\.unit) == found[1].units.map(\.unit))
    for (ten, seventy) in zip(found[0].units, found[1].units) {
      #expect(abs(ten.mean - seventy.mean) < 1e-4)
    }
    let points = try found.map { layer in
      let essence = try #require(layer.essence)
      return essence.ranked + essence.random
    }
    for (ten, seventy) in zip(points[0], points[1]) {
      #expect(abs(ten.quantity - seventy.quantity) < 1e-3)
    }
  }

  @Test func `Of tables and texts the features are named that move a unit`() throws {
    let (table, _) = try report(
      [
        "Models/tabular.onnx", "Data/breast-cancer.npy", "--layer", "relu1", "--names",
        "Data/breast-cancer-features.txt", "--top", "3",
      ])
    #expect(table.layers[0].views.allSatisfy { $0.features.count == 5 })
    #expect(table.layers[0].views[0].features.allSatisfy { $0.name.contains(" ") })
    let (plain, command) = try report(
      ["Models/gaussian.onnx", "Data/gaussian.npy", "-l", "relu2", "--at", "own", "--influence"])
    #expect(plain.layers[0].views[0].features[0].name.hasPrefix("feature "))
    #expect(command.output.contains("influence of units"))
  }

  @Test func `The page has cards with pictures, and escapes what it shows`() throws {
    let folder = try TemporaryFolder()
    let picture = folder.path("<b>&.png")
    try FileManager.default.copyItem(
      at: Command.package.appendingPathComponent("Data/eight.png"),
      to: URL(fileURLWithPath: picture))
    let page = folder.path("page.html")
    let command = try Command.attribute(
      "units", digits, picture, "-l", "relu2", "-l", "relu3", "-q", "class:8-class:3", "-o", page,
      "-o", folder.path("units.csv"), "--top", "4")
    try #require(command.status == 0, "\(command.error)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("<h1>Why 8 and not 3?</h1>"))
    #expect(html.components(separatedBy: "<article").count == 9)
    // Four at the input, three for each card.
    #expect(html.components(separatedBy: "<img").count == 1 + 4 + 8 * 3)
    #expect(html.contains("&lt;b&gt;&amp;.png") && !html.contains("<b>"))
    #expect(!html.contains("<script"))
    let csv = try String(contentsOfFile: folder.path("units.csv"), encoding: .utf8)
    let lines = csv.split(separator: "\n")
    #expect(lines.count == 1 + 32 + 64 && lines[0].hasPrefix("layer,unit,rank,mean"))
  }

  @Test(
    arguments: [
      (["--layer", "conv3"], 65, "near it are 'conv1', 'conv2'"),
      ([], 64, "name some with --layer"),
      (["--layer", "relu2", "--top", "33"], 64, "'relu2' has 32 units"),
      (["--layer", "relu2", "--top", "0"], 64, "at least one unit"),
      (["--layer", "relu3", "--axis", "2"], 65, "has no axis 2"),
      (["--layer", "relu3", "--axis", "0"], 64, "write auto, elements, or a number"),
      (["--layer", "all", "--layer", "relu3"], 64, "leave the others out"),
      (["--layer", "relu3", "-q", "class:12"], 65, "there is no class 12"),
      (["--layer", "relu3", "-o", "units.png"], 64, "FILE.html, FILE.json, FILE.csv"),
      (["--layer", "relu3", "--label", "1,2"], 64, "there are 1 instances"),
      (["--layer", "relu3", "--examples", "0"], 64, "from 1 to 64"),
    ] as [([String], Int32, String)])
  func `What makes no sense is told, and how to mend it`(
    arguments: [String], status: Int32, message: String
  ) throws {
    let command = try Command.run("attribute", ["units", digits, "Data/eight.png"] + arguments)
    #expect(command.status == status)
    #expect(command.error.contains(message), "\(command.error)")
    #expect(command.output == "")
  }

  @Test func `A comparative question finds the part, as the program on vehicles prints`() throws {
    let command = try Command.run("vehicles", ["3"])
    #expect(command.status == 0, "\(command.error)")
    let lines = command.output.split(separator: "\n").map(String.init)
    let guide = try String(
      contentsOf: Command.package.appendingPathComponent("../Docs/Units.md"), encoding: .utf8)
    // Three tables of a head and eight methods; the guide has the first of them.
    #expect(lines.count == 30)
    func name(_ line: String) -> String? {
      line.split(separator: "|").first.map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let methods = lines.prefix(10).dropFirst(2).compactMap(name)
    for method in methods { #expect(guide.contains("| \(method) |"), "\(method)") }
  }
}
