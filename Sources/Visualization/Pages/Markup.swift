// SPDX-License-Identifier: Apache-2.0

/// A piece of an HTML or SVG document.
///
/// Texts and attributes are escaped as they are written, whatever they hold: names that come from
/// files cannot become elements. What is written is both HTML and well-formed XML.
public indirect enum Markup: Sendable {
  case element(String, KeyValuePairs<String, String> = [:], [Markup] = [])
  case text(String)
  /// One behind the other, in nothing.
  case fragment([Markup])
  /// The content of a `style` or `script` element, which HTML does not unescape.
  case code(Code)

  /// Rules or a script, written by the program itself.
  public struct Code: Sendable {
    fileprivate let text: String

    /// - Precondition: The text has no `<` and no `&`: HTML and XML would read them differently.
    public init(_ text: String) {
      precondition(
        !text.contains("<") && !text.contains("&"),
        "a style or script with '<' or '&' in it: turn the comparison round")
      self.text = text
    }

    /// One behind the other.
    public static func + (first: Code, second: Code) -> Code {
      Code(first.text + "\n" + second.text)
    }
  }

  /// The document's text.
  public var written: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .text(let content): Self.escape(content, into: &text)
    case .fragment(let pieces): for piece in pieces { piece.write(to: &text) }
    case .code(let code): text += code.text
    case .element(let name, let attributes, let children):
      text += "<" + name
      for (key, value) in attributes {
        text += " " + key + "=\""
        Self.escape(value, into: &text)
        text += "\""
      }
      guard !Self.voids.contains(name) else {
        text += " />"
        return
      }
      text += ">"
      for child in children { child.write(to: &text) }
      text += "</" + name + ">"
      if Self.blocks.contains(name) { text += "\n" }
    }
  }

  /// Elements that HTML knows to be empty; all others need an end of their own.
  private static let voids: Set = ["br", "col", "hr", "img", "input", "link", "meta", "wbr"]

  /// Elements behind which a line ends, for those who read the file.
  private static let blocks: Set = [
    "div", "figure", "h1", "h2", "h3", "li", "nav", "p", "script", "section", "style", "svg",
    "table", "tr",
  ]

  private static func escape(_ content: String, into text: inout String) {
    for scalar in content.unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "\t", "\n": text.unicodeScalars.append(scalar)
      // XML has no way to write these; the replacement character tells that something was there.
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": text += "\u{FFFD}"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}

extension Markup: ExpressibleByStringInterpolation {
  /// Escaped like every text.
  public init(stringLiteral text: String) { self = .text(text) }
}

extension Markup: ExpressibleByArrayLiteral {
  public init(arrayLiteral pieces: Markup...) { self = .fragment(pieces) }
}
