// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Evaluation
import Foundation
import Testing
import Torch

@Suite struct CompareCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The small experiment, as a file beside its models.
  private func file(_ change: (String) -> String = { $0 }) throws -> String {
    let root = Command.package.path + "/"
    let text = change(ExperimentFileTests.text).replacingOccurrences(
      of: "\"Models/", with: "\"\(root)Models/"
    ).replacingOccurrences(of: "\"Data/", with: "\"\(root)Data/")
    let path = folder.path("experiment.json")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  @Test func `An experiment gives tables, arrays and a page`() throws {
    let output = folder.path("results")
    let command = try Command.attribute("compare", try file(), "--output", output)
    #expect(command.status == 0, "\(command.error)")
    #expect(command.output.contains("small · 8 cells"))
    #expect(!command.output.contains("failed"))
    let results = try ExperimentResults(folder: output)
    #expect(results.cells.count == 8 && results.cells.allSatisfy { $0.failure == nil })
    #expect(results.cells.allSatisfy { $0.instances.count == 10 && $0.metrics.count == 2 })
    let array = try Tensor(contentsOfNPY: output + "/" + (results.cells[0].attributions ?? ""))
    #expect(array.shape == [10, 1, 8, 8])
    let summary = try String(contentsOfFile: output + "/summary.csv", encoding: .utf8)
    #expect(summary.split(separator: "\n").count == 1 + 8 * 2)
    let pairs = try String(contentsOfFile: output + "/comparisons.csv", encoding: .utf8)
    #expect(pairs.split(separator: "\n").count == 1 + 2 * 8 * 7 / 2)
    let page = try String(contentsOfFile: output + "/report.html", encoding: .utf8)
    #expect(page.contains("linear · secant · 2") && page.contains("<html"))
  }

  @Test func `What stands in the folder of the experiment is found from there`() throws {
    let output = folder.path("results")
    let model = Command.package.appendingPathComponent("Models/digits.onnx")
    try FileManager.default.copyItem(
      at: model, to: URL(fileURLWithPath: folder.path("own.onnx")))
    let path = try file { $0.replacingOccurrences(of: "Models/digits.onnx", with: "own.onnx") }
    let command = try Command.attribute("compare", path, "--output", output)
    #expect(command.status == 0, "\(command.error)")
  }

  @Test func `Cells that fail are told, and the rest is there`() throws {
    let output = folder.path("results")
    let path = try file {
      $0.replacingOccurrences(
        of: "\"shapley:2\", \"features\": \"pixels\"", with: "\"grad-cam:no\"")
    }
    let command = try Command.attribute("compare", path, "--output", output)
    #expect(command.status == 0)
    #expect(command.output.contains("failed: digits · ten · input → logits · own · shapley:"))
    #expect(try ExperimentResults(folder: output).cells.count { $0.failure == nil } == 7)
  }

  @Test func `Where all cells fail the status is 65`() throws {
    let path = try file { $0.replacingOccurrences(of: "class:label", with: "class:77") }
    let command = try Command.attribute("compare", path, "--output", folder.path("results"))
    #expect(command.status == 65)
    #expect(command.error.contains("no cell has explanations"))
  }

  @Test func `A quick comparison takes pictures and arrays`() throws {
    for (index, data) in ["Data/eight.png", "Data/ten-digits.npy"].enumerated() {
      let output = folder.path("\(index)")
      let command = try Command.attribute(
        "compare", "--quick", "Models/digits.onnx", data, "--output", output)
      #expect(command.status == 0, "\(command.error)")
      let results = try ExperimentResults(folder: output)
      #expect(results.cells.allSatisfy { $0.failure == nil }, "\(command.output)")
      #expect(results.cells.count >= 8)
    }
    let output = folder.path("tabular")
    let command = try Command.attribute(
      "compare", "--quick", "Models/tabular.onnx", "Data/breast-cancer.npy", "-o", output)
    #expect(command.status == 0 && !command.output.contains("failed"), "\(command.output)")
    // What it ran can be run as a file, and has nothing left to do.
    let source = try #require(try ExperimentResults(folder: output).source)
    #expect(source.contains("mean:Data/breast-cancer.npy"))
  }

  @Test(
    arguments: [
      ("", 64, "Missing expected argument"), ("EXPERIMENT", 64, "--output DIR"),
      ("EXPERIMENT EXPERIMENT -o OUT", 64, "one experiment's file"),
      ("--quick Models/digits.onnx -o OUT", 64, "a model and instances"),
      ("no.json -o OUT", 65, "no.json cannot be read"),
      ("Models/README.md -o OUT", 65, "this is no JSON"),
      ("EXPERIMENT -o FULL", 65, "holds no experiment"),
    ])
  func `What makes no sense is refused`(
    arguments: String, status: Int32, message: String
  ) throws {
    try Data("mine".utf8).write(to: URL(fileURLWithPath: folder.path("thesis.txt")))
    let path = try file()
    let words = arguments.split(separator: " ").map { word in
      ["EXPERIMENT": path, "OUT": folder.path("out"), "FULL": folder.url.path][String(word)]
        ?? String(word)
    }
    let command = try Command.run("attribute", ["compare"] + words)
    #expect(command.status == status)
    #expect(command.error.contains(message), "\(command.error)")
  }

  @Test func `The folder of another experiment is refused`() throws {
    let output = folder.path("results")
    #expect(try Command.attribute("compare", try file(), "-o", output).status == 0)
    let other = try file { $0.replacingOccurrences(of: "\"small\"", with: "\"other\"") }
    let command = try Command.attribute("compare", other, "-o", output)
    #expect(command.status == 65)
    #expect(command.error.contains("the experiment 'small', not of 'other'"))
  }

  @Test func `The help is short and the lists are all there`() throws {
    let help = try Command.attribute("compare", "--help")
    #expect(help.status == 0)
    for word in ["--quick", "summary.csv", "imageDeviation", "Exit status: 0", "--metrics"] {
      #expect(help.output.contains(word), "\(word)")
    }
    let lists = try Command.attribute("compare", "--metrics", "--comparators")
    #expect(lists.output.contains("sensitivity-n[:100]") && lists.output.contains("kernel-shap"))
    for text in [help.output, lists.output] {
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
  }

  @Test func `Killed at random moments it ends with the very same numbers`() throws {
    // Two rows at once are five chunks, so that a kill hits something.
    let path = try file {
      $0.replacingOccurrences(of: "\"seed\": 3,", with: "\"seed\": 3, \"rows\": 2,")
    }
    let whole = folder.path("whole")
    let clock = ContinuousClock()
    let began = clock.now
    let undisturbed = try Command.attribute("compare", path, "-o", whole)
    #expect(undisturbed.status == 0, "\(undisturbed.error)")
    var duration = (clock.now - began) / .seconds(1)
    let broken = folder.path("broken")
    var finished: [String: UInt64] = [:]
    var (kills, runs) = (0, 0)
    while kills < 20, runs < 200 {
      runs += 1
      // Once all is done it begins anew.
      if runs > 1, FileManager.default.fileExists(atPath: broken + "/comparisons.csv") {
        try check(broken, equals: whole)
        try FileManager.default.removeItem(atPath: broken)
        finished = [:]
      }
      let wasKilled = try run(path, in: broken, killedAfter: .random(in: 0.02...1) * duration)
      kills += wasKilled ? 1 : 0
      // A machine that was busy at first may have become faster: then kill earlier.
      duration *= wasKilled ? 1 : 0.8
      // No chunk that was finished is ever written again.
      let chunks = chunks(in: broken)
      #expect(finished.allSatisfy { chunks[$0.key] == $0.value })
      finished = chunks
    }
    #expect(kills == 20)
    #expect(try Command.attribute("compare", path, "-o", broken).status == 0)
    let chunks = chunks(in: broken)
    #expect(finished.allSatisfy { chunks[$0.key] == $0.value })
    #expect(chunks.count == 8 * 5)
    try check(broken, equals: whole)
  }

  /// Whether the command was still running when it was killed.
  private func run(_ file: String, in output: String, killedAfter seconds: Double) throws -> Bool {
    let process = Process()
    process.executableURL = Command.products.appendingPathComponent("attribute")
    process.arguments = ["compare", file, "-o", output]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    Thread.sleep(forTimeInterval: seconds)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  /// The records of chunks, with the number by which the file system knows the file.
  private func chunks(in folder: String) -> [String: UInt64] {
    var chunks: [String: UInt64] = [:]
    for file in files(in: folder) where file.contains("/chunks/") && file.hasSuffix(".json") {
      let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + file)
      chunks[file] = (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
    }
    return chunks
  }

  private func files(in folder: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
    return names.filter { $0.contains(".") && !$0.hasPrefix(".") }.sorted()
  }

  /// Compares all result files, times excepted.
  private func check(_ folder: String, equals other: String) throws {
    func results(_ folder: String) throws -> [String: String] {
      var results: [String: String] = [:]
      for file in files(in: folder) where !file.contains("/chunks/") && !file.hasSuffix(".html") {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
        results[file] = withoutTimes(data, file)
      }
      return results
    }
    let (own, wanted) = (try results(folder), try results(other))
    #expect(own.keys.sorted() == wanted.keys.sorted())
    #expect(wanted.count == 4 + 8 * 5 - 1)
    #expect(wanted.filter { own[$0.key] != $0.value }.map(\.key) == [])
  }

  private func withoutTimes(_ data: Data, _ file: String) -> String {
    guard !file.hasSuffix(".npy") else { return data.base64EncodedString() }
    let lines = String(decoding: data, as: UTF8.self).components(separatedBy: "\n")
    if file.hasSuffix(".json") {
      return lines.filter { !$0.contains("\"seconds\"") }.joined(separator: "\n")
    }
    let place = file.hasSuffix("instances.csv") ? 1 : file.hasSuffix("summary.csv") ? 2 : nil
    guard let place else { return lines.joined(separator: "\n") }
    return lines.map { line in
      var fields = line.components(separatedBy: ",")
      if fields.count >= place { fields.remove(at: fields.count - place) }
      return fields.joined(separator: ",")
    }.joined(separator: "\n")
  }
}
