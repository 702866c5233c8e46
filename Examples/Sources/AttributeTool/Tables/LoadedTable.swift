// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Tables
import Torch

/// The table that is explained, and how its columns become the model's inputs.
public struct LoadedTable: Sendable {
  public let layout: TableLayout
  public let rows: TableRows
  public let separator: CSVSeparator
  /// The file that describes the features; nil where columns go in as they stand.
  public let description: String?
  /// The table's own file.
  let path: String

  /// - Returns: `nil` where no table is explained.
  /// - Throws: ``TableError``, which names the place in a file; ``ToolError``.
  init?(_ options: ExplainOptions, for model: any Model) throws {
    guard options.isTable, let input = options.inputs.first else { return nil }
    let place = TablePlace(input)
    let whole = try CSVTable(path: place.file)
    let table = whole[try place.range(of: whole.rowCount)]
    path = place.file
    separator = whole.separator
    description = options.table.features ?? Self.description(beside: options.model)
    for name in options.table.ignored + [options.table.target].compactMap({ $0 }) {
      _ = try whole.column(named: name)
    }
    if let description {
      var file = try FeatureFile(path: description)
      file.target = options.table.target ?? file.target
      layout = try TableLayout(file, for: model, file: description.fileName)
    } else {
      layout = try TableLayout(
        columnsOf: whole, for: model, target: options.table.target, ignoring: options.table.ignored)
    }
    rows = try layout.rows(of: table)
  }

  /// `MODEL.features.json`, or `features.json` in the model's folder.
  private static func description(beside model: String) -> String? {
    let name = model.fileExtension == "onnx" ? String(model.dropLast(5)) : model
    let folder = model.lastIndex(of: "/").map { String(model[...$0]) } ?? ""
    return ["\(name).features.json", "\(folder)features.json"].first(where: SystemFile.exists)
  }

  /// What the engine is fed.
  var inputs: LoadedInputs {
    LoadedInputs(
      tensors: rows.inputs.tensors,
      instances: rows.numbers.map { Instance(file: path, row: $0) })
  }

  /// Rows of another table, laid out as this one.
  func rows(of text: String) throws -> TableRows {
    let place = TablePlace(text)
    let table = try CSVTable(path: place.file)
    return try layout.rows(of: table[place.range(of: table.rowCount)])
  }

  /// What a user should know before reading the numbers.
  func notes(_ plan: ExplainPlan, isScaled: Bool) -> [String] {
    var notes: [String] = []
    if isScaled {
      let output = layout.output
      notes.append(
        "\(output.name ?? "prediction") = \(output.mean.text(4)) + \(output.scale.text(4)) × the model's own "
          + "number")
    }
    if let description { notes.append("features as \(description.fileName) describes them") }
    if !rows.leftOut.isEmpty {
      notes.append("columns left out: " + rows.leftOut.joined(separator: ", "))
    }
    if separator != .comma { notes.append("fields separated by \(separator.name)") }
    if plan.startsAtZeros, let note = zeroNote { notes.append(note) }
    return notes
  }

  /// What zeros mean in this table.
  private var zeroNote: String? {
    let isStandardized = layout.features.map { feature in
      if case .number(let mean, _) = feature.kind { mean != 0 } else { true }
    }
    let hasCategories = layout.features.contains { $0.categories != nil }
    if isStandardized.allSatisfy({ $0 }) {
      return "baseline: the mean of every number" + (hasCategories ? ", and no category" : "")
    }
    return
      "baseline: 0 of every feature, which may be far from all rows: --baseline mean:FILE.csv takes "
      + "the mean of other rows, as those of the training"
  }
}

extension ExplainPlan {
  /// Whether paths start at zeros of what the network gets.
  var startsAtZeros: Bool {
    guard distribution.options.contains(.baseline) else { return false }
    return options.baseline == "zeros"
      || (options.baseline == nil && table?.layout.features.allSatisfy { $0.start == nil } ?? true)
  }

  /// The plan for a table, whose features become numbers at its own cut.
  func reading(_ table: LoadedTable?) -> ExplainPlan {
    guard let table else { return self }
    var plan = self
    plan.table = table
    if options.from == "input" {
      plan.slice = NetworkSlice(from: table.layout.cut, to: slice.end)
    }
    return plan
  }

  /// Whether attributions are told feature by feature.
  var describesFeatures: Bool {
    table != nil && options.from == "input" && !options.measuresInfluence && !options.isAbsolute
  }

  /// Rows of another table for a baseline; `nil` where the name is no table's.
  ///
  /// - Throws: ``ToolError/usage(_:)`` where no table is explained that tells what its columns are.
  func tableRows(_ text: String) throws -> TableRows? {
    guard TablePlace(text).isTable else { return nil }
    guard let table else {
      throw ToolError.usage(
        "\(text) is a table, and what is explained is none: give the rows as .csv, too, or both as .npy"
      )
    }
    return try table.rows(of: text)
  }

  /// The same as a tensor, for models with one input.
  func tableTensor(_ text: String) throws -> Tensor? {
    guard let rows = try tableRows(text) else { return nil }
    guard let tensor = rows.inputs.tensors.first?.value, rows.inputs.tensors.count == 1 else {
      throw ToolError.data(
        "\(text) cannot be taken here: the model has several inputs; mean:FILE.csv, median:FILE.csv, "
          + "samples:FILE.csv and FILE.csv#3 can")
    }
    return tensor
  }

  /// Where paths of a table start unless told otherwise.
  func standardStart() throws -> (any Baseline)? {
    options.baseline == nil ? try table?.layout.baseline : nil
  }
}
