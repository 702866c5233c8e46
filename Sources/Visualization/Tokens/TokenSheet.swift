// SPDX-License-Identifier: Apache-2.0

/// Texts below each other, each with a row of colored words for everything that explained it.
///
/// The same words stand at the same places of a text's rows, so that rows are compared by eye. One
/// sheet becomes a page, lines of a terminal, or a picture.
public struct TokenSheet: Sendable {
  /// What one configuration says of one text.
  public struct Row: Sendable {
    /// The configuration's; not shown where there is one.
    public var name: String
    /// Its numbers, such as the sum.
    public var detail: String
    public var tokens: [ScoredToken]

    public init(name: String = "", detail: String = "", _ tokens: [ScoredToken]) {
      self.name = name
      self.detail = detail
      self.tokens = tokens
    }
  }

  /// One text.
  public struct Text: Sendable {
    public var title: String
    /// What holds for all rows, such as label and score.
    public var detail: String
    public var rows: [Row]

    public init(title: String, detail: String = "", rows: [Row]) {
      self.title = title
      self.detail = detail
      self.rows = rows
    }
  }

  /// Which scores have the strongest color.
  public enum Scaling: Sendable {
    /// One for all: equal colors are equal scores.
    case common
    /// One for each configuration, over all texts: equal colors are equal shares of its greatest
    /// score, which stands beside its name.
    case each
  }

  public let title: String
  /// Lines below the title.
  public let details: [String]
  public let texts: [Text]
  public let colors: ColorMap
  public let scaling: Scaling
  /// Whether scores have signs; sizes have none.
  public let isSigned: Bool
  /// The score of the strongest color, for each row of a text.
  public let scales: [Double]
  /// The letters that titles take in a terminal, with room behind.
  public let titleWidth: Int

  /// - Parameter isSigned: `false` for sizes, whose legend starts at 0.
  /// - Precondition: Every text has a row for each configuration, in the same order.
  public init(
    title: String, details: [String] = [], texts: [Text], colors: ColorMap = .redWhiteBlue,
    scaling: Scaling = .common, isSigned: Bool = true
  ) {
    let count = texts.first?.rows.count ?? 0
    for text in texts {
      precondition(
        text.rows.count == count,
        "'\(text.title)' has \(text.rows.count) rows, and the first text has \(count)")
    }
    self.title = title
    self.details = details
    self.texts = texts
    self.colors = colors
    self.scaling = scaling
    self.isSigned = isSigned
    titleWidth = (texts.map(\.title.withoutCommands.count).max() ?? 0) + 2
    switch scaling {
    case .common:
      let scale = TokenStrip.scale(of: texts.flatMap { $0.rows.map(\.tokens) })
      scales = [Double](repeating: scale, count: count)
    case .each:
      scales = (0..<count).map { row in
        TokenStrip.scale(of: texts.map { $0.rows[row].tokens })
      }
    }
  }

  /// Whether rows have to be told apart.
  var namesRows: Bool { scales.count > 1 }

  /// Whether each row has to say what its strongest color is.
  var tellsScales: Bool { scaling == .each && namesRows }

  /// A text's words in their colors, a strip for each row.
  public func strips(of text: Text) -> [TokenStrip] {
    zip(text.rows, scales).map { TokenStrip($0.tokens, colors: colors, scale: $1) }
  }

  /// What stands beside a row: its numbers, and its scale where it has one of its own.
  func detail(of row: Int, in text: Text) -> String {
    let scale = tellsScales ? "scale \(labelText(scales[row]))" : ""
    return [text.rows[row].detail, scale].filter { !$0.isEmpty }.joined(separator: " · ")
  }

  /// A score of the legend in its color.
  struct Chip: Equatable {
    let text: String
    let ground: Color
    let ink: Color
  }

  /// Five scores in their colors, the strongest last.
  ///
  /// Where rows have scales of their own, shares of them.
  var legend: [Chip] {
    let unit = tellsScales ? 1 : scales.first ?? 1
    return (isSigned ? [-1, -0.5, 0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]).map { share in
      let ground = colors.color(
        at: colors.isDiverging ? (share + 1) / 2 : abs(share))
      return Chip(text: labelText(share * unit), ground: ground, ink: ground.ink)
    }
  }

  /// What the ends of the legend mean, and what its numbers are.
  var legendWords: (low: String, high: String) {
    let unit = tellsScales ? " (shares of a row's scale)" : ""
    return isSigned ? ("against", "for" + unit) : ("little", "much" + unit)
  }

  /// The legend's last entry, where some token has the score 0.
  var nothing: Chip? {
    let isUsed = texts.contains { $0.rows.contains { $0.tokens.contains { $0.score == 0 } } }
    return isUsed
      ? Chip(text: "none", ground: TokenStrip.nothing, ink: TokenStrip.nothing.ink) : nil
  }
}
