// SPDX-License-Identifier: Apache-2.0

extension UnitReport {
  /// How the page looks: on a phone, on a desk, in the dark, on paper.
  static let style =
    Page.baseStyle
    + Markup.Code(
      """

      body { max-width: 84rem; }
      h1 { font-size: 1.8rem; }
      h2 { font-size: 1.3rem; margin: 2.25rem 0 0.25rem; padding-top: 0.75rem;
        border-top: 2px solid var(--line); }
      h3 { font-size: 1rem; margin: 0; }
      p { margin: 0.25rem 0; max-width: 60rem; }
      a { color: var(--link); }
      .lead { font-size: 1.1rem; }
      .note, dl { color: var(--soft); font-size: 0.88em; font-variant-numeric: tabular-nums; }
      .legend { display: flex; align-items: center; gap: 0.15rem; font-size: 0.88em; }
      .legend span:first-child { margin-right: 0.35rem; }
      .legend span:last-child { margin-left: 0.35rem; }
      .swatch { width: 1.6rem; height: 0.9rem; border: 1px solid var(--line); }
      .tiles { display: flex; flex-wrap: wrap; gap: 0.6rem; margin: 0.4rem 0; }
      figure { margin: 0; break-inside: avoid; }
      figcaption { font-size: 0.82rem; line-height: 1.3; }
      .tile { width: 5.2rem; }
      .large .tile { width: 8.5rem; }
      .tile img { display: block; width: 100%; height: auto; image-rendering: pixelated;
        border: 1px solid var(--line); }
      .detail { display: block; color: var(--soft); font-variant-numeric: tabular-nums; }
      .charts { display: grid; gap: 1.25rem; margin: 0.75rem 0;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); }
      svg.chart { display: block; width: 100%; max-width: 32rem; height: auto; }
      .cards { display: grid; gap: 0.75rem; align-items: start;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 18.5rem), 1fr)); }
      .card { background: var(--shade); border: 1px solid var(--line); border-radius: 0.4rem;
        padding: 0.6rem 0.75rem; break-inside: avoid; }
      .value { font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; margin: 0; }
      dl { margin: 0.2rem 0; }
      dl div { display: flex; justify-content: space-between; gap: 0.5rem; }
      dd { margin: 0; }
      .scroll { overflow-x: auto; max-width: 100%; }
      :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
      table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
      caption { text-align: left; color: var(--soft); padding: 0.25rem 0; }
      th, td { padding: 0.3rem 0.7rem; text-align: right; border-bottom: 1px solid var(--line);
        white-space: nowrap; }
      th:first-child { text-align: left; padding-left: 0; }
      thead th { border-bottom: 2px solid var(--ink); }
      @media print {
        :root { --ink: #000000; --soft: #444444; --paper: #ffffff; --shade: #f4f4f4; --line: #999999;
          --link: #000000; }
        .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      }
      """)
}
