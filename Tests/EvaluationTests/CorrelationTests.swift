// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Testing

@Suite struct CorrelationTests {
  @Test func pearsonOfALineIsOne() {
    #expect(abs(Correlation.pearson([1, 2, 4], [3, 5, 9]) - 1) < 1e-15)
    #expect(abs(Correlation.pearson([1, 2, 4], [-3, -5, -9]) + 1) < 1e-15)
    // 1·1 + 0·(−2) + (−1)·1 = 0.
    #expect(abs(Correlation.pearson([1, 0, -1], [1, -2, 1])) < 1e-15)
    #expect(abs(Correlation.pearson([1e300, 2e300, 4e300], [1e-300, 2e-300, 4e-300]) - 1) < 1e-12)
  }

  @Test func aConstantHasNoCorrelation() {
    #expect(Correlation.pearson([1, 1, 1], [1, 2, 3]).isNaN)
    #expect(Correlation.spearman([1, 2, 3], [0, 0, 0]).isNaN)
    #expect(Correlation.pearson([1], [2]).isNaN)
    #expect(Correlation.pearson([], []).isNaN)
  }

  @Test func spearmanSeesOrderAlone() {
    #expect(abs(Correlation.spearman([1, 2, 3, 4], [1, 8, 27, 64]) - 1) < 1e-15)
    // Of ranks (1, 2.5, 2.5, 4) and (1, 2, 3, 4): 4.5 / √(4.5 · 5).
    #expect(
      abs(Correlation.spearman([1, 2, 2, 3], [1, 2, 3, 4]) - 4.5 / (4.5 * 5).squareRoot()) < 1e-15)
  }

  @Test func equalNumbersShareARank() {
    #expect(Correlation.ranks([3, 1, 3, 2]) == [3.5, 1, 3.5, 2])
    #expect(Correlation.ranks([.nan, .nan]).count == 2)
  }
}
