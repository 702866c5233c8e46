// SPDX-License-Identifier: Apache-2.0

/// What all charts are drawn with.
enum Drawing {
  /// An `svg` element that says what it shows.
  static func markup(
    title: String, summary: String, width: Double, height: Double, content: [Markup]
  ) -> Markup {
    .element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(svg(width)) \(svg(height))",
        "width": svg(width), "height": svg(height), "role": "img", "aria-label": title,
        "font-family": "system-ui, sans-serif", "font-size": "12", "fill": "currentColor",
        "class": "chart",
      ],
      [.element("title", [:], [.text(title)]), .element("desc", [:], [.text(summary)])] + content)
  }

  static func text(_ text: String, x: Double, y: Double, anchor: String = "start") -> Markup {
    .element("text", ["x": svg(x), "y": svg(y), "text-anchor": anchor], [.text(text)])
  }

  /// A line in the color of the text around.
  static func line(_ path: String, width: Double, opacity: Double = 1) -> Markup {
    .element(
      "path",
      [
        "d": path, "fill": "none", "stroke": "currentColor", "stroke-width": svg(width),
        "stroke-opacity": svg(opacity),
      ])
  }
}
