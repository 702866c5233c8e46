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

@Suite struct TimeLedgerTests {
  private func cell(_ key: String, method: String) -> PlannedCell {
    PlannedCell(
      identity: CellIdentity(model: "m", data: "d", slice: "s", quantity: "q", method: method),
      slice: ExperimentSlice(), quantity: ExperimentQuantity(),
      method: ExperimentMethod(method) { _ in throw ExperimentError.nothing(of: "methods") },
      key: key)
  }

  @Test func workIsJudgedByItsLike() {
    var ledger = TimeLedger()
    let (one, other) = (cell("1", method: "a"), cell("2", method: "a"))
    #expect(ledger.secondsPerInstance(one, ["x"]) == (0, false))
    ledger.add(8, 4, explaining: one)
    ledger.add(2, 4, of: "x", on: one)
    #expect(ledger.secondsPerInstance(one, ["x"]) == (2.5, true))
    // The same method and metric elsewhere, until it is measured itself.
    #expect(ledger.secondsPerInstance(other, ["x"]) == (2.5, true))
    ledger.add(1, 1, explaining: other)
    #expect(ledger.secondsPerInstance(other, ["x"]) == (1.5, true))
    #expect(ledger.secondsPerInstance(other, ["x", "y"]) == (1.5, false))
    #expect(ledger.secondsPerInstance(cell("3", method: "b"), []) == (0, false))
  }
}
