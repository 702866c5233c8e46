// SPDX-License-Identifier: Apache-2.0

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension CSVTable {
  /// Reads a file.
  ///
  /// - Throws: ``TableError``.
  public init(path: String, separator: CSVSeparator? = nil) throws {
    try self.init(bytes: Self.bytes(of: path), file: Self.name(of: path), separator: separator)
  }

  /// - Throws: ``TableError`` where the system refuses.
  static func bytes(of path: String) throws -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      let isThere = FileManager.default.fileExists(atPath: path)
      throw TableError(path, isThere ? "it cannot be read" : "there is no such file")
    }
  }

  /// The last part of a path.
  static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
