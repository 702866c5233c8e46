// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where the snippets of the documentation run: a fresh folder that has the examples' `Models` and
/// `Data`, so that the paths in them are those of the guides, and what they write harms nobody.
enum Workplace {
  /// The package's own folder.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let folder = FileManager.default.temporaryDirectory
    .appending(path: "documentation-\(ProcessInfo.processInfo.processIdentifier)")

  private static let entered = Result {
    let files = FileManager.default
    try? files.removeItem(at: folder)
    atexit { try? FileManager.default.removeItem(at: Workplace.folder) }
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["Models", "Data"] {
      try files.createSymbolicLink(
        at: folder.appending(path: name),
        withDestinationURL: root.appending(path: "Examples/\(name)"))
    }
    struct NotEntered: Error {}
    guard files.changeCurrentDirectoryPath(folder.path) else { throw NotEntered() }
  }

  /// Makes the folder the current one, for the whole process; the first call alone does something.
  static func enter() throws { try entered.get() }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The files of a folder whose names end so, as paths from the root, in order.
  static func files(in folder: String, endingIn ending: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
      .filter { $0.hasSuffix(ending) }.sorted().map { "\(folder)/\($0)" }
  }
}
