// SPDX-License-Identifier: Apache-2.0

/// A file to write, of the kind that its name tells.
///
/// `Kind` has the endings that a command can write.
public struct OutputFile<Kind>: Sendable, Equatable
where Kind: RawRepresentable<String> & CaseIterable & Sendable & Equatable {
  public let path: String
  public let kind: Kind

  /// - Throws: ``ToolError/usage(_:)`` for other names, and for one file named twice.
  static func files(_ paths: [String]) throws -> [OutputFile] {
    var files: [OutputFile] = []
    for path in paths {
      guard let kind = Kind(rawValue: path.fileExtension) else {
        throw ToolError.usage(
          "--output \(path): what to write is told by the name: "
            + Kind.allCases.map { "FILE.\($0.rawValue)" }.joined(separator: ", "))
      }
      if files.contains(where: { $0.path == path }) {
        throw ToolError.usage("--output \(path) is given twice")
      }
      files.append(OutputFile(path: path, kind: kind))
    }
    return files
  }
}
