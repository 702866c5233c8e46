// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import TestSupport
import Testing
import Torch

@Suite struct LocalizationTests {
  private static let metrics: [any Metric] = [
    PointingGame(), RelevanceRankAccuracy(), RelevanceMassAccuracy(), LocalizationAUC(),
    PointingGame(tolerance: 1, features: .pixels),
  ]

  @Test func `the point is the greatest attribution with its sign`() throws {
    #expect(try Known.score(PointingGame(), [-9, 1, 3], inside: [0, 0, 1]) == 1)
    #expect(try Known.score(PointingGame(), [-9, 1, 3], inside: [1, 1, 0]) == 0)
    // Two share the greatest, one of them matters.
    #expect(try Known.score(PointingGame(), [3, 1, 3], inside: [1, 1, 0]) == 0.5)
    // No contrast: the chance of a blind guess.
    #expect(try Known.score(PointingGame(), [0, 0, 0, 0], inside: [1, 0, 0, 0]) == 0.25)
  }

  @Test func `a tolerance is a circle`() throws {
    func dot(_ row: Int, _ column: Int) throws -> Tensor {
      try Tensor((0..<25).map { $0 == row * 5 + column ? 1.0 : 0 }, shape: [1, 1, 5, 5])
    }
    func score(_ row: Int, _ column: Int, tolerance: Double) throws -> Double {
      try PointingGame(tolerance: tolerance)
        .scores(of: Known.explanation(dot(2, 2), mask: dot(row, column)), seed: 0).scores[0]
    }
    #expect(try score(2, 3, tolerance: 0) == 0)
    #expect(try score(2, 3, tolerance: 1) == 1)
    #expect(try score(3, 3, tolerance: 1) == 0)
    #expect(try score(3, 3, tolerance: 1.5) == 1)
    #expect(try score(4, 2, tolerance: 2) == 1)
    #expect(try score(4, 4, tolerance: 100) == 1)
  }

  @Test func `rank accuracy looks at as many as matter`() throws {
    let metric = RelevanceRankAccuracy()
    #expect(try Known.score(metric, [5, 4, -6, 0], inside: [1, 0, 1, 0]) == 0.5)
    #expect(try Known.score(metric, [5, 4, -6, 0], inside: [1, 1, 0, 0]) == 1)
    #expect(try Known.score(metric, [5, 4, -6, 0], inside: [1, 1, 1, 1]) == 1)
    // One is surely among the two; of three that tie for the other place, one matters.
    expectClose(
      try Known.score(metric, [5, 1, 1, 1], inside: [1, 1, 0, 0]), (1 + 1.0 / 3) / 2)
    expectClose(try Known.score(metric, [0, 0, 0, 0], inside: [1, 0, 0, 0]), 0.25)
  }

  @Test func `mass accuracy is of positive attributions`() throws {
    let metric = RelevanceMassAccuracy()
    #expect(try Known.score(metric, [3, 1, -8], inside: [1, 0, 1]) == 0.75)
    #expect(try Known.score(metric, [-3, -1, 0], inside: [1, 0, 1]).isNaN)
  }

  @Test func `the area is the share of pairs in order`() throws {
    let metric = LocalizationAUC()
    // Pairs (3, 1), (3, 4), (2, 1), (2, 4).
    #expect(try Known.score(metric, [3, 1, 2, 4], inside: [1, 0, 1, 0]) == 0.5)
    #expect(try Known.score(metric, [3, 1, 2, 2], inside: [1, 0, 0, 1]) == 0.875)
    #expect(try Known.score(metric, [0, 0, 0], inside: [1, 0, 0]) == 0.5)
    #expect(try Known.score(metric, [1, 2], inside: [1, 1]).isNaN)
  }

  @Test func `where nothing matters nothing is scored`() throws {
    for metric in Self.metrics.prefix(4) {
      let score = try metric.scores(
        of: Known.explanation(
          Tensor([1, 2] as [Double], shape: [1, 2]), mask: Tensor.zeros([1, 2])), seed: 0)
      #expect(score.scores[0].isNaN)
    }
  }

