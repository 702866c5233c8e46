// SPDX-License-Identifier: Apache-2.0

import Attribution
import TestSupport
import Testing
import Torch

/// Distributions that look at what came back before they say where to look next.
@Suite struct ReactionTests {
  /// Moves the features whose gradients are smallest first, a step at a time: the idea of guided
  /// integrated gradients (Kapishnikov and others 2021), in its plainest form.
  struct SmallestFirst: DistributionOfInterest {
    let steps: Int
    var reacts: Bool { true }

    func samples(around instances: Instances) throws -> Samples {
      round(at: try instances.activation * 0, left: steps, instances)
    }

    func samples(around instances: Instances, after round: Round) throws -> Samples? {
      let left = steps - round.index - 1
      guard left > 0 else { return nil }
      let next = try target(round.points, round.gradients, left: left + 1, instances)
      return self.round(at: next, left: left, instances)
    }

    private func round(at point: Activation, left: Int, _ instances: Instances) -> Samples {
      let ends = [PathEnds(start: Activation([]), end: nil)]
      return Samples(weights: [1], ends: left == steps ? [PathEnds(start: point)] : ends) { _ in
        SampleRows(
          points: point,
          displacement: .reaction { try target(point, $0, left: left, instances) })
      }
    }

    /// The half of the features with smaller gradients goes 1/left of the way twice as fast; the
    /// last step takes all the rest.
    private func target(
      _ point: Activation, _ gradients: Activation, left: Int, _ instances: Instances
    ) throws -> Activation {
      let way = try instances.activation - point
      guard left > 1 else { return instances.activation }
      let share = try gradients.map { gradient in
        let sizes = try gradient.absolute()
        let middle = try sizes.median(axis: 1).unsqueezed(axis: 1)
        return try (sizes .<= middle).converted(to: gradient.elementType) * (0.4 / Double(left))
          + 0.8 / Double(left)
      }
      return try point + way * share
    }
  }

  @Test(arguments: [InputCut() as any Cut, LayerCut("first")])
  func `a path that follows gradients is complete in the limit`(cut: any Cut) throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(2)
    func explain(_ distribution: any DistributionOfInterest) throws -> Attributions {
      try InternalInfluence(
        model, distribution: distribution, quantity: .classScore(0),
        slice: NetworkSlice(from: cut), at: .input
      ).attributions(for: x)
    }
    let coarse = try explain(SmallestFirst(steps: 60))
    let fine = try explain(SmallestFirst(steps: 240))
    let gaps = try [coarse, fine].map { try #require($0.completenessGap).absolute().max().number() }
    // A left sum: four times the steps, a quarter of the gap.
    #expect(gaps[1] < gaps[0] / 2.5 && gaps[1] < 0.02)
    // It is another path: attributions differ, their sums do not.
    let straight = try explain(PathDistribution())
    #expect(try relativeL1(fine.values, straight.values) > 0.01)
    #expect(fine.cost.samples == 240)
  }

  @Test func `instances of a batch react each for itself`() throws {
    let model = try ToyModels.smooth()
    let x = try ToyModels.rows(5)
    let engine = InternalInfluence(
      model, distribution: SmallestFirst(steps: 12), quantity: .classScore(0))
    let together = try engine.attributions(for: x)
    for row in 0..<5 {
      try expectClose(
        engine.attributions(for: x[row..<row + 1]).values, together.values[row..<row + 1],
        absolute: 1e-12)
    }
  }
}
