// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import ONNX
import Testing
import Torch
import Visualization

@Suite struct ExplainCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var digits: String { Command.package.appendingPathComponent("Models/digits.onnx").path }

  @Test func `A digit is explained with its label, both ends and the gap`() throws {
    let command = try Command.attribute("explain", "Models/digits.onnx", "Data/eight.png")
    #expect(command.status == 0)
    #expect(command.error == "")
    let lines = command.output.split(separator: "\n")
    #expect(lines[0] == "score of class predicted · attribution from input to logits")
    #expect(lines[1] == "straight path from zeros, automatic rule, tolerance 0.01")
    #expect(
      lines[2].hasPrefix("instance   label  probability      start     end     sum  "))
    #expect(lines[2].hasSuffix("  est. error    rule  steps"))
    let cells = lines[3].split(separator: " ")
    #expect(
      cells.prefix(5).map(String.init) == ["eight.png", "8", "0.999999", "-0.083224", "9.1102"])
    let cost = try #require(
      lines[4].wholeMatch(
        of: /(\d+) evaluations an instance, \d+ rows forward and (\d+) backward, [\d.e-]+ s/))
    #expect(cost.1 == cost.2 && (8...60).contains(Int(cost.1) ?? 0))
  }

  @Test func `Values are those of the library`() throws {
    let file = folder.path("values.npy")
    let command = try Command.attribute(
      "explain", "Models/digits.onnx", "Data/ten-digits.npy", "--quantity", "class:8-class:3",
      "--from", "conv2", "--at", "input", "--rule", "midpoint", "--steps", "20", "--output", file)
    #expect(command.status == 0, "\(command.error)")
    let model = try ONNXModel(path: digits)
    let expected = try Conductance(
      model, of: .layer("conv2"), quantity: .classScore(8) - .classScore(3), to: .logits,
      steps: 20, rule: .midpoint
    ).attributions(
      for: Tensor(contentsOfNPY: Command.package.appendingPathComponent("Data/ten-digits.npy").path)
    )
    let values = try Tensor(contentsOfNPY: file)
    #expect(values.shape == [10, 32, 4, 4])
    let difference = try (values - expected.values).absolute().max().number()
    #expect(difference < 1e-5)
    #expect(try values.absolute().max().number() > 0.1)
  }

  @Test func `Several files are several instances, as if one by one`() throws {
    let both = folder.path("both.npy")
    let one = folder.path("one.npy")
    let files = ["Data/eight.png", "Data/three.png"]
    #expect(
      try Command.run("attribute", ["explain", "Models/digits.onnx"] + files + ["-o", both])
        .status == 0)
    #expect(
      try Command.attribute("explain", "Models/digits.onnx", files[1], "-o", one).status == 0)
    let batch = try Tensor(contentsOfNPY: both)
    #expect(batch.shape == [2, 1, 8, 8])
    let difference = try (batch[1..<2] - Tensor(contentsOfNPY: one)).absolute().max().number()
    #expect(difference < 1e-5)
  }

  @Test func `Labels are explained one for each instance`() throws {
    let command = try Command.attribute(
      "explain", "Models/tabular.onnx", "Data/breast-cancer.npy", "--label", "0,0,1,1,0")
    #expect(command.status == 0, "\(command.error)")
    #expect(command.output.hasPrefix("score of class label of each instance"))
    #expect(command.output.contains("breast-cancer.npy[4]"))
  }

  @Test func `A report tells what made the values and where they lie`() throws {
    let values = folder.path("values.npy")
    let report = folder.path("report.json")
    let command = try Command.attribute(
      "explain", "Models/digits.onnx", "Data/eight.png", "-o", report, "-o", values, "--seed", "7",
      "--float64")
    #expect(command.status == 0, "\(command.error)")
    let object = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: report)))
    let root = try #require(object as? [String: Any])
    let provenance = try #require(root["provenance"] as? [String: Any])
    let model = try #require(provenance["model"] as? [String: Any])
    let sum = try Command.run(path: URL(fileURLWithPath: "/usr/bin/sha256sum"), [digits])
    #expect(model["sha256"] as? String == sum.output.split(separator: " ").first.map(String.init))
    let instances = try #require(root["instances"] as? [[String: Any]])
    #expect(instances.count == 1)
    #expect(instances[0]["label"] as? Int == 8)
    let quantity = try #require(instances[0]["quantity"] as? [String: Double])
    let gap = try #require(instances[0]["completenessGap"] as? [String: Double])
    let attributionSum = try #require(instances[0]["attributionSum"] as? Double)
    let change = try #require(quantity["end"]) - #require(quantity["start"])
    #expect(abs(attributionSum - change - (gap["absolute"] ?? .nan)) < 1e-9)
    let place = try #require(root["values"] as? [String: Any])
    #expect(place["files"] as? [String] == [values])
    #expect(try Tensor(contentsOfNPY: values).elementType == .float64)
    let configuration = try #require(root["configuration"] as? [String: Any])
    #expect((configuration["arguments"] as? [String: Any])?["seed"] as? Int == 7)
  }

  @Test(arguments: ["input", "conv2"])
  func `A picture has three tiles`(from: String) throws {
    let file = folder.path("explained.png")
    let command = try Command.attribute(
      "explain", "Models/digits.onnx", "Data/eight.png", "--from", from, "--output", file)
    #expect(command.status == 0, "\(command.error)")
    let picture = try Image(contentsOf: URL(fileURLWithPath: file))
    // Three pictures of 192 pixels, margins and gaps of 24.
    #expect(picture.width >= 3 * 192 + 4 * 24)
    #expect(picture.height > 192)
    #expect(picture.samples.contains { $0 < 0.1 } && picture.samples.contains { $0 == 1 })
  }

  @Test func `The same seed gives the same bytes, another one others`() throws {
    let bytes = try ["1", "1", "2"].enumerated().map { index, seed in
      let file = folder.path("\(index).npy")
      let command = try Command.attribute(
        "explain", "Models/digits.onnx", "Data/eight.npy", "-d", "gaussian:0.2:8", "--influence",
        "--seed", seed, "-o", file)
      #expect(command.status == 0, "\(command.error)")
      return try Data(contentsOf: URL(fileURLWithPath: file))
    }
    #expect(bytes[0] == bytes[1])
    #expect(bytes[0] != bytes[2])
  }

  @Test func `Sizes have no signs`() throws {
    let files = [folder.path("signed.npy"), folder.path("sizes.npy")]
    for (file, flags) in zip(files, [[], ["--absolute"]]) {
      let command = try Command.run(
        "attribute", ["explain", "Models/digits.onnx", "Data/eight.png", "-o", file] + flags)
      #expect(command.status == 0)
    }
    let signed = try Tensor(contentsOfNPY: files[0])
    #expect(try signed.min().number() < 0)
    #expect(try signed.absolute().numbers() == Tensor(contentsOfNPY: files[1]).numbers())
  }

  @Test func `A link to an old report is followed, and the report replaced`() throws {
    let (old, link) = (folder.path("old.json"), folder.path("link.json"))
    try Data("old".utf8).write(to: URL(fileURLWithPath: old))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: old)
    let command = try Command.attribute(
      "explain", "Models/digits.onnx", "Data/eight.npy", "-o", link, "--seed",
      "18446744073709551615")
    #expect(command.status == 0, "\(command.error)")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == old)
    #expect(try String(contentsOfFile: old, encoding: .utf8).contains("18446744073709551615"))
    #expect(try folder.contents == ["link.json", "old.json"])
  }

  @Test func `A quantity may start with a minus`() throws {
    let command = try Command.attribute(
      "explain", "Models/digits.onnx", "Data/eight.npy", "-q", "-class:1")
    #expect(command.status == 0, "\(command.error)")
    #expect(command.output.hasPrefix("− score of class 1 ·"))
  }

  @Test func `A unit inside the network can be explained`() throws {
    let command = try Command.attribute(
      "explain", "Models/digits.onnx", "Data/eight.npy", "--to", "conv2", "-q", "unit:3,0,0",
      "-d", "point")
    #expect(command.status == 0, "\(command.error)")
    #expect(command.output.hasPrefix("unit [3, 0, 0] · attribution from input to conv2"))
  }
}
