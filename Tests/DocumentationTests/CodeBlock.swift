// SPDX-License-Identifier: Apache-2.0

/// A fenced code block of a guide.
struct CodeBlock {
  let file: String
  /// The fence's line, counted from 1.
  let line: Int
  /// What stands behind the fence, as `swift`.
  let language: String
  let lines: [String]

  var place: String { "\(file):\(line)" }

  /// The blocks of a Markdown text.
  ///
  /// A fence that is not closed reaches to the end.
  static func blocks(of text: String, in file: String) -> [CodeBlock] {
    var blocks: [CodeBlock] = []
    var open: (line: Int, language: String, lines: [String])?
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (index, line) in lines.enumerated() {
      let isFence = line.hasPrefix("```")
      if isFence, let block = open {
        blocks.append(
          CodeBlock(file: file, line: block.line, language: block.language, lines: block.lines))
        open = nil
      } else if isFence {
        open = (index + 1, String(line.dropFirst(3)), [])
      } else {
        open?.lines.append(line)
      }
    }
    if let block = open {
      blocks.append(
        CodeBlock(file: file, line: block.line, language: block.language, lines: block.lines))
    }
    return blocks
  }
}

/// The lines of a text as they are compared: import lines aside, the common indentation off, empty
/// lines at both ends away.
struct Code: Hashable {
  let imports: Set<String>
  let lines: [String]

  init(_ lines: [String]) {
    imports = Set(lines.filter { $0.hasPrefix("import ") })
    let rest = lines.filter { !$0.hasPrefix("import ") }
    let indentation = rest.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    let code = rest.map { String($0.dropFirst(indentation)) }
    let start = code.firstIndex { !$0.isEmpty } ?? 0
    let end = (code.lastIndex { !$0.isEmpty } ?? -1) + 1
    self.lines = start < end ? Array(code[start..<end]) : []
  }
}
