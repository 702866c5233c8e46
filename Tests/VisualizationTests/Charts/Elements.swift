// SPDX-License-Identifier: Apache-2.0

import Foundation
import FoundationXML
import Testing
import Visualization

/// The elements of a document that an XML parser reads, in order.
final class Elements: NSObject, XMLParserDelegate {
  private var elements: [(name: String, attributes: [String: String], text: String)] = []
  private var open: [Int] = []

  /// - Throws: What the parser says of a document that is not well-formed.
  init(of markup: Markup) throws {
    super.init()
    let parser = XMLParser(data: Data(markup.written.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func named(_ name: String) -> [[String: String]] {
    elements.filter { $0.name == name }.map(\.attributes)
  }

  /// What stands in elements of the name, their own text alone.
  func texts(_ name: String) -> [String] { elements.filter { $0.name == name }.map(\.text) }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append((name, attributes, ""))
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    guard let last = open.last else { return }
    elements[last].text += text
  }
}
