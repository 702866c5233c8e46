// SPDX-License-Identifier: Apache-2.0

/// What stands on the command line of tables, as it was written.
public struct TableOptions: Sendable {
  /// The file that describes the features; nil looks beside the model.
  public var features: String?
  /// The column of what is to be predicted.
  public var target: String?
  /// Columns that are left out.
  public var ignored: [String] = []

  public init() {}

  /// - Throws: ``ToolError/usage(_:)`` where parts make no sense together.
  func check(_ options: ExplainOptions) throws {
    guard options.isTable else {
      let strays = [
        ("--features", features != nil), ("--target", target != nil),
        ("--ignore", !ignored.isEmpty),
      ]
      if let stray = strays.first(where: \.1) {
        throw ToolError.usage("\(stray.0) is for tables: give a .csv file to explain")
      }
      return
    }
    guard options.inputs.count == 1 else {
      throw ToolError.usage(
        "a table holds all that is explained: give one .csv file alone, and explain others one after "
          + "the other")
    }
    if let input = options.inputs.first, let mark = input.firstIndex(of: "="),
      !SystemFile.exists(TablePlace(input).file)
    {
      throw ToolError.usage(
        "\(input): a table has columns for all of the model's inputs: give it alone, without NAME=, as in "
          + "\(input[input.index(after: mark)...])")
    }
  }
}

extension ExplainOptions {
  /// Whether rows of a table are explained.
  var isTable: Bool { inputs.contains { TablePlace($0).isTable } }
}

/// A table on the command line, and which of its rows: `rows.csv`, `rows.csv#3` or `rows.csv#3-7`,
/// counted from 1.
struct TablePlace: Equatable {
  let file: String
  private let rows: String?

  init(_ text: String) {
    guard let mark = text.lastIndex(of: "#"), !SystemFile.exists(text),
      String(text[..<mark]).isTableName
    else {
      (file, rows) = (text, nil)
      return
    }
    file = String(text[..<mark])
    rows = String(text[text.index(after: mark)...])
  }

  var isTable: Bool { file.isTableName }

  /// The chosen rows of so many, counted from 0.
  ///
  /// - Throws: ``ToolError/usage(_:)`` where they are not written so, ``ToolError/data(_:)`` where they
  ///   are not there.
  func range(of count: Int) throws -> Range<Int> {
    guard let rows else { return 0..<count }
    let ends = rows.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
      first >= 1, last >= first
    else {
      throw ToolError.usage(
        "'#\(rows)' behind \(file) names no rows: write #3 for one or #3-7 for several, counted from 1"
      )
    }
    guard last <= count else {
      throw ToolError.data("\(file) has \(count) row\(count == 1 ? "" : "s"), and no row \(last)")
    }
    return first - 1..<last
  }
}

extension String {
  /// Whether a file's name says that it is a table.
  var isTableName: Bool { fileExtension == "csv" }
}
