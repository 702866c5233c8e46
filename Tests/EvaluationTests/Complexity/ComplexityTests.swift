// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Foundation
import TestSupport
import Testing
import Torch

@Suite struct ComplexityTests {
  private static let metrics: [any Metric] = [
    Sparseness(), AttributionEntropy(), EffectiveComplexity(),
    EffectiveComplexity(threshold: .size(0.4), features: .elements),
  ]

  @Test func `the Gini index of one feature is greatest and of equal ones 0`() throws {
    #expect(try Known.score(Sparseness(), [0, 0, -7, 0]) == 0.75)
    expectClose(try Known.score(Sparseness(), [2, -2, 2, 2]), 0, absolute: 1e-15)
    // (−1 · 1 + 1 · 3) / (2 · 4).
    expectClose(try Known.score(Sparseness(), [-3, 1]), 0.25, absolute: 1e-15)
  }

  @Test func `entropy is the logarithm of how many share alike`() throws {
    expectClose(try Known.score(AttributionEntropy(), [1, -1, 0, 1, 1]), log(4), absolute: 1e-14)
    #expect(try Known.score(AttributionEntropy(), [0, 5, 0]) == 0)
    expectClose(
      try Known.score(AttributionEntropy(), [3, 1]), 0.75 * log(4 / 3) + 0.25 * log(4),
      absolute: 1e-14)
  }

  @Test func `effective complexity counts what is over the threshold`() throws {
    #expect(try Known.score(EffectiveComplexity(), [-100, 2, 1, 0.5, 0]) == 2)
    #expect(
      try Known.score(EffectiveComplexity(threshold: .size(0.4)), [-100, 2, 1, 0.5, 0]) == 4)
  }

  @Test func `a scale changes no score that is relative to the greatest`() throws {
    let map = [0.3, -2, 0.7, 0.001, 1.4]
    for metric in Self.metrics.prefix(3) {
      for scale in [1e-200, 1e-9, 1e9, 1e200] {
        expectClose(
          try score(metric, map.map { $0 * scale }), try score(metric, map), absolute: 1e-12)
      }
    }
    // An absolute threshold, as in Quantus, says that everything matters, or nothing.
    let absolute = EffectiveComplexity(threshold: .size(1e-5))
    #expect(try Known.score(absolute, map.map { $0 * 1e-9 }) == 0)
    #expect(try Known.score(absolute, map.map { $0 * 1e9 }) == 5)
  }

  private func score(_ metric: any Metric, _ map: [Double]) throws -> Double {
    try Known.score(metric, map)
  }

  @Test func `attributions of zeros have no distribution`() throws {
    #expect(try Known.score(Sparseness(), [0, 0]).isNaN)
    #expect(try Known.score(AttributionEntropy(), [0, 0]).isNaN)
    #expect(try Known.score(EffectiveComplexity(), [0, 0]) == 0)
  }

  @Test func `channels of a pixel are added before their size is taken`() throws {
    let map = try Tensor([1, 0, 2, 3, -1, 0, -2, 5] as [Double], shape: [1, 2, 2, 2])
    let explanation = try Known.explanation(map)
    #expect(try Sparseness().scores(of: explanation, seed: 0).scores == [0.75])
    #expect(
      try EffectiveComplexity(features: .elements).scores(of: explanation, seed: 0).scores == [6])
  }

  @Test func `scores are those of Quantus, but for what it adds`() throws {
    let peer = try PeerFixture.read().quantus
    let explanation = try Known.explanation(peer.mapTensor)
    func scores(_ metric: some Metric) throws -> [Double] {
      try metric.scores(of: explanation, seed: 0).scores
    }
    for (own, theirs) in zip(try scores(Sparseness()), try peer.scores(of: "sparseness")) {
      expectClose(own, theirs, absolute: 2e-7, relative: 0)
    }
    for (own, theirs) in zip(try scores(AttributionEntropy()), try peer.scores(of: "complexity")) {
      expectClose(own, theirs, absolute: 1e-9, relative: 0)
    }
    #expect(
      try scores(EffectiveComplexity(threshold: .size(1e-5))) == peer.scores(of: "effective"))
    // 10⁻⁷ on every size: invisible here, and all that is left of attributions that are smaller.
    let shifted = try Known.explanation(peer.mapTensor.absolute() + 1e-7)
    for (own, theirs) in zip(
      try Sparseness().scores(of: shifted, seed: 0).scores, try peer.scores(of: "sparseness"))
    {
      expectClose(own, theirs, absolute: 1e-14, relative: 0)
    }
  }

  @Test(arguments: 0..<4)
  func `metrics of complexity keep the laws`(index: Int) throws {
    let metric = Self.metrics[index]
    #expect(metric.family == .complexity)
    let map = try Tensor.normal([3, 2, 4, 4], type: .float64, from: Generator(seed: 4))
    let violations = try MetricLaws.violations(
      of: metric, explaining: Inputs(map), in: Known.sum, by: Known.product)
    #expect(violations.isEmpty, "\(violations)")
  }
}
