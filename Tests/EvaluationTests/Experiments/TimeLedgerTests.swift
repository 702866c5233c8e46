// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Evaluation

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
