// SPDX-License-Identifier: Apache-2.0

import Testing

/// The readers of guides and snippets, which must be able to find a fault.
@Suite struct ReaderTests {
  @Test func `blocks have a place, a language, and their lines`() throws {
    let text = "# A\n\n```swift\nlet a = 1\n\n  let b\n```\ntext\n```sh\nls\n```\n"
    let blocks = CodeBlock.blocks(of: text, in: "A.md")
    #expect(blocks.map(\.language) == ["swift", "sh"])
    #expect(blocks.map(\.place) == ["A.md:3", "A.md:9"])
    #expect(blocks.first?.lines == ["let a = 1", "", "  let b"])
  }

  @Test func `indentation and imports do not count, anything else does`() {
    let block = Code(["import Torch", "", "let a = 1", "  + 2"])
    #expect(block.imports == ["import Torch"])
    #expect(block.lines == Code(["    let a = 1", "      + 2", ""]).lines)
    #expect(block.lines != Code(["let a = 1", "+ 2"]).lines)
    #expect(block.lines != Code(["let a = 1 ", "  + 2"]).lines)
  }

  @Test func `code in a test is run, code in a helper is not`() {
    func snippets(_ function: String) -> [Snippet] {
      let lines = ["struct S {", "  \(function) {", "    // snippet: a", "    f()", "    // end"]
      return Snippet.snippets(of: lines.joined(separator: "\n"), in: "S.swift")
    }
    #expect(snippets("@Test func `it runs`() throws").map(\.isRun) == [true])
    #expect(snippets("func helper()").map(\.isRun) == [false])
    #expect(snippets("func helper()").map(\.name) == ["a"])
  }

  @Test func `a declaration is run where something names it`() {
    let declared = "// snippet: b\nstruct Own: Path {\n}\n// end\n"
    #expect(Snippet.snippets(of: declared, in: "").map(\.isRun) == [false])
    #expect(Snippet.snippets(of: declared + "let own = Own()\n", in: "").map(\.isRun) == [true])
  }
}
