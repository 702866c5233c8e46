// SPDX-License-Identifier: Apache-2.0

/// A piece of a line of words.
struct TokenPiece {
  let text: String
  /// `nil` for what lies on nothing.
  let ground: Color?
  let ink: Color?
  /// Whether it stands behind the one before it without white space.
  var isJoined = false
  /// Whether it is of no sentence, so that its letters do not join the order of those beside it.
  var isApart = false
}

/// Pieces of text in lines, set as one text: letters join, and directions change, as the script has
/// it, whatever the pieces are.
struct TokenFlow {
  let text: TypesetText
  /// What pieces lie on, in pixels from the top left of the text.
  let boxes: [TypesetText.Box]

  /// - Parameters:
  ///   - pad: How far a box reaches beyond its letters where nothing is joined to it.
  init(
    _ pieces: [TokenPiece], size: Double, width: Double, leading: Double, pad: Double,
    isRightToLeft: Bool, by typesetter: Typesetter
  ) throws {
    var content = ""
    var ranges: [Range<Int>] = []
    var spans: [TypesetText.Span] = []
    for (index, piece) in pieces.enumerated() {
      if index > 0, !piece.isJoined {
        let start = content.utf8.count
        content += " "
        // Room for the margins of the boxes on both sides.
        spans.append(.init(range: start..<start + 1, spacing: 1.2 * pad))
      }
      if piece.isApart { content += "\u{2068}" }
      let start = content.utf8.count
      content += piece.text.withoutCommands
      ranges.append(start..<content.utf8.count)
      if let ink = piece.ink, ink != .black {
        spans.append(.init(range: start..<content.utf8.count, ink: ink))
      }
      if piece.isApart { content += "\u{2069}" }
    }
    text = try TypesetText(
      content,
      style: TypesetText.Style(
        size: size, width: width, leading: leading, isRightToLeft: isRightToLeft),
      spans: spans, by: typesetter)
    boxes = Self.spread(try text.boxes(of: ranges), pad: pad)
  }

  /// Boxes with margins at their sides, and a fine gap between those that touch.
  private static func spread(_ boxes: [TypesetText.Box], pad: Double) -> [TypesetText.Box] {
    var result: [TypesetText.Box] = []
    for line in Dictionary(grouping: boxes, by: \.y).sorted(by: { $0.key < $1.key }) {
      let line = joined(line.value)
      for (index, box) in line.enumerated() {
        let before = index > 0 ? box.x - line[index - 1].x - line[index - 1].width : .infinity
        let next = index + 1 < line.count ? line[index + 1].x - box.x - box.width : .infinity
        let left = margin(before, pad: pad)
        let right = margin(next, pad: pad)
        result.append(
          TypesetText.Box(
            span: box.span, x: box.x - left, y: box.y,
            width: max(box.width + left + right, 0), height: box.height))
      }
    }
    return result
  }

  /// The boxes of one line from the left, each of those that touch and are of one span: where letters
  /// are of different fonts, Pango has several.
  private static func joined(_ line: [TypesetText.Box]) -> [TypesetText.Box] {
    let sorted = line.sorted { ($0.x, $0.width, $0.span) < ($1.x, $1.width, $1.span) }
    return sorted.reduce(into: []) { boxes, box in
      guard let last = boxes.last, last.span == box.span, box.x - last.x - last.width < 1 else {
        return boxes.append(box)
      }
      boxes[boxes.count - 1] = TypesetText.Box(
        span: box.span, x: last.x, y: box.y, width: box.x + box.width - last.x, height: box.height)
    }
  }

  /// What a box gets at a side, by the room to the next.
  private static func margin(_ room: Double, pad: Double) -> Double {
    room < 1 ? -pad / 6 : min(pad, room / 2 - pad / 6)
  }
}

extension TokenStrip {
  var pieces: [TokenPiece] {
    shown.map { token in
      let (ground, ink) = colors(of: token)
      return TokenPiece(
        text: token.text, ground: ground, ink: ink, isJoined: token.isJoined,
        isApart: token.isSpecial)
    }
  }
}

/// The legend of a sheet as a line of words.
struct LegendPieces {
  let pieces: [TokenPiece]

  init(_ sheet: TokenSheet) {
    func chip(_ chip: TokenSheet.Chip) -> TokenPiece {
      TokenPiece(text: " \(chip.text) ", ground: chip.ground, ink: chip.ink)
    }
    let quiet = Color(0x59616B)
    func word(_ text: String) -> TokenPiece { TokenPiece(text: text, ground: nil, ink: quiet) }
    pieces =
      [word(sheet.legendWords.low)] + sheet.legend.map(chip) + [word(sheet.legendWords.high)]
      + (sheet.nothing.map { [chip($0), word("no part at all, or kept in its place")] } ?? [])
  }
}
