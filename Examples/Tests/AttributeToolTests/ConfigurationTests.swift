// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Foundation
import FoundationXML
import Testing
import Torch
import Visualization

/// Several configurations in one run of `attribute explain`.
@Suite struct ConfigurationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let text = [
    "Models/sentiment.onnx", "--tokenizer", "Models/sentiment-tokenizer.json",
  ]
  private static let image = ["Models/digits.onnx", "Data/eight.png"]

  private func explain(_ arguments: [String]) throws -> Command {
    try Command.run("attribute", ["explain"] + arguments)
  }

  /// The names of what differs, and the plans.
  private func plans(
    _ choices: ExplainChoices, _ change: (inout ExplainOptions) -> Void = { _ in }
  ) throws -> [(name: String, plan: ExplainPlan)] {
    var options = ExplainOptions(model: "m.onnx", inputs: ["a.npy"])
    change(&options)
    return try ExplainPlans(options, choices).plans
  }

  @Test func `Every combination is a configuration, named by what differs`() throws {
    #expect(try plans(ExplainChoices()).map(\.name) == [""])
    #expect(try plans(ExplainChoices(distributions: ["blur"])).map(\.name) == [""])
    #expect(
      try plans(ExplainChoices(distributions: ["linear", "blur"])).map(\.name)
        == ["linear", "blur"])
    let all = try plans(
      ExplainChoices(
        distributions: ["linear", "gaussian:0.1"], quantities: ["class:1", "class:2"],
        baselines: ["zeros", "constant:1"]))
    // Noise starts nowhere, and so it is there once for each quantity.
    #expect(
      all.map(\.name) == [
        "class:1 · linear · zeros", "class:1 · linear · constant:1", "class:1 · gaussian:0.1",
        "class:2 · linear · zeros", "class:2 · linear · constant:1", "class:2 · gaussian:0.1",
      ])
    #expect(all[2].plan.options.baseline == nil && all[1].plan.options.baseline == "constant:1")
    #expect(all[4].plan.options.quantity == "class:2")
  }

  @Test func `A distribution goes without what only others take`() throws {
    let found = try plans(ExplainChoices(distributions: ["linear", "guided", "gaussian:0.1"])) {
      $0.rule = "midpoint"
      $0.steps = 30
    }
    #expect(found.map(\.plan.options.rule) == ["midpoint", nil, nil])
    #expect(found.map(\.plan.options.steps) == [30, 30, nil])
    // What none takes is told, as it is of one.
    #expect(throws: ToolError.self) {
      try plans(ExplainChoices(distributions: ["point", "gaussian:0.1"])) { $0.steps = 30 }
    }
  }

  @Test func `Rows of a page are what each configuration finds by itself`() throws {
    let file = folder.path("all.json")
    let texts = ["--text", "the soup was awful", "--text", "汤不美味"]
    let several = try explain(
      Self.text + texts + ["-d", "linear", "-d", "gaussian:0.1:20", "-b", "mask", "-o", file])
    #expect(several.status == 0, "\(several.error)")
    struct Word: Decodable, Equatable {
      let text: String
      let score: Double
    }
    struct Instance: Decodable { let words: [Word] }
    struct Report: Decodable { let instances: [Instance] }
    struct Reports: Decodable {
      struct Part: Decodable {
        let name: String
        let explanation: Report
      }
      let format: String
      let explanations: [Part]
    }
    func read<Value: Decodable>(_ type: Value.Type, _ file: String) throws -> Value {
      try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: file)))
    }
    let found = try read(Reports.self, file)
    #expect(found.format == "swift-attribution explanations 1")
    #expect(found.explanations.map(\.name) == ["linear", "gaussian:0.1:20"])
    let one = folder.path("one.json")
    for (index, arguments) in [["-b", "mask"], ["-d", "gaussian:0.1:20"]].enumerated() {
      #expect(try explain(Self.text + texts + arguments + ["-o", one]).status == 0)
      let words = try read(Report.self, one).instances.map(\.words)
      #expect(words == found.explanations[index].explanation.instances.map(\.words))
      #expect(words.count == 2 && words[0].contains { $0.score != 0 })
    }
    #expect(several.output.contains("\n  linear           [CLS] the("))
    #expect(several.output.contains("\n  gaussian:0.1:20  [CLS]("))
    #expect(several.output.contains("text[1]  label 0 · probability"))
  }

  @Test func `A page has a row for each configuration, and its scale where asked`() throws {
    let page = folder.path("page.html")
    let arguments = ["--text", "the soup was awful", "-b", "zeros", "-b", "mask", "-o", page]
    for (scale, count) in [("common", 0), ("each", 2)] {
      let command = try explain(Self.text + arguments + ["--scale", scale])
      #expect(command.status == 0, "\(command.error)")
      let html = try String(contentsOfFile: page, encoding: .utf8)
      #expect(html.components(separatedBy: "class=\"row\"").count == 3)
      #expect(html.components(separatedBy: " · scale ").count == 1 + count)
      #expect(html.components(separatedBy: "label 0").count == 2)
      #expect(html.contains(">mask</th>") && XMLParser(data: Data(html.utf8)).parse())
    }
  }

  @Test func `A picture of words is as wide as it is asked to be, or tells what is missing`() throws
  {
    let file = folder.path("words.png")
    let command = try explain(
      Self.text + ["--text", "the soup was awful", "-d", "linear", "-d", "point", "-o", file])
    if (try? TokenPicture.checkFonts()) != nil {
      #expect(command.status == 0, "\(command.error)")
      let image = try Image(contentsOf: URL(fileURLWithPath: file))
      #expect(image.width == 1600 && image.height > 300)
    } else {
      #expect(command.status == 65 && command.error.contains("apt-get install libpangocairo"))
    }
  }

  @Test func `Where words cannot be drawn, the remedy is told ahead of the work`() throws {
    // As on a machine without fonts.
    let fonts = folder.path("fonts.conf")
    try Data("<fontconfig></fontconfig>".utf8).write(to: URL(fileURLWithPath: fonts))
    let file = folder.path("words.png")
    let program = Command.products.appendingPathComponent("attribute").path
    let command = try Command.run(
      path: URL(fileURLWithPath: "/usr/bin/env"),
      ["FONTCONFIG_FILE=" + fonts, program, "explain"] + Self.text + ["--text", "a", "-o", file])
    #expect(command.status == 65)
    #expect(command.error.contains("apt-get install"), "\(command.error)")
    #expect(command.output == "" && !FileManager.default.fileExists(atPath: file))
  }

  @Test func `Configurations of an image stand behind each other`() throws {
    let file = folder.path("eight.png")
    var widths: [Int] = []
    for more in [[], ["-d", "blur"], ["-d", "blur", "-q", "class:8", "-q", "class:3"]] {
      let command = try explain(Self.image + ["-d", "linear", "-o", file] + more)
      #expect(command.status == 0, "\(command.error)")
      widths.append(try Image(contentsOf: URL(fileURLWithPath: file)).width)
    }
    // Original, gradient and attribution; another; four, with a gradient for each quantity.
    #expect(widths[1] > widths[0] && widths[2] > widths[1] + 2 * (widths[1] - widths[0]))
  }

  @Test func `Pictures, pages and terminals take their colors from the palette`() throws {
    let page = folder.path("page.html")
    let text = ["--text", "the soup was awful", "-o", page]
    for (arguments, colors) in [
      ([], ColorMap.redWhiteBlue),
      (["--palette", "orange-white-blue"], .orangeWhiteBlue),
      (["--palette", "paper", "--reduce", "norm"], .paper),
    ] {
      #expect(try explain(Self.text + text + arguments).status == 0)
      let html = try String(contentsOfFile: page, encoding: .utf8)
      let strongest = "background:" + colors.color(at: 1).hexadecimal
      // The greatest score, and the last of the legend.
      #expect(html.components(separatedBy: strongest).count == 3)
    }
    let file = folder.path("eight.png")
    var pictures: [Image] = []
    for palette in ["orange-white-blue", "red-white-blue"] {
      #expect(try explain(Self.image + ["--palette", palette, "-o", file]).status == 0)
      pictures.append(try Image(contentsOf: URL(fileURLWithPath: file)))
    }
    #expect(try explain(Self.image + ["-o", file]).status == 0)
    #expect(try Image(contentsOf: URL(fileURLWithPath: file)) == pictures[0])
    #expect(pictures[0] != pictures[1])
  }

  @Test func `Notes of every configuration are told, each once`() throws {
    let objects = try explain(
      [
        "Models/object-size.onnx", "Data/objects.npy", "-q", "class:0", "-q", "class:1", "-d",
        "point",
      ])
    #expect(objects.status == 0, "\(objects.error)")
    #expect(objects.output.components(separatedBy: "the model has 2 outputs").count == 2)
    // Background is everywhere, squares are not.
    let shapes = try explain(
      [
        "Models/shapes-segmented.onnx", "Data/shapes.npy", "-q", "class:0@predicted", "-q",
        "class:2@predicted", "-d", "point",
      ])
    #expect(shapes.status == 0, "\(shapes.error)")
    #expect(shapes.output.components(separatedBy: "the quantity reads nothing of").count == 2)
  }

  @Test(
    arguments: [
      (text + ["--text", "a", "--palette", "mauve"], "orange-white-blue, red-white-blue, ember"),
      (text + ["--text", "a", "--palette", "ember"], "orange-white-blue or red-white-blue"),
      (image + ["--palette", "ember", "-o", "a.png"], "--absolute"),
      (image + ["--palette", "red-white-blue"], "FILE.png"),
      (image + ["-d", "linear", "-d", "blur", "-o", "a.npy"], "explain each by itself"),
      (image + ["-d", "linear", "-d", "linear"], "twice"),
      (image + (0..<13).flatMap { ["-q", "class:\($0)"] }, "more than the 12"),
      (image + ["--scale", "each"], "--scale is for texts"),
      // Before the model is read: there is none.
      (
        ["none.onnx", "Data/rents.csv", "-b", "zeros", "-b", "mean:Data/rents.csv", "-o", "a.csv"],
        "a.csv: series and tables are shown by one configuration, and there are 2"
      ),
      (
        [
          "none.onnx", "Data/rents.csv", "-d", "linear", "-d", "point", "-o", "a.json", "-o",
          "a.html",
        ],
        "a.html: series and tables are shown by one"
      ),
      (
        [
          "none.onnx", "a.npy", "--time-axis", "2", "-q", "class:0", "-q", "class:1", "-o", "a.png",
        ],
        "a.png: series and tables are shown by one"
      ),
      (
        [
          "Models/heartbeats.onnx", "Data/heartbeats.npy", "-q", "class:0", "-q", "class:1", "-d",
          "point", "-o", "a.html",
        ], "a.html: series and tables are shown by one"
      ),
    ] as [([String], String)])
  func `What cannot be is told with its remedy`(arguments: [String], part: String) throws {
    let command = try explain(arguments)
    #expect(command.status == 64)
    #expect(command.error.contains(part), "\(command.error)")
  }
}
