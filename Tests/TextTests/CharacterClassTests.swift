// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Text

@Suite struct CharacterClassTests {
  private static let classes: [String: @Sendable (Unicode.Scalar) -> Bool] = [
    "removed": { !["\t", "\n", "\r"].contains($0) && ($0.isOther || $0 == "\u{FFFD}") },
    "blank": { $0.isBlank },
    "punctuation": { $0.isBertPunctuation },
    "accent": { $0.isAccent },
    "mark": { $0.isMark },
    "ideograph": { $0.isIdeograph },
    "letter": { $0.isLetter },
    "numeral": { $0.isNumeral },
  ]

  @Test func everyCharacterIsOfTheClassesOfThePythonLibrary() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: fixture("classes.json")))
    let ranges = try JSONDecoder().decode([String: [[UInt32]]].self, from: data)
    #expect(ranges.keys.sorted() == Self.classes.keys.sorted())
    for (name, isMember) in Self.classes {
      let expected = Set((ranges[name] ?? []).flatMap { $0[0]...$0[1] })
      let points = (0..<0x110000 as Range<UInt32>)
      let found = Set(points.filter { point in Unicode.Scalar(point).map(isMember) ?? false })
      let differences = found.symmetricDifference(expected).sorted().map { String($0, radix: 16) }
      #expect(differences.isEmpty, "\(name): \(differences.prefix(40))")
    }
  }
}
