// SPDX-License-Identifier: Apache-2.0

import Attribution
import Visualization

/// A page of texts whose words are colored, all on one scale.
struct TextPage {
  let explanation: Explanation

  init(_ explanation: Explanation) { self.explanation = explanation }

  var html: String {
    let name = explanation.plan.options.model.fileName
    return Page(
      title: "\(name): words", style: Self.style,
      body: [
        .element("header", [:], header(name)),
        .element("main", ["class": isHeld ? "held" : ""], sections),
      ]
    ).html
  }

  private func header(_ name: String) -> [Markup] {
    let made = explanation.configuration
    let at = made.at == made.from ? "" : ", distribution at \(made.at)"
    var lines: [Markup] = [
      .element("h1", [:], [.text(name)]),
      .element(
        "p", [:],
        [.text("\(made.quantity) · \(made.measure.rawValue) from \(made.from) to \(made.to)\(at)")]),
      .element("p", ["class": "note"], [.text(made.distribution)]),
    ]
    if let other = explanation.plan.options.text.similarTo {
      lines.append(.element("p", ["class": "note"], [.text("the other text: \(other)")]))
    }
    if let scale = explanation.strips().first?.scale { lines.append(legend(scale)) }
    return lines
  }

  /// Five scores in their colors.
  private func legend(_ scale: Double) -> Markup {
    let scores = [-1, -0.5, 0, 0.5, 1].map { $0 * scale }
    let tokens = scores.map { ScoredToken(text: $0.text(3), score: $0) }
    var pieces: [Markup] = [
      .element("span", [:], ["against"]), TokenStrip(tokens, scale: scale).markup(),
      .element("span", [:], ["for"]),
    ]
    if isHeld {
      let held = Markup.element("span", ["class": "token special"], ["held"])
      pieces.append(.element("span", [:], [held, " special tokens, which keep their place"]))
    }
    return .element("div", ["class": "legend held", "aria-label": "the scale of colors"], pieces)
  }

  /// Whether special tokens have no scores: paths leave them where they are, draws do not.
  private var isHeld: Bool {
    explanation.texts.allSatisfy { text in
      text.tokens.allSatisfy { !$0.isSpecial || $0.score == 0 }
    }
  }

  private var sections: [Markup] {
    zip(explanation.strips(), explanation.rows).map { strip, row in
      var facts: [String] = []
      if let label = row.label { facts.append("label \(row.labelName ?? "\(label)")") }
      if let score = row.score { facts.append("\(explanation.scoreName) \(score.text(4))") }
      if let start = row.start, let end = row.end {
        facts.append("quantity \(start.text(4)) → \(end.text(4))")
      } else {
        facts.append("quantity \(row.quantity.text(4))")
      }
      if explanation.configuration.measure == .attribution {
        facts.append("sum \(row.sum.text(4))")
      }
      if let gap = row.gap { facts.append("gap \(gap.text(2))") }
      return .element(
        "section", [:],
        [
          .element("h2", [:], [.text(row.name)]),
          .element("p", ["class": "note"], [.text(facts.joined(separator: " · "))]),
          strip.markup(),
        ])
    }
  }

  private static let style =
    Markup.Code(
      """

      :root { --ink: #1b1e23; --soft: #545b66; --paper: #ffffff; --line: #c4cad3; --held: #d5d9df;
        color-scheme: light dark; }
      @media (prefers-color-scheme: dark) {
        :root { --ink: #e8eaee; --soft: #aab2bf; --paper: #15181d; --line: #434b57; }
      }
      * { box-sizing: border-box; }
      body { margin: 0 auto; max-width: 60rem; padding: 1rem clamp(0.75rem, 3vw, 2rem) 3rem;
        background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
        overflow-wrap: anywhere; }
      h1 { font-size: 1.5rem; line-height: 1.2; margin: 0.5rem 0; }
      h2 { font-size: 1rem; margin: 0; }
      p { margin: 0.25rem 0; }
      section { border-top: 1px solid var(--line); padding: 0.75rem 0; break-inside: avoid; }
      .note { color: var(--soft); font-size: 0.88em; font-variant-numeric: tabular-nums; }
      .legend { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center;
        font-size: 0.88em; margin: 0.75rem 0; }
      section .tokens { font-size: 1.15rem; }
      /* Whatever color a score of 0 has. */
      .held .token.special { background: var(--held) !important; color: #333333 !important;
      opacity: 1; }
      """) + TokenStrip.style
}
