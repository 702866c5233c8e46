// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import Visualization

@Suite struct PanelTests {
  typealias Tile = Panel.Tile

  @Test func `small pictures become squares of whole pixels`() throws {
    var values = [Float](repeating: 0, count: 64)
    values[0] = 1
    let image = try Image(width: 8, height: 8, format: .gray, samples: values)
    var style = Panel.Style()
    style.background = Color(0x808080)
    let panel = Panel([Tile(image)], style: style).image
    // 192 / 8 = 24 pixels each, and a margin of 24 on every side.
    #expect(panel.width == 240 && panel.height == 240)
    #expect(panel[24, 24] == [1, 1, 1] && panel[47, 47] == [1, 1, 1])
    #expect(panel[24, 48] == [0, 0, 0] && panel[48, 24] == [0, 0, 0])
    #expect(panel[215, 215] == [0, 0, 0])
    #expect(panel.color(row: 216, column: 216) == style.frame)
    #expect(panel.color(row: 230, column: 230) == style.background)
  }

  @Test(arguments: [(1, 1), (7, 3), (160, 90), (191, 2), (400, 300)])
  func `no picture stays smaller than the smallest side`(width: Int, height: Int) {
    let image = Image(filledWith: .black, width: width, height: height)
    let panel = Panel([Tile(image)]).image
    let longer = max(panel.width, panel.height) - 48
    #expect(longer >= 192)
    #expect(longer.isMultiple(of: max(width, height)))
  }

  @Test(arguments: [(1024, 10, 1024), (1025, 10, 513), (4000, 3000, 1000)])
  func `no picture is longer than the longest side`(width: Int, height: Int, shown: Int) {
    let image = Image(filledWith: .black, width: width, height: height)
    #expect(Panel([Tile(image)]).image.width == shown + 48)
  }

  @Test func `tiles wrap into rows`() {
    let tile = Tile(Image(filledWith: .black, width: 192, height: 192))
    let sizes = [1, 3, 5, 6, 10].map { count -> [Int] in
      let image = Panel([Tile](repeating: tile, count: count)).image
      return [image.width, image.height]
    }
    func extent(_ tiles: Int) -> Int { 192 * tiles + 24 * (tiles + 1) }
    #expect(
      sizes == [(1, 1), (3, 1), (5, 1), (3, 2), (5, 2)].map { [extent($0.0), extent($0.1)] })
    let narrow = Panel([Tile](repeating: tile, count: 4), columns: 2).image
    #expect(narrow.width == extent(2) && narrow.height == extent(2))
  }

  @Test func `a color bar lies below its heat map, and nowhere else`() throws {
    let heatmap = try Heatmap(
      Tensor([-1, 1] as [Float], shape: [1, 1, 2]), normalization: .symmetric(percentile: 100))
    let plain = Panel([Tile(heatmap, showsColorBar: false)]).image
    let barred = Panel([Tile(heatmap)]).image
    #expect(barred.height > plain.height)
    // The bar's ends, a few rows below the picture of 96 rows, have the ends' colors.
    let row = 24 + 96 + 9 + 2
    #expect(barred.color(row: row, column: 24) == heatmap.scale.color(of: -1))
    #expect(barred.color(row: row, column: 24 + 191) == heatmap.scale.color(of: 1))
  }

  @Test func `labels widen a tile rather than run into the next`() {
    let image = Image(filledWith: .white, width: 192, height: 192)
    let long = Panel([Tile(image, title: String(repeating: "long ", count: 20)), Tile(image)]).image
    let width = Typeface.standard.width(of: String(repeating: "long ", count: 20), capitals: 10)
    #expect(long.width >= Int(width) + 24 * 3 + 192)
    let background = Panel.Style().background
    #expect(
      (0..<long.height).allSatisfy { long.color(row: $0, column: long.width - 1) == background })
  }

  @Test func `text puts ink on the canvas`() {
    let image = Image(filledWith: .white, width: 192, height: 192)
    func ink(_ title: String) -> Int {
      let panel = Panel([Tile(image, title: title)]).image
      return (0..<40).reduce(0) { sum, row in
        sum + (0..<panel.width).count { panel.color(row: row, column: $0).luma < 0.5 }
      }
    }
    #expect(ink("8") > 10)
    #expect(ink("88") > ink("8"))
    #expect(ink("\u{4E2D}") == ink("\u{1F600}"))
    #expect(ink("\u{4E2D}") > 10)
  }

  @Test func `every printable ASCII letter is drawn, and no two look alike`() {
    var seen: [[[Point]]] = []
    for code in UInt8(0x21)...0x7E {
      let letter = Character(UnicodeScalar(code))
      let glyph = Typeface.standard.glyph(letter)
      #expect(Glyphs.table[letter] != nil, "\(letter)")
      #expect(!glyph.lines.isEmpty, "\(letter)")
      for point in glyph.lines.joined() {
        #expect(-2...glyph.width + 1.5 ~= point.x && -2...13.5 ~= point.y, "\(letter)")
      }
      #expect(!seen.contains(glyph.lines), "\(letter)")
      seen.append(glyph.lines)
    }
  }

  @Test func `strokes are understood to their end`() {
    for (letter, glyph) in Glyphs.table {
      let commands = glyph.strokes.split(separator: " ").count { $0.first?.isLetter == true }
      let starts = glyph.strokes.split(separator: " ").count { $0 == "M" || $0 == "O" }
      let lines = Typeface.lines(glyph.strokes)
      #expect(lines.count >= starts, "\(letter)")
      #expect(lines.joined().count >= commands, "\(letter)")
    }
  }

  @Test(arguments: [
    (0, "0"), (1, "1"), (-0.5, "\u{2212}0.5"), (3.14159, "3.14"), (99.96, "100"), (0.999_96, "1"),
    (1234.5, "1230"), (-0.001_234, "\u{2212}0.00123"), (0.000_042, "4.2e-5"),
    (1.5e9, "1.5e9"), (123_456, "123000"), (9.999e-5, "1e-4"), (1e-300, "1e-300"),
  ])
  func `numbers have three digits`(number: Double, text: String) {
    #expect(labelText(number) == text)
  }
}
