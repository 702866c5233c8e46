// SPDX-License-Identifier: Apache-2.0

extension Page {
  /// What the styles of all pages begin with: inks and grounds for light and dark, and the text's body.
  ///
  /// A page puts its own rules behind, which may narrow or widen the body.
  public static let baseStyle = Markup.Code(
    """

    :root { --ink: #1b1e23; --soft: #545b66; --paper: #ffffff; --shade: #f2f4f7; --line: #c4cad3;
      --link: #0b57a4; --bad: #a3260f; color-scheme: light dark; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e8eaee; --soft: #aab2bf; --paper: #15181d; --shade: #20252c; --line: #434b57;
        --link: #7fb8f5; --bad: #ff9c86; }
    }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 72rem; padding: 1rem clamp(0.75rem, 3vw, 2rem) 3rem;
      background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
      overflow-wrap: anywhere; }
    h1 { font-size: 1.5rem; line-height: 1.2; margin: 0.5rem 0; }
    .note { color: var(--soft); font-size: 0.88em; font-variant-numeric: tabular-nums; }
    """)

  /// ``baseStyle`` for pages of one section below the other, each with a heading and lines of facts.
  public static let sectionStyle =
    baseStyle
    + Markup.Code(
      """

      body { max-width: 70rem; }
      h2 { font-size: 1rem; margin: 0; }
      p { margin: 0.25rem 0; }
      section { border-top: 1px solid var(--line); padding: 0.75rem 0; break-inside: avoid; }
      """)
}
