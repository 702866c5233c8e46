// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Chromium without a window, where it is installed: as `chromium` of Debian, or as `CHROMIUM` says.
struct Browser {
  /// `nil` where there is none.
  static let installed: String? = {
    let own = ProcessInfo.processInfo.environment["CHROMIUM"].map { [$0] } ?? []
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-headless-shell", "/usr/bin/google-chrome"]
    return (own + usual).first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// What a page is once its scripts have run, and what it wrote to the console.
  struct Result {
    let document: String
    let messages: [String]
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Opens a file.
  static func open(_ file: URL, options: [String] = []) throws -> Result {
    guard let installed else { throw Failure(description: "no browser is installed") }
    let folder = file.deletingLastPathComponent()
    let (output, errors) = (folder.appending(path: "dom.txt"), folder.appending(path: "log.txt"))
    for file in [output, errors] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: installed)
    process.arguments =
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
        "--allow-file-access-from-files", "--window-size=1500,1000",
        "--user-data-dir=" + folder.appending(path: "profile").path,
      ] + options + ["--dump-dom", file.absoluteString]
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let deadline = Date(timeIntervalSinceNow: 120)
    while process.isRunning && Date() < deadline { Thread.sleep(forTimeInterval: 0.05) }
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    let log = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    guard process.terminationStatus == 0 else { throw Failure(description: log) }
    return Result(
      document: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      messages: log.split(separator: "\n").map(String.init).filter { $0.contains("CONSOLE") })
  }
}
