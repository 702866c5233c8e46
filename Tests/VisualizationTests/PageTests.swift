// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Visualization

@Suite struct PageTests {
  @Test func `texts and attributes are escaped`() {
    let markup = Markup.element(
      "p", ["title": "a \"quote\" & <b>"], ["1 < 2 & \"3\" > 'x'", .element("br")])
    #expect(
      markup.written
        == "<p title=\"a &quot;quote&quot; &amp; &lt;b&gt;\">1 &lt; 2 &amp; &quot;3&quot; &gt; 'x'"
        + "<br /></p>\n")
  }

  @Test func `what XML cannot hold is replaced`() throws {
    let hostile = "a\u{0}\u{1B}\u{9B}\u{FFFE}b\tc\nd"
    let markup = Markup.element("p", ["title": hostile], [.text(hostile)])
    let read = try Elements(of: markup)
    #expect(read.texts("p") == ["a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}b\tc\nd"])
  }

  @Test func `elements that hold nothing are closed as both languages read it`() {
    #expect(Markup.element("td").written == "<td></td>")
    #expect(Markup.element("img", ["alt": ""]).written == "<img alt=\"\" />")
    #expect(Markup.fragment(["a", .text("b")]).written == "ab")
  }

  @Test func `a page loads nothing and says its language`() {
    let page = Page(
      title: "</title><script>", style: Markup.Code("p { margin: 0; }"), body: ["x"])
    #expect(page.html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\""))
    #expect(page.html.contains("<title>&lt;/title&gt;&lt;script&gt;</title>"))
    #expect(page.html.contains("default-src 'none'") && page.html.contains("width=device-width"))
    #expect(!page.html.contains("<script>"))
  }

  @Test func `a table names its rows and columns`() throws {
    let table = Table(
      caption: ["about <it>"], columns: [["name"], ["value"]],
      rows: [[Table.Cell("a"), Table.Cell("1", sortKey: 1, mark: "best")]], isSortable: true)
    let read = try Elements(of: table.markup(label: "l"))
    #expect(read.named("th").map { $0["scope"] } == ["col", "col", "row"])
    #expect(read.named("td").first?["data-key"] == "1.0")
    #expect(
      read.texts("caption") == ["about <it>"] && read.named("div").first?["aria-label"] == "l")
  }

  @Test func `a picture is in the page, reduced by whole factors`() throws {
    let image = Image(filledWith: Color(0xD55E00), width: 300, height: 100)
    let read = try Elements(of: image.markup(description: "\"d\"", limit: 128))
    let attributes = try #require(read.named("img").first)
    #expect(attributes["width"] == "100" && attributes["height"] == "34")
    #expect(attributes["alt"] == "\"d\"")
    let address = try #require(attributes["src"])
    let data = try #require(Data(base64Encoded: String(address.dropFirst(22))))
    #expect(address.hasPrefix("data:image/png;base64,"))
    #expect(try Image(decoding: data).color(row: 3, column: 3) == Color(0xD55E00))
  }
}
