// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Rows of a table as a model takes them, and as people read them.
public struct TableRows: Sendable {
  /// The file's name.
  public let file: String
  /// A tensor for each input of the model, `[rows, columns]`.
  public let inputs: Inputs
  /// The rows' places in the file, counted from 1.
  public let numbers: [Int]
  /// What was to be predicted, as the file has it; empty where there is no such column.
  public let targets: [String]
  /// Columns of the file that are neither features nor the target.
  public let leftOut: [String]
  /// Of each feature what all rows have.
  let columns: [Column]

  /// A feature's values.
  enum Column: Sendable, Equatable {
    case numbers([Double])
    case categories([Int])
  }

  public var count: Int { numbers.count }
}

extension TableLayout {
  /// A feature's value in a row.
  public func value(of feature: Int, row: Int, in rows: TableRows) -> FeatureValue {
    switch rows.columns[feature] {
    case .numbers(let numbers): .number(numbers[row])
    case .categories(let places):
      .category(features[feature].categories?[places[row]] ?? "")
    }
  }

  /// The rows of a table: columns found by name, numbers standardized, categories encoded.
  ///
  /// - Throws: ``TableError`` with line and column, for a value that cannot be fed; where a column is
  ///   missing, or has another unit than the description says.
  public func rows(of table: CSVTable) throws -> TableRows {
    guard table.rowCount > 0 else {
      throw TableError(table.file, "it has a header and no rows: there is nothing to explain")
    }
    let places = try features.map { try place(of: $0, in: table) }
    let columns = try features.indices.map { try column($0, at: places[$0], of: table) }
    let targetPlace = target.flatMap { name in table.columns.firstIndex { $0.isCalled(name) } }
    let known = Set(places + [targetPlace].compactMap { $0 })
    return TableRows(
      file: table.file, inputs: try inputs(of: columns, count: table.rowCount),
      numbers: table.range.map { $0 + 1 },
      targets: try targetPlace.map { place in
        try (0..<table.rowCount).map { try table.text(row: $0, column: place).trimmed }
      } ?? [],
      leftOut: table.columns.indices.filter { !known.contains($0) }.map { table.columns[$0].name },
      columns: columns)
  }

  private func place(of feature: TableFeature, in table: CSVTable) throws -> Int {
    let place = try table.column(named: feature.name)
    if let unit = table.columns[place].unit, let own = feature.unit, unit != own {
      throw TableError(
        table.file, line: 1, column: feature.name,
        "it is in \(unit), and the description has \(own): convert the column")
    }
    return place
  }

  private func column(_ index: Int, at place: Int, of table: CSVTable) throws -> TableRows.Column {
    guard let categories = features[index].categories else {
      return .numbers(try table.numbers(of: place))
    }
    let ids = Dictionary(
      categories.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return .categories(
      try (0..<table.rowCount).map { row in
        let text = try table.text(row: row, column: place).trimmed
        guard let id = ids[text] else {
          throw TableError(
            table.file, line: table.line(ofRow: row), column: features[index].name,
            text.isEmpty
              ? "a value is missing: fill it in, or leave the row out"
              : "'\(text)' is no category; there are \(categories.listed())")
        }
        return id
      })
  }

  func inputs(of columns: [TableRows.Column], count: Int) throws -> Inputs {
    var tensors: [String: Tensor] = [:]
    for fed in inputs {
      let width = fed.features.reduce(0) { $0 + features[$1].width }
      let shape = fed.input.shape?.count == 1 ? [count] : [count, width]
      var cells = [Double](repeating: 0, count: count * width)
      for feature in fed.features {
        let start = slots[feature].columns.lowerBound
        for row in 0..<count {
          let cell = row * width + start
          switch (columns[feature], features[feature].kind) {
          case (.numbers(let numbers), .number(let mean, let scale)):
            cells[cell] = (numbers[row] - mean) / scale
          case (.categories(let ids), .oneHot(let categories, let dropped)):
            guard let place = Self.place(of: ids[row], categories, dropped) else { continue }
            cells[cell + place] = 1
          case (.categories(let ids), _): cells[cell] = Double(ids[row])
          default: continue
          }
        }
      }
      let tensor = try Tensor(cells, shape: shape)
      tensors[fed.input.name] =
        fed.isLookedUp ? try tensor.converted(to: fed.input.elementType) : tensor
    }
    return Inputs(tensors)
  }

  /// The place of a category in its group.
  private static func place(of id: Int, _ categories: [String], _ dropped: String?) -> Int? {
    guard let dropped, let out = categories.firstIndex(of: dropped) else { return id }
    return id == out ? nil : id > out ? id - 1 : id
  }
}
