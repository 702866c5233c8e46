// SPDX-License-Identifier: Apache-2.0

/// Where the parts of a panel go, and how they are drawn.
///
/// A cell, from the top: title, detail, picture, color bar, numbers. The parts of a row's cells line
/// up; a part that no cell of the row has takes no room.
struct PanelLayout {
  private struct Cell {
    let tile: Panel.Tile
    let picture: Image
    let scale: ColorScale?
  }

  private let rows: [[Cell]]
  private let columnWidths: [Int]
  private let title: String
  private let style: Panel.Style

  init(_ tiles: [Panel.Tile], columns: Int, title: String, style: Panel.Style) {
    self.title = title
    self.style = style
    let cells = tiles.map { tile -> Cell in
      let image = tile.picture.image
      let longer = max(image.width, image.height)
      let enlargement = max(1, (style.minimumSide + longer - 1) / longer)
      let reduction = max(1, (longer + style.maximumSide - 1) / max(1, style.maximumSide))
      return Cell(
        tile: tile,
        picture: image.enlarged(by: enlargement).reduced(
          by: longer > style.minimumSide ? reduction : 1),
        scale: tile.showsColorBar ? tile.picture.colorScale : nil)
    }
    let rows = stride(from: 0, to: cells.count, by: columns).map {
      Array(cells[$0..<min($0 + columns, cells.count)])
    }
    self.rows = rows
    let typeface = Typeface.standard
    let titles = style.capitals
    let details = style.capitals * 0.85
    columnWidths = (0..<columns).map { column in
      rows.compactMap { column < $0.count ? $0[column] : nil }.map { cell in
        max(
          cell.picture.width, Int(typeface.width(of: cell.tile.title, capitals: titles)) + 1,
          Int(typeface.width(of: cell.tile.detail, capitals: details)) + 1)
      }.max() ?? 0
    }
  }

  private var small: Float { style.capitals * 0.85 }
  /// From the tops of one line's capitals to those of the next.
  private var titleLine: Int { Int(style.capitals * 1.9) }
  private var smallLine: Int { Int(small * 2.1) }
  private var barHeight: Int { max(4, Int(style.capitals * 0.8)) }
  private var barGap: Int { Int(style.capitals * 0.9) }

  private func heights(of row: [Cell]) -> (head: Int, picture: Int, foot: Int) {
    let head =
      (row.contains { !$0.tile.title.isEmpty } ? titleLine : 0)
      + (row.contains { !$0.tile.detail.isEmpty } ? smallLine : 0)
    let foot = row.contains { $0.scale != nil } ? barGap + barHeight + Int(small * 1.7) : 0
    return (head, row.map(\.picture.height).max() ?? 0, foot)
  }

  func draw() -> Image {
    let banner = title.isEmpty ? 0 : Int(style.capitals * 2.8)
    let inner = columnWidths.reduce(0, +) + style.gap * (columnWidths.count - 1)
    let bannerWidth = Int(Typeface.standard.width(of: title, capitals: style.capitals * 1.2)) + 1
    var height = 2 * style.margin + banner + style.gap * (rows.count - 1)
    for row in rows {
      let parts = heights(of: row)
      height += parts.head + parts.picture + parts.foot
    }
    var canvas = Canvas(
      width: max(inner, bannerWidth) + 2 * style.margin, height: height,
      background: style.background)
    canvas.write(
      title, x: Float(style.margin), y: style.margin, capitals: style.capitals * 1.2, weight: 1.5,
      color: style.ink)
    var y = style.margin + banner
    for row in rows {
      let parts = heights(of: row)
      var x = style.margin
      for (column, cell) in row.enumerated() {
        draw(cell, on: &canvas, x: x, y: y, head: parts.head, pictureHeight: parts.picture)
        x += columnWidths[column] + style.gap
      }
      y += parts.head + parts.picture + parts.foot + style.gap
    }
    return canvas.image
  }

  private func draw(
    _ cell: Cell, on canvas: inout Canvas, x: Int, y: Int, head: Int, pictureHeight: Int
  ) {
    canvas.write(
      cell.tile.title, x: Float(x), y: y, capitals: style.capitals, weight: 1.45, color: style.ink)
    if !cell.tile.detail.isEmpty {
      // The last line of the head, so that details line up where some tile has no title.
      canvas.write(
        cell.tile.detail, x: Float(x), y: y + head - smallLine, capitals: small,
        color: style.quietInk)
    }
    let (width, height) = (cell.picture.width, cell.picture.height)
    canvas.draw(cell.picture, x: x, y: y + head)
    canvas.frame(style.frame, x: x, y: y + head, width: width, height: height)
    if let scale = cell.scale {
      draw(scale, on: &canvas, x: x, y: y + head + pictureHeight + barGap, width: width)
    }
  }

  /// A bar of a scale's colors, and the values of its ends and of its middle where that is 0.
  private func draw(_ scale: ColorScale, on canvas: inout Canvas, x: Int, y: Int, width: Int) {
    for column in 0..<width {
      let share = width > 1 ? Double(column) / Double(width - 1) : 0.5
      let value = scale.isSigned ? 2 * share - 1 : share
      canvas.fill(scale.color(of: value), x: x + column, y: y, width: 1, height: barHeight)
    }
    canvas.frame(style.frame, x: x, y: y, width: width, height: barHeight)
    let typeface = Typeface.standard
    let line = y + barHeight + Int(small * 0.7)
    let low = labelText(scale.low)
    let high = labelText(scale.high)
    let highWidth = typeface.width(of: high, capitals: small)
    let quiet = style.quietInk
    canvas.write(low, x: Float(x), y: line, capitals: small, color: quiet)
    canvas.write(
      high, x: Float(x + width) - highWidth, y: line, capitals: small, color: quiet)
    if scale.isSigned, scale.high > 0 {
      let zero = typeface.width(of: "0", capitals: small)
      canvas.write(
        "0", x: Float(x) + (Float(width) - zero) / 2, y: line, capitals: small, color: quiet)
    }
  }
}
