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
}