  @Test func `one mask serves all instances, and a pixel matters where a channel does`() throws {
    let map = try Tensor([1, 0, 0, 5, 1, 0, 0, -5] as [Double], shape: [1, 2, 2, 2])
    let both = try Tensor.concatenated([map, -map])
    let mask = try Tensor([1, 0, 0, 0] as [Double], shape: [2, 2])
    #expect(
      try PointingGame().scores(of: Known.explanation(both, mask: mask), seed: 0).scores == [1, 0])
    let ofOneChannel = try Tensor([0, 0, 0, 0, 1, 0, 0, 0] as [Double], shape: [1, 2, 2, 2])
    #expect(
      try PointingGame().scores(of: Known.explanation(map, mask: ofOneChannel), seed: 0).scores
        == [1])
  }

  @Test func `what is missing is named`() throws {
    let map = try Tensor([1, 2] as [Double], shape: [1, 2])
    #expect(
      throws: MetricError.needsTruth(metric: "pointing game", what: "a mask of what matters")
    ) {
      try PointingGame().scores(of: Known.explanation(map), seed: 0)
    }
    #expect(
      throws: MetricError.shape(what: "the mask of what matters", [3], expected: [1, 2])
    ) {
      try PointingGame().scores(of: Known.explanation(map, mask: Tensor.zeros([3])), seed: 0)
    }
    #expect(throws: MetricError.self) {
      try PointingGame(tolerance: 2).scores(
        of: Known.explanation(map, mask: Tensor.ones([2])), seed: 0)
    }
  }

  @Test func `scores are those of Quantus where it reads signs as meant`() throws {
    let peer = try PeerFixture.read().quantus
    let explanation = try Known.explanation(peer.mapTensor, mask: peer.maskTensor)
    func scores(_ metric: some Metric) throws -> [Double] {
      try metric.scores(of: explanation, seed: 0).scores
    }
    #expect(try scores(PointingGame()) == peer.scores(of: "pointing"))
    let (rank, ranked) = (try scores(RelevanceRankAccuracy()), try peer.scores(of: "rank"))
    for (own, theirs) in zip(rank, ranked).prefix(2) { expectClose(own, theirs, absolute: 1e-12) }
    // Eighteen zeros of the third map, four of which matter, tie for the last of six places. Quantus
    // gives it to one by its position.
    let zeros = peer.maps.suffix(36).count { $0 == 0 }
    let positive = peer.maps.suffix(36).count { $0 > 0 }
    #expect(zeros == 18 && positive == 5)
    expectClose(rank[2], ranked[2] + (1.0 / 6) * (4.0 / 18), absolute: 1e-12)
    for (own, theirs) in zip(try scores(LocalizationAUC()), try peer.scores(of: "auc")) {
      expectClose(own, theirs, absolute: 1e-12)
    }
    let (mass, theirs) = (try scores(RelevanceMassAccuracy()), try peer.scores(of: "mass"))
    // The second map has no negative attribution.
    expectClose(mass[1], theirs[1], absolute: 1e-12)
    // Of maps with signs Quantus divides the signed sums: the "share" of the first is negative.
    #expect(theirs[0] < 0)
    #expect(mass.allSatisfy { (0...1).contains($0) })
  }

  @Test(arguments: 0..<5)
  func `metrics of localization keep the laws`(index: Int) throws {
    let metric = Self.metrics[index]
    #expect(metric.family == .localization && metric.direction == .higherIsBetter)
    let generator = try Generator(seed: 4)
    let map = try Tensor.normal([3, 2, 4, 4], type: .float64, from: generator)
    let mask = try (Tensor.uniform([3, 1, 4, 4], from: generator) .< 0.3).converted(to: .float32)
    let violations = try MetricLaws.violations(
      of: metric, explaining: Inputs(map), in: Known.sum, by: Known.product,
      truth: Truth(mask: mask))
    #expect(violations.isEmpty, "\(violations)")
  }
}
