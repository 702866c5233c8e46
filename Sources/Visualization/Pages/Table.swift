// SPDX-License-Identifier: Apache-2.0

/// A table of a page, in a box of its own that scrolls where the page is narrower.
public struct Table: Sendable {
  /// What stands in one place.
  public struct Cell: Sendable {
    public let content: [Markup]
    /// What rows are sorted by, where a script runs; NaN goes last.
    public let sortKey: Double?
    public let mark: String?

    /// - Parameter mark: A class of the page's style.
    public init(_ content: Markup..., sortKey: Double? = nil, mark: String? = nil) {
      self.content = content
      self.sortKey = sortKey
      self.mark = mark
    }
  }

  public let caption: [Markup]
  /// A heading for each column, that of the rows' names first.
  public let columns: [[Markup]]
  /// In each the row's name first.
  public let rows: [[Cell]]
  public let isSortable: Bool

  /// - Precondition: Every row has a cell for each column.
  public init(
    caption: [Markup], columns: [[Markup]], rows: [[Cell]], isSortable: Bool = false
  ) {
    for row in rows {
      precondition(
        row.count == columns.count, "a row of \(row.count) cells under \(columns.count) columns")
    }
    self.caption = caption
    self.columns = columns
    self.rows = rows
    self.isSortable = isSortable
  }

  public func markup(label: String) -> Markup {
    let head = Markup.element(
      "thead", [:],
      [.element("tr", [:], columns.map { .element("th", ["scope": "col"], $0) })])
    let body = Markup.element(
      "tbody", [:],
      rows.map { row in
        .element("tr", [:], row.enumerated().map { Self.markup($1, isName: $0 == 0) })
      })
    return .element(
      "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": label],
      [
        .element(
          "table", isSortable ? ["class": "sortable"] : [:],
          [.element("caption", [:], caption), head, body])
      ])
  }

  private static func markup(_ cell: Cell, isName: Bool) -> Markup {
    let key = cell.sortKey.map(\.description) ?? ""
    if isName { return .element("th", ["scope": "row", "data-key": key], cell.content) }
    return .element("td", ["data-key": key, "class": cell.mark ?? ""], cell.content)
  }
}
