// SPDX-License-Identifier: Apache-2.0

/// Places words, their boxes and what is said of them, and then draws all on a picture that is as
/// high as it has to be.
///
/// Lengths are pixels of the image.
struct TokenPainter {
  /// What a token lies on.
  struct Ground: Equatable {
    /// Which piece of its line of words.
    let piece: Int
    let x, y, width, height: Double
    let color: Color
  }

  private struct Writing {
    let text: TypesetText
    let x, y: Double
    let ink: Color
  }

  private static let ink = Color(0x1F2328)
  private static let quietInk = Color(0x59616B)
  private static let line = Color(0xC9D1D9)

  let typesetter: Typesetter
  /// Pixels of the image for one of single density.
  let density: Double
  /// Of the image.
  let width: Int
  private(set) var grounds: [Ground] = []
  private var writings: [Writing] = []
  /// Where the next thing goes.
  private var y: Double

  private var margin: Double { 20 * density }

  init(
    width: Int, scale: Int, library: String = Typesetter.standardLibrary
  ) throws {
    precondition((160...4000).contains(width), "a picture of words \(width) pixels wide")
    precondition((1...8).contains(scale), "a picture of words at \(scale) times its size")
    typesetter = try Typesetter(library: library)
    density = Double(scale)
    self.width = width * scale
    y = 16 * density
  }

  // MARK: Placing

  mutating func add(_ sheet: TokenSheet) throws {
    if !sheet.title.isEmpty { try write(sheet.title, size: 19, isBold: true) }
    for (index, detail) in sheet.details.enumerated() {
      try write(detail, size: 13, ink: index == 0 ? Self.ink : Self.quietInk)
    }
    y += 6 * density
    try place(
      LegendPieces(sheet).pieces, x: margin, width: inner, size: 13, isRightToLeft: false)
    y += 10 * density
    let names = try nameWidth(of: sheet)
    for text in sheet.texts { try add(text, of: sheet, nameWidth: names) }
  }

  mutating func add(_ strip: TokenStrip) throws {
    try place(
      strip.pieces, x: margin, width: inner, size: 16, isRightToLeft: strip.isRightToLeft)
    y += 8 * density
  }

  private mutating func add(
    _ text: TokenSheet.Text, of sheet: TokenSheet, nameWidth: Double?
  ) throws {
    rule()
    try write(text.title, size: 14, isBold: true)
    if !text.detail.isEmpty { try write(text.detail, size: 12, ink: Self.quietInk) }
    for (row, strip) in sheet.strips(of: text).enumerated() {
      let detail = sheet.detail(of: row, in: text)
      guard sheet.namesRows else {
        if !detail.isEmpty { try write(detail, size: 12, ink: Self.quietInk) }
        y += 4 * density
        try add(strip)
        continue
      }
      y += 5 * density
      let top = y
      let side = nameWidth ?? inner
      try write(text.rows[row].name, size: 13, isBold: true, width: side)
      if !detail.isEmpty { try write(detail, size: 11.5, ink: Self.quietInk, width: side) }
      let bottom = y
      let indent = nameWidth.map { $0 + 14 * density } ?? 0
      if nameWidth != nil { y = top }
      try place(
        strip.pieces, x: margin + indent, width: inner - indent, size: 16,
        isRightToLeft: strip.isRightToLeft)
      y = max(y, bottom) + 4 * density
    }
    y += 4 * density
  }

  private var inner: Double { Double(width) - 2 * margin }

  /// What names beside words take; `nil` where they stand above, for want of room.
  private func nameWidth(of sheet: TokenSheet) throws -> Double? {
    guard sheet.namesRows, inner >= 440 * density else { return nil }
    let widths = try sheet.texts.flatMap { text in
      try text.rows.indices.flatMap { row in
        let name = try set(text.rows[row].name, size: 13, isBold: true)
        let detail = try set(sheet.detail(of: row, in: text), size: 11.5)
        return [name.width, detail.width]
      }
    }
    return min((widths.max() ?? 0).rounded(.up) + 1, 0.3 * inner)
  }

  private func set(
    _ text: String, size: Double, isBold: Bool = false, width: Double? = nil
  ) throws -> TypesetText {
    try check(text.unicodeScalars.count)
    return try TypesetText(
      text.withoutCommands,
      style: TypesetText.Style(size: size * density, width: width, isBold: isBold), by: typesetter)
  }

  private mutating func write(
    _ text: String, size: Double, isBold: Bool = false, ink: Color = TokenPainter.ink,
    width: Double? = nil
  ) throws {
    let text = try set(text, size: size, isBold: isBold, width: width ?? inner)
    writings.append(Writing(text: text, x: margin, y: y, ink: ink))
    y += text.height + 2 * density
  }

  private mutating func rule() {
    grounds.append(
      Ground(piece: -1, x: margin, y: y.rounded(), width: inner, height: density, color: Self.line))
    y = y.rounded() + 9 * density
  }

  /// Places pieces in lines, with what they lie on behind them.
  private mutating func place(
    _ pieces: [TokenPiece], x: Double, width: Double, size: Double, isRightToLeft: Bool
  ) throws {
    try check(pieces.reduce(0) { $0 + $1.text.unicodeScalars.count })
    let pad = 3 * density
    let flow = try TokenFlow(
      pieces, size: size * density, width: width - 2 * pad, leading: 8 * density, pad: pad,
      isRightToLeft: isRightToLeft, by: typesetter)
    let rise = 2 * density
    for box in flow.boxes {
      guard let color = pieces[box.span].ground else { continue }
      // Whole pixels, so that every one of them has the color and no mixture.
      let (left, top) = ((x + pad + box.x).rounded(), (y + box.y).rounded())
      let right = max((x + pad + box.x + box.width).rounded(), left + 1)
      let bottom = (y + rise + box.y + box.height + rise).rounded()
      grounds.append(
        Ground(
          piece: box.span, x: left, y: top, width: right - left, height: bottom - top,
          color: color))
    }
    // The whole contrast that the ground allows.
    writings.append(Writing(text: flow.text, x: x + pad, y: y + rise, ink: .black))
    y += flow.text.height + 2 * rise
  }

  private func check(_ signs: Int) throws {
    guard signs <= TokenPicture.signLimit else {
      throw VisualizationError(
        .tooLarge,
        message: "a text of \(signs) signs is longer than the \(TokenPicture.signLimit) of a "
          + "picture: write a page, or cut the text")
    }
    // Found out here, so that no more is set than can be drawn.
    let limit = min(TypesetPicture.sideLimit, TokenPicture.pixelLimit / width)
    guard y <= Double(limit) else {
      throw VisualizationError(
        .tooLarge,
        message:
          "the texts make a picture higher than the \(limit) pixels that one of \(width) may "
          + "have: show them in parts, at a smaller scale, or on a page")
    }
  }

  // MARK: Drawing

  /// The picture of what was placed.
  consuming func picture(of place: (inout TokenPainter) throws -> Void) throws -> TokenPicture {
    try place(&self)
    y += 8 * density
    try check(0)
    let picture = try TypesetPicture(
      width: width, height: Int(y.rounded(.up)), background: .white, by: typesetter)
    for ground in grounds {
      picture.fill(
        x: ground.x, y: ground.y, width: ground.width, height: ground.height,
        radius: ground.piece < 0 ? 0 : 3 * density, ground.color)
    }
    for writing in writings {
      picture.write(writing.text, x: writing.x, y: writing.y, ink: writing.ink)
    }
    return TokenPicture(
      image: picture.image, missingSigns: writings.reduce(0) { $0 + $1.text.missing })
  }
}
