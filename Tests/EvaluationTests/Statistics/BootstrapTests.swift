// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct BootstrapTests {
  @Test func `intervals are those of SciPy within the draws' own noise`() throws {
    let peer = try PeerFixture.read().statistics
    for (method, ends) in [
      (BootstrapMethod.biasCorrectedAccelerated, peer.biasCorrected),
      (.percentile, peer.percentile),
    ] {
      let interval = try #require(
        BootstrapInterval.ofMean(
          peer.skewed, resamples: 20_000, method: method, isExpanded: false, seed: 1))
      // SciPy drew 200,000; the end of 20,000 has a deviation of about 0.004.
      expectClose(interval.lowerBound, ends[0], absolute: 0.015, relative: 0)
      expectClose(interval.upperBound, ends[1], absolute: 0.015, relative: 0)
    }
    // They differ by more than that, towards the long tail.
    #expect(peer.biasCorrected[1] - peer.percentile[1] > 0.025)
  }

  @Test func `a shift moves the interval along, a scale widens it`() throws {
    let numbers = [1.0, 4, 2, 8, 5, 7, 7.5]
    let interval = try #require(BootstrapInterval.ofMean(numbers, seed: 5))
    let shifted = try #require(BootstrapInterval.ofMean(numbers.map { $0 + 1e6 }, seed: 5))
    let scaled = try #require(BootstrapInterval.ofMean(numbers.map { $0 * -3 }, seed: 5))
    expectClose(shifted.lowerBound, interval.lowerBound + 1e6, relative: 1e-14)
    #expect(interval.contains(numbers.mean))
    expectClose(
      scaled.upperBound - scaled.lowerBound, 3 * (interval.upperBound - interval.lowerBound),
      relative: 0.05)
  }

  @Test func `few or equal numbers have no spread`() {
    #expect(BootstrapInterval.ofMean([]) == nil)
    #expect(BootstrapInterval.ofMean([3]) == nil)
    #expect(BootstrapInterval.ofMean([3, 3, 3]) == 3...3)
  }

  @Test func `the same seed gives the same interval`() {
    let numbers = [0.1, 0.9, 0.4, 0.2, 0.3, 0.35, 0.6, 0.65, 0.7, 0.75, 0.15]
    #expect(
      BootstrapInterval.ofMean(numbers, seed: 4) == BootstrapInterval.ofMean(numbers, seed: 4))
    #expect(
      BootstrapInterval.ofMean(numbers, seed: 4) != BootstrapInterval.ofMean(numbers, seed: 5))
  }

  @Test func `two numbers span the whole interval`() {
    // Nothing is known of a spread by two: all that was drawn.
    #expect(BootstrapInterval.ofMean([1, 2]) == 1...2)
    #expect((BootstrapInterval.ofMean([0, 0, 0, 0, 0, 0, 1])?.lowerBound ?? 1) < 1e-15)
  }

  /// How often an interval called 95 % holds the mean of what was drawn from.
  private func coverage(
    _ count: Int, method: BootstrapMethod, isExpanded: Bool = true, mean: Double,
    draw: (inout SeededNumbers) -> Double
  ) -> Double {
    var random = SeededNumbers(seed: 11)
    let trials = 1000
    var hits = 0
    for trial in 0..<trials {
      let numbers = (0..<count).map { _ in draw(&random) }
      let interval = BootstrapInterval.ofMean(
        numbers, resamples: 400, method: method, isExpanded: isExpanded, seed: UInt64(trial))
      if interval?.contains(mean) ?? false { hits += 1 }
    }
    return Double(hits) / Double(trials)
  }

  /// With 1,000 trials a share of 95 % has a standard error of 0.7 %.
  @Test func `intervals hold the mean of normal numbers as often as they say`() {
    func normal(_ random: inout SeededNumbers) -> Double {
      NormalDistribution.number(above: Double.random(in: 0..<1, using: &random))
    }
    let share = coverage(10, method: .biasCorrectedAccelerated, mean: 0, draw: normal)
    #expect((0.91...0.97).contains(share), "\(share)")
    let plain = coverage(10, method: .percentile, isExpanded: false, mean: 0, draw: normal)
    #expect(plain < share - 0.02, "\(plain) against \(share)")
  }

  @Test func `intervals of skewed numbers fall short by little`() {
    func exponential(_ random: inout SeededNumbers) -> Double {
      -log(1 - Double.random(in: 0..<1, using: &random))
    }
    let share = coverage(20, method: .biasCorrectedAccelerated, mean: 1, draw: exponential)
    #expect((0.91...0.96).contains(share), "\(share)")
    let plain = coverage(20, method: .percentile, isExpanded: false, mean: 1, draw: exponential)
    #expect(plain < share, "\(plain) against \(share)")
  }

  @Test func `Student's distribution has its known shares`() {
    // Of one degree it is Cauchy's: tan(π (0.975 − 1/2)).
    expectClose(
      StudentDistribution.number(above: 0.975, degrees: 1), tan(0.475 * Double.pi), absolute: 0,
      relative: 1e-12)
    expectClose(
      StudentDistribution.number(above: 0.975, degrees: 2), 4.302652729749462, absolute: 0,
      relative: 1e-12)
    expectClose(
      StudentDistribution.number(above: 0.975, degrees: 9), 2.262157162798205, absolute: 0,
      relative: 1e-12)
    expectClose(
      StudentDistribution.number(above: 0.95, degrees: 30), 1.6972608865939587, absolute: 0,
      relative: 1e-12)
    expectClose(
      StudentDistribution.number(above: 0.975, degrees: 500),
      StudentDistribution.number(above: 0.975, degrees: 501), absolute: 0.005, relative: 0)
    #expect(StudentDistribution.share(below: 0, degrees: 4) == 0.5)
  }

  @Test func `the normal distribution has its known shares`() {
    expectClose(NormalDistribution.share(below: 1.959963984540054), 0.975, absolute: 1e-15)
    expectClose(NormalDistribution.number(above: 0.975), 1.959963984540054, absolute: 1e-14)
    expectClose(NormalDistribution.number(above: 0.001), -3.090232306167813, absolute: 1e-13)
    #expect(abs(NormalDistribution.number(above: 0.5)) < 1e-15)
    #expect(NormalDistribution.number(above: 0) == -.infinity)
    #expect(NormalDistribution.number(above: 1) == .infinity)
  }

  @Test func `draws are even over their places`() {
    var random = SeededNumbers(seed: 1)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[random.place(below: 7)] += 1 }
    // 10,000 each, with a deviation of 93.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
    // The first outputs of SplitMix64 from 1234567, as its author publishes them.
    var published = SeededNumbers(seed: 1_234_567)
    #expect(
      (0..<3).map { _ in published.next() }
        == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
  }
}
