// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What the guides to the command line and to text show is what is printed.
@Suite struct GuideTests {
  /// A command of the guide, and the lines that it shows below.
  struct Shown: CustomTestStringConvertible {
    let command: String
    let lines: [String]

    var testDescription: String { command }
  }

  static func shown() throws -> [Shown] {
    try ["CommandLine.md", "Text.md"].flatMap { try shown(in: $0) }
  }

  private static func shown(in name: String) throws -> [Shown] {
    let guide = Command.package.deletingLastPathComponent().appendingPathComponent("Docs/" + name)
    let blocks = try String(contentsOf: guide, encoding: .utf8)
      .components(separatedBy: "```")
    // Fenced text lies at odd places; a command's output is the next fence.
    return stride(from: 1, to: blocks.count - 2, by: 2).compactMap { place in
      let output = blocks[place + 2]
      guard blocks[place].hasPrefix("sh\n"), output.hasPrefix("text\n") else { return nil }
      return Shown(
        command: String(blocks[place].dropFirst(3)).trimmingCharacters(in: .newlines),
        lines: output.dropFirst(5).split(separator: "\n").map(String.init))
    }
  }

  @Test func `outputs in the guide are those of the commands above them`() throws {
    let all = try Self.shown()
    #expect(all.count >= 3)
    for shown in all {
      try #require(shown.command.hasPrefix("attribute "))
      // The shell knows what quotes mean.
      let result = try Command.run(
        path: URL(fileURLWithPath: "/bin/sh"),
        ["-c", "PATH=\(Command.products.path):$PATH; \(shown.command)"])
      let printed = result.output.split(separator: "\n")
      for line in shown.lines {
        // Behind … is what may differ between machines.
        let start = line.prefix { $0 != "…" }
        #expect(
          printed.contains { start.count < line.count ? $0.hasPrefix(start) : $0 == line },
          "\(shown.command) does not print: \(line)")
      }
    }
  }
}
