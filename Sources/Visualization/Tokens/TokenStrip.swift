// SPDX-License-Identifier: Apache-2.0

/// A text whose words are colored by their scores: what speaks for the quantity, and what against.
///
/// Several strips that are to be compared share a scale; see ``scale(of:)``.
public struct TokenStrip: Sendable {
  public let tokens: [ScoredToken]
  public let colors: ColorMap
  /// The score that has the strongest color; above 0.
  public let scale: Double
  /// Whether special tokens are shown.
  public let showsSpecial: Bool

  /// - Parameters:
  ///   - colors: A diverging map; red for and blue against, or blue and orange,
  ///     ``ColorMap/orangeWhiteBlue``. A sequential one shows sizes.
  ///   - scale: The score of the strongest color; the largest of these tokens where not given.
  ///     Scores that are not finite have the neutral color and are told as they are.
  public init(
    _ tokens: [ScoredToken], colors: ColorMap = .redWhiteBlue, scale: Double? = nil,
    showsSpecial: Bool = true
  ) {
    self.tokens = tokens
    self.colors = colors
    self.scale = scale ?? Self.scale(of: [tokens])
    self.showsSpecial = showsSpecial
  }

  /// The largest size of all finite scores: one scale for strips beside each other; 1 where all are 0.
  public static func scale(of strips: [[ScoredToken]]) -> Double {
    let largest = strips.joined().map { abs($0.score) }.filter(\.isFinite).max() ?? 0
    return largest > 0 ? largest : 1
  }

  /// What lies behind a token of the score 0, whatever the colors: it has no part, or was held.
  public static let nothing = Color(0xD5D9DF)

  /// Those that are shown.
  var shown: [ScoredToken] { tokens.filter { showsSpecial || !$0.isSpecial } }

  /// What lies behind a token's text, and the color that its text is read in on it.
  func colors(of token: ScoredToken) -> (ground: Color, text: Color) {
    guard token.score != 0 else { return (Self.nothing, Self.nothing.ink) }
    let share = token.score.isFinite ? min(max(token.score / scale, -1), 1) : 0
    let ground = colors.color(at: colors.isDiverging ? (share + 1) / 2 : abs(share))
    return (ground, ground.ink)
  }

  /// Whether lines are read from the right: by the first letter that is of the text.
  var isRightToLeft: Bool {
    let scalars = shown.lazy.filter { !$0.isSpecial }.flatMap(\.text.unicodeScalars)
    return scalars.first { $0.properties.isAlphabetic }?.isOfRightToLeftScript ?? false
  }

  // MARK: Pages

  /// The text as part of a page: a span for each token, its score on hover and for screen readers.
  ///
  /// What would change the order of letters is shown instead, as in terminals and pictures.
  public func markup() -> Markup {
    var pieces: [Markup] = []
    for (index, token) in shown.enumerated() {
      if index > 0, !token.isJoined { pieces.append(" ") }
      let (ground, text) = colors(of: token)
      let score = labelText(token.score)
      let shown = token.text.withoutCommands
      pieces.append(
        .element(
          "span",
          [
            "class": token.isSpecial ? "token special" : "token",
            "style": "background:\(ground.hexadecimal);color:\(text.hexadecimal)", "title": score,
            "aria-label": "\(shown), \(score)",
          ], [.text(shown)]))
    }
    return .element("p", ["class": "tokens", "dir": isRightToLeft ? "rtl" : "ltr"], pieces)
  }

  /// What a page's style needs for strips.
  public static let style = Markup.Code(
    """
    .tokens{line-height:2;overflow-wrap:anywhere}
    .token{border-radius:.2em;padding:.15em .2em}
    .token.special{font-size:.85em;unicode-bidi:isolate}
    .token{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    """)

  // MARK: Terminals

  /// The text for a terminal of 24-bit color, in one line; what would steer the terminal is shown
  /// instead of sent.
  public func terminalText() -> String {
    var line = ""
    for (index, token) in shown.enumerated() {
      if index > 0, !token.isJoined { line += " " }
      let (ground, text) = colors(of: token)
      line += ground.terminal(behind: text, token.text.withoutCommands)
    }
    return line
  }

  /// The text with scores in brackets, in one line, for what shows no colors; special tokens that
  /// have the score 0 stand alone.
  public func plainText() -> String {
    var line = ""
    for (index, token) in shown.enumerated() {
      if index > 0, !token.isJoined { line += " " }
      line += token.text.withoutCommands
      if token.isSpecial, token.score == 0 { continue }
      line += "(" + (token.score > 0 ? "+" : "") + labelText(token.score) + ")"
    }
    return line
  }
}

extension Color {
  /// A text on this color for a terminal of 24-bit color.
  func terminal(behind ink: Color, _ text: String) -> String {
    "\u{1B}[48;2;\(terminal)m\u{1B}[38;2;\(ink.terminal)m" + text + "\u{1B}[0m"
  }

  /// `r;g;b`.
  private var terminal: String {
    [red, green, blue].map { String(Int((min(max($0, 0), 1) * 255).rounded())) }
      .joined(separator: ";")
  }
}
