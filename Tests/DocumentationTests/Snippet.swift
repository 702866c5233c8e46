// SPDX-License-Identifier: Apache-2.0

/// A piece of a compiled file that a guide shows: what stands between `// snippet: NAME` and
/// `// end`.
struct Snippet {
  let file: String
  let name: String
  let code: Code
  /// Which modules its file imports.
  let imports: Set<String>
  /// Whether a test runs it.
  let isRun: Bool

  static func snippets(of text: String, in file: String) -> [Snippet] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let imports = Set(lines.filter { $0.hasPrefix("import ") })
    return lines.indices.compactMap { start in
      let mark = lines[start].trimmed
      guard mark.hasPrefix("// snippet: ") else { return nil }
      let end = lines[start...].firstIndex { $0.trimmed == "// end" } ?? lines.endIndex
      let range = start + 1..<end
      return Snippet(
        file: file, name: String(mark.dropFirst("// snippet: ".count)),
        code: Code(Array(lines[range])), imports: imports, isRun: isRun(range, of: lines))
    }
  }

  /// Code inside a function is run where that function is a test; declarations are where a line
  /// outside of them names one of them.
  private static func isRun(_ range: Range<Int>, of lines: [String]) -> Bool {
    let indentation = lines[range.lowerBound - 1].prefix { $0 == " " }.count
    if indentation > 0 {
      let function = lines[..<range.lowerBound].last {
        $0.contains("func ") && $0.prefix { $0 == " " }.count < indentation
      }
      return function?.trimmed.hasPrefix("@Test") ?? false
    }
    let names = lines[range].compactMap { line -> String? in
      let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
      guard let keyword = words.firstIndex(where: { ["struct", "func", "enum"].contains($0) }),
        line.first != " ", words.indices.contains(keyword + 1)
      else { return nil }
      return words[keyword + 1]
    }
    let others = lines.indices.filter { !range.contains($0) }.map { lines[$0] }
    return names.contains { name in others.contains { $0.contains(name + "(") } }
  }
}

extension String {
  /// Without spaces at both ends.
  var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
