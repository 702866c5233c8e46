// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Evaluation

@Suite struct CSVTests {
  @Test(arguments: [
    ["plain", "with, comma", "with \"quotes\"", "two\nlines", "", "ü → ∞"],
    ["\r\n", "\"", ",", " "],
  ])
  func whatIsWrittenComesBack(fields: [String]) {
    let text = CSV.line(fields) + CSV.line(["a"])
    #expect(CSV.rows(of: Array(text.utf8)) == [fields, ["a"]])
  }

  @Test func fieldsAreQuotedWhereTheyMustBe() {
    #expect(CSV.line(["a b", "1,5", "say \"no\""]) == "a b,\"1,5\",\"say \"\"no\"\"\"\n")
    #expect(CSV.rows(of: Array("a,\"b".utf8)) == nil)
    #expect(CSV.rows(of: Array("a,b\r\nc,d".utf8)) == [["a", "b"], ["c", "d"]])
  }

  @Test(arguments: [
    0.1, -1e-300, .leastNonzeroMagnitude, 1.7976931348623157e308, 1 / 3, -0.0, .infinity,
  ])
  func numbersComeBackBitByBit(number: Double) {
    #expect(CSV.number(CSV.number(number))?.bitPattern == number.bitPattern)
  }

  @Test func whatIsNoNumberIsEmpty() {
    #expect(CSV.number(.nan) == "" && CSV.number(nil) == "")
    #expect(CSV.number("")?.isNaN == true && CSV.number("x") == nil)
  }
}
