// SPDX-License-Identifier: Apache-2.0

import Visualization

extension ExperimentReport {
  /// How the page looks: on a phone, on a desk, in the dark, on paper.
  static let style =
    Page.baseStyle
    + Markup.Code(
      """

      body { max-width: 80rem; }
      h1 { font-size: 1.7rem; }
      h2 { font-size: 1.3rem; margin: 2.5rem 0 0.5rem; padding-top: 0.5rem;
        border-top: 2px solid var(--line); }
      h3 { font-size: 1.05rem; margin: 1.5rem 0 0.5rem; }
      h4 { font-size: 0.95rem; font-weight: 600; margin: 1rem 0 0.25rem; }
      p, ul { max-width: 48rem; margin: 0.5rem 0; }
      a { color: var(--link); }
      nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; padding: 0; }
      nav a { display: inline-block; padding: 0.25rem 0; }
      .lead { font-size: 1.1rem; }
      .note, .detail, dl { color: var(--soft); font-size: 0.88em; }
      .detail { display: block; white-space: nowrap; font-weight: 400; }
      .failed, .failures { color: var(--bad); }
      .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
        white-space: nowrap; }
      .scroll { position: relative; overflow-x: auto; margin: 0.75rem 0; max-width: 100%;
        /* A shade at the side where more is to be seen. */
        background: linear-gradient(to right, var(--paper) 40%, transparent) left / 2rem 100% local,
          linear-gradient(to left, var(--paper) 40%, transparent) right / 2rem 100% local,
          linear-gradient(to right, var(--line), transparent) left / 0.7rem 100% scroll,
          linear-gradient(to left, var(--line), transparent) right / 0.7rem 100% scroll;
        background-repeat: no-repeat; }
      :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
      table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
      caption { text-align: left; color: var(--soft); padding: 0.25rem 0; }
      th, td { padding: 0.35rem 0.7rem; text-align: right; vertical-align: top;
        border-bottom: 1px solid var(--line); overflow-wrap: normal; }
      th:first-child { text-align: left; padding-left: 0; }
      th[scope=row] { min-width: 8rem; max-width: 16rem; font-weight: 600; overflow-wrap: anywhere; }
      thead th { vertical-align: bottom; border-bottom: 2px solid var(--ink); min-width: 6rem;
        max-width: 14rem; overflow-wrap: break-word; }
      td.words { text-align: left; max-width: 20rem; overflow-wrap: anywhere; }
      table:has(td.words:nth-child(2)) th:nth-child(2),
      table:has(td.words:nth-child(7)) th:nth-child(7) { text-align: left; }
      td.best, span.best { font-weight: 700; }
      td.best { background: var(--shade); }
      th button { all: unset; cursor: pointer; text-align: inherit; }
      th button:focus-visible { outline: 2px solid var(--link); }
      th[aria-sort=ascending] button::after { content: " ▲"; }
      th[aria-sort=descending] button::after { content: " ▼"; }
      details { margin: 0.5rem 0; }
      summary { cursor: pointer; padding: 0.25rem 0; }
      .charts { display: grid; gap: 1.5rem;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
      figure { margin: 0; break-inside: avoid; }
      figcaption { font-size: 0.9rem; }
      svg.chart { display: block; width: 100%; max-width: 34rem; height: auto; }
      .tiles { display: flex; flex-wrap: wrap; gap: 0.9rem; }
      .tile { width: 9rem; }
      .tile.wide { width: min(100%, 22rem); }
      .tile img { display: block; width: 9rem; height: auto; image-rendering: pixelated;
        border: 1px solid var(--line); }
      dl { margin: 0.2rem 0; }
      dl div { display: flex; justify-content: space-between; gap: 0.5rem; }
      dd { margin: 0; font-variant-numeric: tabular-nums; }
      pre { background: var(--shade); padding: 0.75rem; overflow-x: auto; font-size: 0.82rem;
        line-height: 1.4; max-height: 40rem; }
      .copy code { user-select: all; overflow-wrap: normal; }
      @media print {
        :root { --ink: #000000; --soft: #444444; --paper: #ffffff; --shade: #eeeeee; --line: #999999;
          --link: #000000; --bad: #8a1c08; }
        body { font-size: 10pt; max-width: none; padding: 0; }
        nav { display: none; }
        h2, h3, h4, caption { break-after: avoid; }
        tr, .instance { break-inside: avoid; }
        thead { display: table-header-group; }
        .scroll { overflow: visible; background: none; }
        table { font-size: 8pt; }
        th, td { padding: 0.2rem 0.35rem; }
        thead th { min-width: 0; }
        .detail { white-space: normal; }
        pre { white-space: pre-wrap; max-height: none; }
        .charts { grid-template-columns: 1fr 1fr; }
        .tile, .tile img { width: 5.4rem; }
        .tile.wide { width: 18rem; }
        figcaption, dl { font-size: 7.5pt; }
        .tiles { gap: 0.5rem; }
        details::details-content { content-visibility: visible; block-size: auto; }
        * { print-color-adjust: exact; }
      }

      """)

  /// Sorts tables by a column: without it they are in the order of the mean rank.
  static let script = Markup.Code(
    """

    for (const table of document.querySelectorAll("table.sortable")) {
      const heads = [...table.tHead.rows[0].cells];
      heads.forEach((head, column) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...head.childNodes);
        head.append(button);
        button.addEventListener("click", () => {
          const falls = head.getAttribute("aria-sort") === "ascending";
          for (const other of heads) other.removeAttribute("aria-sort");
          head.setAttribute("aria-sort", falls ? "descending" : "ascending");
          const key = row => {
            const text = row.cells[column].dataset.key;
            return text === "" ? row.cells[column].textContent : parseFloat(text);
          };
          const order = (a, b) => {
            const keys = [key(a), key(b)];
            const missing = keys.map(Number.isNaN);
            if (missing[0] || missing[1]) return missing[0] - missing[1];
            const rise = keys[0] > keys[1] ? 1 : keys[1] > keys[0] ? -1 : 0;
            return falls ? -rise : rise;
          };
          table.tBodies[0].append(...[...table.tBodies[0].rows].sort(order));
        });
      });
    }

    """)
}
