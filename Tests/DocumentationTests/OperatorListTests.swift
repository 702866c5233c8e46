// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ONNX

/// The list of operators in the guide on models.
@Suite struct OperatorListTests {
  @Test func `the guide lists the operators that are there, and no others`() throws {
    let guide = try Workplace.text("Docs/Models.md")
    let section = guide.components(between: "### Operators\n", and: "\n\nA test")
    let listed = Set(section.split { !($0.isLetter || $0.isNumber) }.map(String.init))
    let known = Set(OperatorRegistry.all.map(\.name))
    #expect(known.subtracting(listed).sorted() == [])
    #expect(listed.subtracting(known).sorted() == [])
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
