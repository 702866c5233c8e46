// SPDX-License-Identifier: Apache-2.0

import CTypeset

/// A text in lines, ready to be drawn.
///
/// Lengths are pixels from the top left.
final class TypesetText {
  /// A part of the text's UTF-8.
  struct Span {
    var range: Range<Int>
    var ink: Color = .black
    /// Room behind every letter.
    var spacing = 0.0
  }

  struct Style {
    var size: Double
    /// What lines are broken at; `nil` breaks none.
    var width: Double?
    /// Between two lines.
    var leading = 0.0
    var isBold = false
    var isRightToLeft = false
  }

  /// Where a span lies in one line.
  struct Box: Equatable {
    let span: Int
    let x, y, width, height: Double
  }

  let width: Double
  let height: Double
  /// The signs that no installed font has.
  let missing: Int
  let handle: OpaquePointer
  /// What it was made by, which has to last as long.
  private let typesetter: Typesetter

  /// - Parameters:
  ///   - text: Without NUL.
  ///   - spans: In the order of the text, not overlapping; what is in none has the ink that it is
  ///     drawn with.
  init(
    _ text: String, style: Style, spans: [Span] = [], by typesetter: Typesetter
  ) throws {
    let style = ty_style(
      size: style.size, width: style.width ?? 0, leading: style.leading,
      bold: style.isBold ? 1 : 0, right_to_left: style.isRightToLeft ? 1 : 0)
    let spans = spans.map(ty_span.init)
    let characters = text.utf8CString
    var handle: OpaquePointer?
    try characters.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      try Typesetter.check(
        ty_text_create(
          typesetter.handle, start, characters.count - 1, style, spans, spans.count, &handle))
    }
    guard let handle else { throw VisualizationError(.outOfMemory, message: "no text was set") }
    self.typesetter = typesetter
    self.handle = handle
    width = ty_text_width(handle)
    height = ty_text_height(handle)
    missing = ty_text_missing(handle)
  }

  deinit { ty_text_free(handle) }

  /// The places of parts of the text, line by line.
  func boxes(of ranges: [Range<Int>]) throws -> [Box] {
    let spans = ranges.map { ty_span(Span(range: $0)) }
    var boxes: UnsafeMutablePointer<ty_box>?
    var count = 0
    try Typesetter.check(ty_text_boxes(handle, spans, spans.count, &boxes, &count))
    defer { ty_free(boxes) }
    return UnsafeBufferPointer(start: boxes, count: count).map {
      Box(span: $0.span, x: $0.x, y: $0.y, width: $0.width, height: $0.height)
    }
  }
}

extension ty_span {
  init(_ span: TypesetText.Span) {
    self.init(
      start: UInt32(span.range.lowerBound), end: UInt32(span.range.upperBound),
      ink: ty_color(span.ink), spacing: span.spacing)
  }
}
