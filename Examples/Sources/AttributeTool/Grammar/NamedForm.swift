// SPDX-License-Identifier: Apache-2.0

/// `NAME` or `NAME:REST`, as most forms of the command line are.
struct NamedForm {
  let text: String
  let name: String
  /// What follows the first colon; `nil` where there is none.
  let rest: String?

  init(_ text: String) {
    self.text = text
    let colon = text.firstIndex(of: ":")
    name = String(text[..<(colon ?? text.endIndex)])
    rest = colon.map { String(text[text.index(after: $0)...]) }
  }

  /// What lies between the colons of the rest.
  var parts: [String] {
    rest.map { $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init) } ?? []
  }

  /// Checks how many parts there are.
  func parts(_ counts: ClosedRange<Int>, as example: String) throws -> [String] {
    guard counts.contains(parts.count) else { throw complaint("write \(example)") }
    return parts
  }

  /// The rest as the name of a file.
  func file(as example: String) throws -> String {
    guard let rest, !rest.isEmpty else {
      throw complaint("the name of a file is expected, as in \(example)")
    }
    return rest
  }

  /// A part as a number.
  func number(_ part: String, _ isGood: (Double) -> Bool, _ expected: String) throws -> Double {
    guard let number = part.finiteNumber, isGood(number) else {
      throw complaint("\(expected) is expected, not '\(part)'")
    }
    return number
  }

  /// A part as a count; `nil` where it is not there.
  func count(_ part: String?, of what: String) throws -> Int? {
    guard let part else { return nil }
    guard let count = part.count() else {
      throw complaint(
        "'\(part)' is no number of \(what), which is one from 1 to \(Limits.evaluations)")
    }
    return count
  }

  func complaint(_ expected: String) -> ToolError { .usage("'\(text)': \(expected)") }
}

extension String {
  /// Both sides of the first `mark` behind a file's ending, as of `a.npy:b.npy`.
  func divided(after ending: String, at mark: Character) -> (first: String, second: String)? {
    for place in indices where self[place] == mark && self[..<place].hasSuffix(ending) {
      return (String(self[..<place]), String(self[index(after: place)...]))
    }
    return nil
  }
}
