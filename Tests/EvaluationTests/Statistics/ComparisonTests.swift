// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Evaluation

@Suite struct ComparisonTests {
  @Test func `a mean counts what it leaves out`() {
    let estimate = MeanEstimate([1, .nan, 3, .infinity, 2])
    #expect(estimate.mean == 2 && estimate.count == 3 && estimate.leftOut == 2)
    #expect(estimate.standardDeviation == 1)
    #expect(estimate.interval?.contains(2) == true)
    let none = MeanEstimate([.nan])
    #expect(none.mean.isNaN && none.interval == nil && none.leftOut == 1)
  }

  @Test func `comparisons are those of SciPy`() throws {
    let peer = try PeerFixture.read().statistics
    let comparison = PairedComparison(peer.first, peer.second)
    expectClose(comparison.pValue, peer.pValue, absolute: 1e-15, relative: 0)
    expectClose(comparison.rankBiserial, peer.rankBiserial, absolute: 1e-14)
    expectClose(comparison.standardizedEffect, peer.standardizedEffect, absolute: 1e-14)
    // The other way round only signs change.
    let reversed = PairedComparison(peer.second, peer.first)
    #expect(reversed.pValue == comparison.pValue)
    expectClose(reversed.rankBiserial, -comparison.rankBiserial, absolute: 1e-15)
    expectClose(reversed.difference.mean, -comparison.difference.mean, absolute: 1e-15)
  }

  @Test func `the test of signs is counted out for few differences`() {
    // All eight patterns of 1, 2, 3: only +++ and −−− are as far from 0.
    #expect(SignFlipTest.pValue([1, 2, 3]) == 0.25)
    #expect(SignFlipTest.pValue([1, -2, 3]) == 0.75)
    #expect(SignFlipTest.pValue([5]) == 1)
    #expect(SignFlipTest.pValue([0, 0]) == 1)
    #expect(SignFlipTest.pValue([]).isNaN)
    // Zeros have no sign; a scale changes nothing.
    #expect(SignFlipTest.pValue([1e-300, 0, 2e-300, 3e-300, 0]) == 0.25)
    // 0.1 + 0.2 and 0.3 cancel but for rounding, and every sum is as far as 0.
    #expect(SignFlipTest.pValue([0.1, 0.2, -0.3]) == 1)
    // Ten of one sign: 2 / 2¹⁰.
    #expect(SignFlipTest.pValue([Double](repeating: 1, count: 10)) == 2.0 / 1024)
  }

  @Test func `drawn patterns agree with all patterns`() {
    // Twenty differences of ±1 with sum 8: a binomial share, P(|2 B − 20| ≥ 8).
    let differences = [Double](repeating: 1, count: 14) + [Double](repeating: -1, count: 6)
    let exact = 0.11531829833984375
    let drawn = SignFlipTest.pValue(differences, flips: 40_000, seed: 2)
    // A standard error of 0.0016.
    expectClose(drawn, exact, absolute: 0.007, relative: 0)
    #expect(SignFlipTest.pValue([Double](repeating: 1, count: 40), flips: 99) == 0.01)
  }

  @Test func `p-values are even where both configurations are alike`() {
    var random = SeededNumbers(seed: 8)
    let trials = 1000
    let low = (0..<trials).count { trial in
      let differences = (0..<9).map { _ in Double.random(in: -1..<1, using: &random) }
      return SignFlipTest.pValue(differences, seed: UInt64(trial)) <= 0.05
    }
    // 5 % with a standard error of 0.7 %.
    #expect((0.028...0.072).contains(Double(low) / Double(trials)))
  }

  @Test func `effects have their limits`() {
    let higher = PairedComparison([2, 3, 4], [1, 1, 1])
    #expect(higher.rankBiserial == 1)
    #expect(higher.difference.mean == 2 && higher.standardizedEffect == 2)
    let equal = PairedComparison([1, 2], [1, 2])
    #expect(equal.rankBiserial == 0 && equal.standardizedEffect == 0 && equal.pValue == 1)
    #expect(PairedComparison([2, 3], [1, 2]).standardizedEffect == .infinity)
    // Ranks 1 and 2 against 3: (3 − 3) / 6.
    #expect(PairedComparison([1, 2, -3], [0, 0, 0]).rankBiserial == 0)
  }

  @Test func `scores that are missing are left out in pairs`() {
    let comparison = PairedComparison([1, .nan, 5, 4], [0, 2, .nan, 1])
    #expect(comparison.count == 2 && comparison.leftOut == 2)
    #expect(comparison.difference.mean == 2)
    let none = PairedComparison([.nan], [1])
    #expect(none.pValue.isNaN && none.rankBiserial.isNaN && none.difference.mean.isNaN)
  }

  @Test func `corrected p-values are those of statsmodels`() throws {
    let peer = try PeerFixture.read().statistics
    for (own, theirs) in zip(HolmCorrection.adjusted(peer.pValues), peer.holm) {
      expectClose(own, theirs, absolute: 1e-15)
    }
    #expect(HolmCorrection.adjusted([]) == [])
    #expect(HolmCorrection.adjusted([0.4, 0.6]) == [0.8, 0.8])
    let withMissing = HolmCorrection.adjusted([0.01, .nan, 0.2])
    #expect(withMissing[0] == 0.02 && withMissing[1].isNaN && withMissing[2] == 0.2)
  }

  @Test func `a family holds every pair`() {
    let family = NamedComparison.pairs(among: [
      ("a", [1, 2, 3, 4]), ("b", [0, 1, 2, 3.5]), ("c", [4, 1, 3, 2]),
    ])
    #expect(family.map(\.first) == ["a", "a", "b"])
    #expect(family.map(\.second) == ["b", "c", "c"])
    #expect(family[0].comparison.pValue == 0.125)
    #expect(family[0].adjustedPValue == 0.375)
    #expect(family.allSatisfy { $0.adjustedPValue >= $0.comparison.pValue })
  }
}
