// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Runs the programs of this package, as they are built.
struct Command {
  let status: Int32
  let output: String
  let error: String

  /// The package's folder.
  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Where programs and tests are built.
  static let products = URL(
    fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
  ).deletingLastPathComponent()

  static func run(_ program: String, _ arguments: [String]) throws -> Command {
    let own = products.appendingPathComponent(program)
    return try run(path: own, arguments)
  }

  static func run(path: URL, _ arguments: [String]) throws -> Command {
    let process = Process()
    process.executableURL = path
    process.arguments = arguments
    process.currentDirectoryURL = package
    let folder = try TemporaryFolder()
    // Files take any amount of text; a pipe would stop the program when it is full.
    let streams = ["output", "error"].map { folder.path($0) }
    let handles = try streams.map { path in
      _ = FileManager.default.createFile(atPath: path, contents: nil)
      return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationReason == .exit, "\(path.lastPathComponent) ended by a signal")
    let texts = try streams.map { try String(contentsOfFile: $0, encoding: .utf8) }
    return Command(status: process.terminationStatus, output: texts[0], error: texts[1])
  }

  /// `attribute` with some arguments.
  static func attribute(_ arguments: String...) throws -> Command {
    try run("attribute", arguments)
  }
}

/// A folder that goes when the test is over.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  var contents: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }
}
