// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What the guides show is what was compiled and run.
///
/// Every `swift` block stands letter for letter in a file of `Snippets`, in a test or named by one.
/// Every `sh` line stands in `commands.txt`, which `run-commands` executes.
@Suite struct DocumentationTests {
  static func blocks() throws -> [CodeBlock] {
    let guides = try ["README.md"] + Workplace.files(in: "Docs", endingIn: ".md")
    return try guides.flatMap { try CodeBlock.blocks(of: Workplace.text($0), in: $0) }
  }

  static func snippets() throws -> [Snippet] {
    try Workplace.files(in: "Tests/DocumentationTests/Snippets", endingIn: ".swift")
      .flatMap { try Snippet.snippets(of: Workplace.text($0), in: $0) }
  }

  @Test func `every Swift block of the guides is compiled`() throws {
    let known = Dictionary(grouping: try Self.snippets(), by: \.code.lines)
    let blocks = try Self.blocks().filter { $0.language == "swift" }
    #expect(blocks.count > 20)
    for block in blocks {
      let code = Code(block.lines)
      guard let snippets = known[code.lines] else {
        Issue.record("\(block.place): no snippet has this block")
        continue
      }
      #expect(
        snippets.contains { $0.imports.isSuperset(of: code.imports) },
        "\(block.place): the snippet's file imports something else")
    }
  }

  @Test func `every snippet is shown in a guide and run by a test`() throws {
    let shown = Set(
      try Self.blocks().filter { $0.language == "swift" }.map { Code($0.lines).lines })
    let snippets = try Self.snippets()
    for snippet in snippets {
      #expect(
        shown.contains(snippet.code.lines), "\(snippet.file): no guide shows '\(snippet.name)'")
      #expect(snippet.isRun, "\(snippet.file): no test runs '\(snippet.name)'")
    }
    #expect(Set(snippets.map(\.name)).count == snippets.count, "a name is used twice")
  }

  @Test func `every command of the guides is listed, and the other way round`() throws {
    let listed = try Workplace.text("Tests/DocumentationTests/commands.txt")
      .split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") && !$0.hasPrefix("[") }
    let shown = try Self.blocks().filter { $0.language == "sh" }
    for block in shown {
      for line in block.lines where !line.isEmpty {
        #expect(listed.contains(line), "\(block.place): commands.txt does not have '\(line)'")
      }
    }
    let lines = Set(shown.flatMap(\.lines))
    for line in listed {
      #expect(lines.contains(line), "commands.txt: no guide shows '\(line)'")
    }
  }

  @Test func `blocks are Swift, commands, or plain text`() throws {
    for block in try Self.blocks() {
      #expect(
        ["swift", "sh", "text"].contains(block.language),
        "\(block.place): say behind the fence what it is")
      #expect(!block.lines.isEmpty, "\(block.place): the block is empty")
      for line in block.lines where block.language == "swift" {
        #expect(line.count <= 100, "\(block.place): '\(line)' is longer than 100 characters")
      }
    }
  }

  @Test func `links between the guides lead somewhere`() throws {
    let guides = try ["README.md"] + Workplace.files(in: "Docs", endingIn: ".md")
    for guide in guides {
      let folder = Workplace.root.appending(path: guide).deletingLastPathComponent()
      let parts = try Workplace.text(guide).components(separatedBy: "](").dropFirst()
      for part in parts {
        let target = part.prefix { $0 != ")" && $0 != "#" }
        guard !target.isEmpty, !target.contains("://") else { continue }
        #expect(
          FileManager.default.fileExists(atPath: folder.appending(path: String(target)).path),
          "\(guide): nothing lies at \(target)")
      }
    }
  }
}
