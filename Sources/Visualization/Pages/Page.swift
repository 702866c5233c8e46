// SPDX-License-Identifier: Apache-2.0

/// A document of one file that needs no other: it may load nothing from anywhere.
public struct Page: Sendable {
  public let title: String
  /// As in BCP 47.
  public let language: String
  public let style: Markup.Code
  public let body: [Markup]
  /// What helps where scripts run; the page reads whole without.
  public let script: Markup.Code?

  public init(
    title: String, language: String = "en", style: Markup.Code, body: [Markup],
    script: Markup.Code? = nil
  ) {
    self.title = title
    self.language = language
    self.style = style
    self.body = body
    self.script = script
  }

  /// The file's text, HTML that is well-formed XML too.
  public var html: String {
    let head: [Markup] = [
      .element("meta", ["charset": "utf-8"]),
      .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .element("meta", ["name": "color-scheme", "content": "light dark"]),
      .element("meta", ["http-equiv": "Content-Security-Policy", "content": Self.policy]),
      .element("title", [:], [.text(title)]),
      .element("style", [:], [.code(style)]),
    ]
    let end: [Markup] = script.map { [.element("script", [:], [.code($0)])] } ?? []
    let document = Markup.element(
      "html", ["lang": language, "xmlns": "http://www.w3.org/1999/xhtml"],
      [.element("head", [:], head), .element("body", [:], body + end)])
    return "<!DOCTYPE html>\n" + document.written + "\n"
  }

  /// Nothing but what stands in the file itself.
  private static let policy =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
}
