// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch
import Visualization

/// A file to write, of the kind that its name tells.
public struct OutputFile: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case npy
    case png
    case json
    case html
  }

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

extension Explanation {
  /// Writes all that is asked for, each file whole or not at all; the report last, since it tells
  /// where the others lie.
  public func writeOutputs() throws {
    for file in plan.outputs {
      switch file.kind {
      case .npy: try activation.tensors[0].writeNPY(to: file.path)
      case .png:
        let bytes = maps.series == nil ? try pictureBytes() : try seriesPicture()
        try SystemFile.replace(file.path, with: bytes)
      case .json: continue
      case .html:
        let page = maps.series == nil ? TextPage(self).html : try seriesPage().html
        try SystemFile.replace(file.path, with: Array(page.utf8))
      }
    }
    if let file = plan.options.standardErrors { try writeStandardErrors(to: file) }
    for file in plan.outputs where file.kind == .json {
      try SystemFile.replace(file.path, with: Array((try report().text + "\n").utf8))
    }
  }

  /// The standard error of every attribution, of the attributions' shape.
  private func writeStandardErrors(to file: String) throws {
    guard let error = standardError else {
      throw ToolError.data("\(file): one draw has no standard error: draw more")
    }
    try error.tensors[0].writeNPY(to: file)
  }
}
