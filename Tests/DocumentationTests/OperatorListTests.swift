// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ONNX

/// The list of operators in the guide on models.
@Suite struct OperatorListTests {
  @Test func `the guide lists the operators that are there, and no others`() throws {
    let guide = try Workplace.text("Docs/Models.md")
    let sections = [
      ("", "### Operators\n", "\n\nOf ONNX Runtime's own"),
      ("com.microsoft", "which its optimizer writes:\n", "\n\nA test"),
    ]
    for (domain, start, end) in sections {
      // Every second part stands between backquotes.
      let parts = guide.components(between: start, and: end).split(
        separator: "`", omittingEmptySubsequences: false)
      let listed = Set(parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) })
      let known = Set(OperatorRegistry.all.filter { $0.domain == domain }.map(\.name))
      #expect(known.subtracting(listed).sorted() == [])
      #expect(listed.subtracting(known).sorted() == [])
    }
  }
}

extension String {
  /// What stands between the first `start` and the first `end` after it; empty where either is
  /// missing.
  fileprivate func components(between start: String, and end: String) -> String {
    guard let first = range(of: start),
      let last = range(of: end, range: first.upperBound..<endIndex)
    else { return "" }
    return String(self[first.upperBound..<last.lowerBound])
  }
}
