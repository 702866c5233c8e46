// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Visualization

/// Pictures of words, where Pango is installed; without it, the error that says so.
@Suite struct TokenPictureTests {
  static let isInstalled = (try? TokenPicture.checkFonts()) != nil
  static let remedy: Comment = "Pango is not installed: apt-get install libpangocairo-1.0-0"

  private static func strip(_ words: String..., colors: ColorMap = .redWhiteBlue) -> TokenStrip {
    strip(words, colors: colors)
  }

  private static func strip(_ words: [String], colors: ColorMap = .redWhiteBlue) -> TokenStrip {
    TokenStrip(
      words.enumerated().map {
        ScoredToken(text: $1, score: Double($0 % 5) - 2)
      }, colors: colors, scale: 2)
  }

  /// What tokens lie on, at single density.
  private func grounds(
    _ strip: TokenStrip, width: Int = 400
  ) throws -> [TokenPainter.Ground] {
    var painter = try TokenPainter(width: width, scale: 1)
    try painter.add(strip)
    return painter.grounds
  }

  // MARK: Without the library

  @Test func `Where the library is missing, the error names its package`() {
    let error = #expect(throws: VisualizationError.self) {
      try TokenPainter(width: 400, scale: 1, library: "libnone.so.0")
    }
    #expect(error?.kind == .missing)
    #expect(error?.message.contains("apt-get install libpangocairo-1.0-0") == true)
    // Something that is a library, and another one.
    let other = #expect(throws: VisualizationError.self) { try Typesetter(library: "libc.so.6") }
    #expect(other?.kind == .missing && other?.message.contains("no function") == true)
  }

  @Test(.enabled(if: !isInstalled))
  func `Without Pango there are no pictures of words`() {
    let error = #expect(throws: VisualizationError.self) { try Self.strip("a").picture() }
    #expect(error?.kind == .missing && error?.message.contains("apt-get install") == true)
  }

  // MARK: With it

  @Test(.enabled(if: isInstalled, remedy), arguments: ColorMap.all)
  func `Behind every token is its color in the map`(colors: ColorMap) throws {
    let strip = Self.strip("the", "soup", "was", "not", "awful", colors: colors)
    let grounds = try grounds(strip)
    let image = try strip.picture(width: 400, scale: 1).image
    #expect(image.width == 400 && grounds.count == 5)
    for ground in grounds {
      let color = strip.colors(of: strip.tokens[ground.piece]).ground
      // The first rows lie above all letters; corners are round.
      for row in [Int(ground.y), Int(ground.y) + 1] {
        for column in Int(ground.x) + 4..<Int(ground.x + ground.width) - 4 {
          #expect(image.color(row: row, column: column).hexadecimal == color.hexadecimal)
        }
      }
    }
  }

  @Test(.enabled(if: isInstalled, remedy), arguments: ColorMap.all)
  func `Letters are drawn in black or white, whichever can be read`(colors: ColorMap) throws {
    let strip = TokenStrip(
      (0...12).map { ScoredToken(text: "H", score: Double($0) - 6) }, colors: colors)
    var painter = try TokenPainter(width: 800, scale: 4)
    try painter.add(strip)
    let image = try strip.picture(width: 800, scale: 4).image
    #expect(painter.grounds.count == 13)
    for ground in painter.grounds {
      // The strokes of an H at this size are wider than a pixel, so that some are all ink.
      let row = Int(ground.y + ground.height / 3)
      let contrasts = (Int(ground.x)..<Int(ground.x + ground.width)).map {
        image.color(row: row, column: $0).contrast(with: ground.color)
      }
      #expect((contrasts.max() ?? 0) >= 4.5)
    }
  }

  @Test(.enabled(if: isInstalled, remedy))
  func `The same words give the same bytes`() throws {
    let sheet = TokenSheet(
      title: "汤不美味", details: ["score"],
      texts: [.init(title: "1", detail: "label", rows: [.init(Self.strip("汤", "不").tokens)])])
    #expect(
      try sheet.picture(width: 300).image.pngData() == sheet.picture(width: 300).image.pngData())
  }

  @Test(
    .enabled(if: isInstalled, remedy),
    arguments: [
      ["a"], ["the soup was awful and the waiter was rude to everybody"],
      [String(repeating: "unbreakable", count: 40)], ["床", "和", "灯", "这个屏幕非常精彩", "汤不美味"],
      ["שלום", "עולם", "not", "טוב"], ["नमस्ते", "दुनिया"], ["🙂", "👩‍👩‍👧", "e\u{301}"], ["مرحبا", "بالعالم"],
      (0..<200).map { "w\($0)" },
    ])
  func `Lines break so that every token lies inside`(words: [String]) throws {
    for width in [160, 400] {
      let grounds = try grounds(Self.strip(words), width: width)
      #expect(Set(grounds.map(\.piece)) == Set(words.indices))
      for ground in grounds {
        #expect(ground.x >= 0 && ground.x + ground.width <= Double(width) && ground.width >= 1)
      }
    }
  }

  @Test(.enabled(if: isInstalled, remedy))
  func `Lines grow the picture, and no box lies on another`() throws {
    let words = (0..<80).map { "word\($0)" }
    let grounds = try grounds(Self.strip(words), width: 300)
    let lines = Dictionary(grouping: grounds, by: \.y)
    #expect(lines.count > 10)
    for line in lines.values {
      let line = line.sorted { $0.x < $1.x }
      for (one, next) in zip(line, line.dropFirst()) {
        #expect(one.piece + 1 == next.piece && one.x + one.width < next.x)
      }
    }
    let tops = lines.keys.sorted()
    for (one, next) in zip(tops, tops.dropFirst()) {
      #expect(one + (lines[one]?[0].height ?? 0) < next)
    }
    let height = try Self.strip(words).picture(width: 300, scale: 1).image.height
    #expect(Double(height) > (tops.last ?? 0))
    #expect(try Self.strip(words).picture(width: 300, scale: 2).image.width == 600)
  }

  @Test(.enabled(if: isInstalled, remedy))
  func `What is written from the right is`() throws {
    let words = try grounds(Self.strip("שלום", "עולם"))
    #expect(words.map(\.piece) == [1, 0] && words[0].x < words[1].x)
    #expect(words[1].x + words[1].width > 370)
    let mixed = try grounds(Self.strip("say", "שלום", "עולם"))
    #expect(mixed.map(\.piece) == [0, 2, 1] && mixed[0].x < 30)
    // What is put around a text stays around it, whatever stands beside it.
    let around = [
      ScoredToken(text: "[CLS]", score: 0, isSpecial: true), ScoredToken(text: "שלום", score: 1),
      ScoredToken(text: "soup", score: 1), ScoredToken(text: "[SEP]", score: 0, isSpecial: true),
    ]
    #expect(try grounds(TokenStrip(around)).map(\.piece) == [3, 2, 1, 0])
    #expect(try TokenStrip(around).picture().missingSigns == 0)
  }

  @Test(.enabled(if: isInstalled, remedy))
  func `Letters of one word join across its tokens`() throws {
    let parts = TokenStrip([
      ScoredToken(text: "كت", score: 1), ScoredToken(text: "اب", score: -1, isJoined: true),
    ])
    let (whole, halves) = (try grounds(Self.strip("كتاب")), try grounds(parts))
    #expect(whole.count == 1 && halves.map(\.piece) == [1, 0])
    let width = (halves.map { $0.x + $0.width }.max() ?? 0) - (halves.map(\.x).min() ?? 0)
    #expect(abs(width - whole[0].width) <= 1)
    // Set apart, they would have other forms, and be wider.
    let apart = try grounds(Self.strip("كت", "اب")).map(\.width).reduce(0, +)
    #expect(apart > width + 4)
  }

  @Test(.enabled(if: isInstalled, remedy))
  func `No text and one token make a picture`() throws {
    let empty = try TokenStrip([]).picture(width: 160, scale: 1)
    #expect(empty.image.width == 160 && empty.image.height > 0 && empty.missingSigns == 0)
    let nameless = try Self.strip("").picture(width: 160, scale: 1)
    #expect(nameless.image.height == empty.image.height)
    #expect(try TokenSheet(title: "", texts: []).picture().image.width == 1600)
    let one = try Self.strip("a").picture(width: 160, scale: 1)
    #expect(one.image != empty.image && one.missingSigns == 0)
    // A sign that no font can have: it has no meaning yet.
    #expect(try Self.strip("a\u{378}b").picture().missingSigns == 1)
  }

  @Test(.enabled(if: isInstalled, remedy))
  func `Text stays text, whatever it says`() throws {
    func image(_ text: String) throws -> Image {
      try Self.strip(text).picture(width: 300, scale: 1).image
    }
    let plain = try image("b")
    for markup in ["<b>b</b>", "b&amp;", "<span size=\"9999999\">b</span>"] {
      #expect(try image(markup) != plain)
    }
    let commands = ["a\u{0}b", "\u{1B}[2J", "a\nb\r\n", "\u{2028}\u{2029}", "\u{202E}abc\u{202C}"]
    for text in commands {
      #expect(try image(text) == image(text.withoutCommands))
      // One line, whatever would break it.
      #expect(try Set(grounds(Self.strip(text)).map(\.y)).count == 1, "\(text.debugDescription)")
    }
    let marks = String(repeating: "\u{301}", count: 5000)
    for text in ["\u{FEFF}\u{200D}\u{FE0F}", "a" + marks, "\u{FFFF}\u{10FFFF}", "\u{7F}\u{9B}"] {
      #expect(try image(text).width == 300)
    }
  }

  @Test(.enabled(if: isInstalled, remedy))
  func `What is too large is told before it is made`() throws {
    let long = String(repeating: "x", count: 1_000_000)
    let texts = (0..<4000).map {
      TokenSheet.Text(title: "\($0)", rows: [.init(Self.strip("a", "b").tokens)])
    }
    for body in [
      { try Self.strip(long).picture() }, { try TokenSheet(title: long, texts: []).picture() },
      { try TokenSheet(title: "", texts: texts).picture() },
    ] as [() throws -> TokenPicture] {
      let error = #expect(throws: VisualizationError.self) { try body() }
      #expect(error?.kind == .tooLarge && error?.message.contains("page") == true)
    }
  }

  @Test(.enabled(if: isInstalled, remedy))
  func `Rows of a sheet have the same words at the same places`() throws {
    let names = ["linear", "a name that is far too long for a column beside the words that it has"]
    let words = Self.strip("the", "soup", "was", "awful").tokens
    let sheet = TokenSheet(
      title: "why", details: ["score of class 0", "note"],
      texts: [.init(title: "1", detail: "label 0", rows: names.map { .init(name: $0, words) })],
      scaling: .each)
    for (width, isBeside) in [(800, true), (300, false)] {
      var painter = try TokenPainter(width: width, scale: 1)
      try painter.add(sheet)
      // Behind those of the legend, and the rule.
      let rule = try #require(painter.grounds.firstIndex { $0.piece < 0 })
      let grounds = painter.grounds[(rule + 1)...]
      #expect(grounds.map(\.piece) == [0, 1, 2, 3, 0, 1, 2, 3])
      for (one, other) in zip(grounds.prefix(4), grounds.suffix(4)) {
        #expect(one.x == other.x && one.width == other.width && one.y < other.y)
      }
      #expect((grounds.first?.x ?? 0 > 100) == isBeside)
    }
    let legend = try TokenPainter(width: 800, scale: 1)
    #expect(legend.grounds.isEmpty)
  }
}
