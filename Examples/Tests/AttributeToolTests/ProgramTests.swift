// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Visualization

@Suite struct ProgramTests {
  /// The comment at a program's head says what it prints.
  @Test(arguments: [
    "quickstart", "eight-not-three", "paths", "custom-path", "custom-quantity", "saturation",
    "baseline-choice",
  ])
  func `A program prints what its head says`(program: String) throws {
    let source = try String(
      contentsOf: Command.package.appendingPathComponent("Sources/\(program)/main.swift"),
      encoding: .utf8)
    let head = source.components(separatedBy: "\nimport ")[0].components(separatedBy: "\n")
    let indented = head.filter { $0.hasPrefix("//     ") }.map { String($0.dropFirst(7)) }
    let expected = indented.filter { !$0.hasPrefix("cd Examples") }
    #expect(!expected.isEmpty)
    let folder = try TemporaryFolder()
    let file = folder.path("\(program).png")
    let command = try Command.run(program, [file])
    #expect(command.status == 0, "\(command.error)")
    let printed = command.output.replacingOccurrences(of: file, with: "\(program).png")
    #expect(printed.components(separatedBy: "\n").filter { !$0.isEmpty } == expected)
    for name in try folder.contents {
      #expect(try Image(contentsOf: URL(fileURLWithPath: folder.path(name))).width > 600)
    }
  }

  /// Times aside; and paths that react may turn where rounding differs.
  @Test func `The guide has the table that the program on distributions prints`() throws {
    let guide = try String(
      contentsOf: Command.package.appendingPathComponent("../Docs/Choosing.md"), encoding: .utf8)
    let command = try Command.run("distributions", [])
    #expect(command.status == 0, "\(command.error)")
    let printed = command.output.components(separatedBy: "\n").filter { !$0.isEmpty }
    let table = guide.components(separatedBy: "\n")
      .drop { $0 != printed[0] }.prefix(printed.count)
    try #require(table.count == printed.count && table.count > 20)
    for (known, line) in zip(table, printed).dropFirst() {
      let name = String(line.prefix(30))
      #expect(known.hasPrefix(name))
      var numbers = [known, line].map { $0.dropFirst(30).split(separator: " ").map { Double($0) } }
      try #require(numbers[0].count == numbers[1].count, "\(name)")
      if !name.hasPrefix("random") { for row in 0...1 { numbers[row].remove(at: 1) } }
      for (expected, number) in zip(numbers[0], numbers[1]) {
        let (expected, number) = (try #require(expected), try #require(number))
        #expect(abs(number - expected) <= 0.05 + 0.1 * abs(expected), "\(line)\n\(known)")
      }
    }
  }

  @Test(arguments: ["vehicles", "pasted-objects"])
  func `A count that is none is told, and nothing is computed`(program: String) throws {
    for count in ["many", "0", "-3", "1.5"] {
      let command = try Command.run(program, [count])
      #expect(command.status == 64)
      #expect(command.output.hasPrefix("'\(count)' is no number of "))
      #expect(command.output.contains("write \(program) ["))
    }
  }
}
