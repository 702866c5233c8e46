// SPDX-License-Identifier: Apache-2.0

import AttributeTool
import Foundation
import Testing
import Visualization

@Suite struct HelpTests {
  @Test(
    arguments: [
      ("--distribution", "idgi[:PATH]"), ("-d", "expected[:200]"), ("--baseline", "nearest:FILE["),
      ("-b", "boundary[:3]"), ("--rule", "gauss-legendre"), ("--quantity", "class:8-class:3"),
      ("--palette", "red-white-blue"), ("--from", "in:LAYER"), ("--to", "CUT@channel:3"),
      ("--at", "logits"),
    ])
  func `Help in place of a value lists all there are`(option: String, form: String) throws {
    for rest in [[], ["Models/digits.onnx", "Data/eight.png"]] {
      let command = try Command.run("attribute", ["explain"] + rest + [option, "help"])
      #expect(command.status == 0)
      #expect(command.error == "")
      #expect(command.output.contains(form))
      #expect(command.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
  }

  @Test(arguments: [
    ("-q", "class:8-class:3"), ("-d", "expected[:200]"), ("-b", "nearest:FILE["),
    ("--rule", "gauss-legendre"), ("--to", "CUT@channel:3"), ("--at", "logits"),
  ])
  func `Units list what there is as well, and say what is missing`(
    option: String, form: String
  ) throws {
    for rest in [[], ["Models/digits.onnx", "Data/eight.png", "--layer", "relu2"]] {
      let command = try Command.run("attribute", ["units"] + rest + [option, "help"])
      #expect(command.status == 0)
      #expect(command.error == "")
      #expect(command.output.contains(form))
    }
    let nothing = try Command.run("attribute", ["units", option, "own"])
    #expect(nothing.status != 0)
    #expect(nothing.error.contains("Missing expected argument '<model>'"))
  }

  @Test func `The help of the command is short, and names every list`() throws {
    let command = try Command.attribute("explain", "--help")
    #expect(command.status == 0)
    for word in [
      "attribute explain <model> <input> ...", "in:LAYER", "class:8-class:3", "gaussian:0.1",
      "nearest:FILE", "gauss-legendre", "--distribution help", "--float64", "--tokenizer <file>",
    ] {
      #expect(command.output.contains(word), "\(word)")
    }
    let lines = command.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 })
    #expect(lines.count <= 124)
  }

  /// The forms of a list, the first word of each line, with and without what stands in brackets.
  private func forms(_ help: String) -> [String] {
    help.split(separator: "\n").filter { $0.hasPrefix("  ") }
      .compactMap { $0.split(separator: " ").first }
      .flatMap { form -> [String] in
        let parts = form.split(separator: "[").map { $0.filter { $0 != "]" } }
        return parts.indices.map { parts[...$0].joined() }
      }
  }

  private let stand: KeyValuePairs = [
    "FILE": "data.npy", "LABELS": "labels.npy", "PATH": "blur", "CUT": "conv2", "B": "zeros",
    "TOKEN": "[MASK]",
  ]

  private func filled(_ form: String) -> String {
    stand.reduce(form) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
  }

  @Test func `Every form that the lists show is read`() throws {
    let distributions = forms(DistributionGrammar.help)
    #expect(distributions.contains("left:0.9:PATH") && distributions.count >= 25)
    for form in distributions { _ = try DistributionGrammar(filled(form)) }
    let baselines = forms(BaselineGrammar.help)
    #expect(baselines.contains("nearest:FILE:LABELS@CUT") && baselines.count >= 19)
    for form in baselines { _ = try BaselineGrammar(filled(form)) }
  }

  @Test func `Every palette is listed, and every one that is listed is read`() throws {
    let palettes = forms(PaletteGrammar.help).filter { $0.first?.isLowercase == true }
    let names = ColorMap.all.map(\.name)
    for name in names {
      #expect(palettes.contains(name))
      let isSigned = ColorMap.named(name)?.isDiverging == true
      #expect(try PaletteGrammar.colors(name, isSigned: isSigned).name == name)
      // What has signs can show sizes, too.
      #expect(try PaletteGrammar.colors(name, isSigned: false).name == name)
    }
  }

  @Test func `The gallery of the README has every distribution, and none that is not`() throws {
    let readme = Command.package.deletingLastPathComponent().appendingPathComponent("README.md")
    let shown = try String(contentsOf: readme, encoding: .utf8).components(separatedBy: "`-d ")
      .dropFirst().compactMap { $0.split(whereSeparator: { " `".contains($0) }).first }
      .map(String.init)
    for form in shown { _ = try DistributionGrammar(form) }
    func name(_ form: String) -> String? { form.split(separator: ":").first.map(String.init) }
    #expect(Set(shown.compactMap(name)) == Set(forms(DistributionGrammar.help).compactMap(name)))
  }
}
