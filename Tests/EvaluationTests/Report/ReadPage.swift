// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML

/// A page as an XML parser reads it.
final class ReadPage: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    /// With what stands in elements within.
    var text = ""
  }

  private(set) var elements: [Element] = []
  /// The cells of each row, table by table.
  private(set) var tables: [[[String]]] = []
  private var open: [Int] = []

  /// - Throws: What the parser says of a page that is not well-formed.
  init(_ html: String) throws {
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func named(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  /// All that is to be read.
  var text: String { named("body").first?.text ?? "" }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
    if name == "table" { tables.append([]) }
    if name == "tr" { tables[tables.count - 1].append([]) }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    let element = open.removeLast()
    guard name == "td" || name == "th", let table = tables.indices.last,
      let row = tables[table].indices.last
    else { return }
    tables[table][row].append(elements[element].text)
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    for element in open { elements[element].text += text }
  }
}
