// SPDX-License-Identifier: Apache-2.0

import Attribution
import Tables
import Torch
import Visualization

extension Explanations {
  /// Writes all that is asked for, each file whole or not at all; the report last, since it tells
  /// where the others lie.
  ///
  /// - Returns: What one should know of the files.
  @discardableResult public func writeOutputs() throws -> [String] {
    let plan = first.plan
    var notes: [String] = []
    for file in plan.outputs {
      switch file.kind {
      case .npy: try first.activation.tensors[0].writeNPY(to: file.path)
      case .png where !first.texts.isEmpty: notes += try writeWords(to: file.path)
      case .png:
        let bytes = try isSeries ? first.seriesPicture() : pictureBytes()
        try SystemFile.replace(file.path, with: bytes)
      case .json: continue
      case .html: try SystemFile.replace(file.path, with: Array(page().utf8))
      case .csv:
        let values = first.table?.explanation.csv ?? ""
        try SystemFile.replace(file.path, with: Array(values.utf8))
      }
    }
    if let file = plan.options.standardErrors { try first.writeStandardErrors(to: file) }
    for file in plan.outputs where file.kind == .json {
      try SystemFile.replace(file.path, with: Array((try report().text + "\n").utf8))
    }
    return notes
  }

  private func page() throws -> String {
    if let table = first.table { return first.tablePage(table).html }
    return try first.texts.isEmpty ? first.seriesPage().html : sheet.page.html
  }

  /// A picture of the texts' words.
  private func writeWords(to file: String) throws -> [String] {
    let picture = try sheet.picture()
    try SystemFile.replace(file, with: Array(picture.image.pngData()))
    let missing = picture.missingSigns
    guard missing > 0 else { return [] }
    return [
      "\(file): no installed font has \(missing) of the signs, which are boxes: apt-get install "
        + "fonts-noto-core, fonts-noto-cjk for Chinese, Japanese and Korean, or "
        + "fonts-noto-color-emoji"
    ]
  }

  /// The report of the one configuration, or those of all.
  private func report() throws -> JSON {
    guard areSeveral else { return try first.report() }
    return [
      "format": "swift-attribution explanations 1",
      "explanations": .array(
        try zip(names, all).map { name, explanation in
          ["name": .string(name), "explanation": try explanation.report()]
        }),
    ]
  }
}

extension Explanation {
  /// The standard error of every attribution, of the attributions' shape.
  fileprivate func writeStandardErrors(to file: String) throws {
    guard let error = standardError else {
      throw ToolError.data("\(file): one draw has no standard error: draw more")
    }
    try error.tensors[0].writeNPY(to: file)
  }
}
