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
  ///   - colors: A diverging map; blue and orange, which everybody can tell apart, or
  ///     ``ColorMap/redWhiteBlue``.
  ///   - scale: The score of the strongest color; the largest of these tokens where not given.
  ///     Scores that are not finite have the neutral color and are told as they are.
  public init(
    _ tokens: [ScoredToken], colors: ColorMap = .orangeWhiteBlue, scale: Double? = nil,
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

  /// Those that are shown.
  var shown: [ScoredToken] { tokens.filter { showsSpecial || !$0.isSpecial } }

  /// What lies behind a token's text, and the color that its text is read in on it.
  func colors(of token: ScoredToken) -> (ground: Color, text: Color) {
    let share = token.score.isFinite ? min(max(token.score / scale, -1), 1) : 0
    let ground = colors.color(at: colors.isDiverging ? (share + 1) / 2 : abs(share))
    let isLight = ground.contrast(with: .black) >= ground.contrast(with: .white)
    return (ground, isLight ? .black : .white)
  }

  // MARK: Pages

  /// The text as part of a page: a span for each token, its score on hover and for screen readers.
  public func markup() -> Markup {
    var pieces: [Markup] = []
    for (index, token) in shown.enumerated() {
      if index > 0, !token.isJoined { pieces.append(" ") }
      let (ground, text) = colors(of: token)
      let score = labelText(token.score)
      pieces.append(
        .element(
          "span",
          [
            "class": token.isSpecial ? "token special" : "token",
            "style": "background:\(ground.hexadecimal);color:\(text.hexadecimal)", "title": score,
            "aria-label": "\(token.text), \(score)",
          ], [.text(token.text)]))
    }
    return .element("p", ["class": "tokens", "dir": "auto"], pieces)
  }

  /// What a page's style needs for strips.
  public static let style = Markup.Code(
    """
    .tokens{line-height:2;overflow-wrap:anywhere}
    .token{border-radius:.2em;padding:.15em .2em}
    .token.special{opacity:.75;font-size:.85em}
    @media print{.token{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
    """)

  // MARK: Terminals

  /// The text for a terminal of 24-bit color, in one line; what would steer the terminal is shown
  /// instead of sent.
  public func terminalText() -> String {
    var line = ""
    for (index, token) in shown.enumerated() {
      if index > 0, !token.isJoined { line += " " }
      let (ground, text) = colors(of: token)
      line += "\u{1B}[48;2;\(ground.terminal)m\u{1B}[38;2;\(text.terminal)m"
      line += Self.visible(token.text) + "\u{1B}[0m"
    }
    return line
  }

  /// The text with scores in brackets, in one line, for what shows no colors; special tokens that
  /// have the score 0 stand alone.
  public func plainText() -> String {
    var line = ""
    for (index, token) in shown.enumerated() {
      if index > 0, !token.isJoined { line += " " }
      line += Self.visible(token.text)
      if token.isSpecial, token.score == 0 { continue }
      line += "(" + (token.score > 0 ? "+" : "") + labelText(token.score) + ")"
    }
    return line
  }

  private static func visible(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control: scalar.value < 0x20 ? Unicode.Scalar(0x2400 + scalar.value) ?? "?" : "?"
          // Marks of direction could show one text and mean another.
          case .format
          where (0x2066...0x2069).contains(scalar.value)
            || (0x202A...0x202E).contains(scalar.value):
            "?"
          default: scalar
          }
        }))
  }
}

extension Color {
  /// `r;g;b`, as terminals of 24-bit color take it.
  fileprivate var terminal: String {
    [red, green, blue].map { String(Int((min(max($0, 0), 1) * 255).rounded())) }
      .joined(separator: ";")
  }
}
