// SPDX-License-Identifier: Apache-2.0

import Attribution
import Synchronization
import TestSupport
import Testing
import Torch

@testable import Evaluation

@Suite struct InformationCurveTests {
  private typealias Cases = FaithfulnessCases

  @Test func `a line through points in order of information, never falling`() {
    // From 100 to 200 bytes, and from 0.2 to 1: (0.5, 0.75), (0.25, 0.875), and one beyond the range.
    let heights = InformationCurve.heights(
      information: [100, 150, 125, 80, 200], performance: [0.2, 0.8, 0.9, 0.1, 1], least: 0.8)
    #expect(heights.count == 101)
    expectClose(heights[0], 0)
    expectClose(heights[10], 0.875 * 0.4)
    expectClose(heights[25], 0.875)
    // The second point in order of information lies lower than the best so far.
    expectClose(heights[50], 0.875)
    expectClose(heights[75], 0.9375)
    expectClose(heights[100], 1)
  }

  @Test(arguments: [
    ([100.0, 200], [0.2, 0.7]), ([100, 200], [0.9, 0.9]), ([200, 200], [0.1, 0.9]), ([], []),
  ])
  func `no curve`(information: [Double], performance: [Double]) {
    let heights = InformationCurve.heights(
      information: information, performance: performance, least: 0.8)
    #expect(heights.allSatisfy { $0.isNaN })
  }

  @Test func `corners and a hundredth of the pixels are known, then what is attributed most`()
    throws
  {
    let filling = RecordedFilling()
    let metric = PerformanceInformationCurve(.softmax, shares: [0.1, 0.5], filling: filling)
    let picture = try Tensor.uniform([2, 1, 12, 10], type: .float64, from: Generator(seed: 1))
    let model = ToyModels.function { try $0.flattened(from: 1)[.all, 0..<2] }
    let map = try Tensor((0..<120).map(Double.init), shape: [1, 12, 10])
    _ = try Cases.result(metric, Inputs(picture), Cases.fixed(map), in: model)
    let removed = try #require(filling.masks.withLock { $0.first })
    // Samples: nothing, 12 and 60 pixels, all; instances within each.
    let known = try (removed .== 0).reshaped(to: [4, 2, 120]).converted(to: .float64)
    for instance in 0..<2 {
      let steps = try (0..<4).map { try known[$0, instance].numbers() }
      let first = Set(steps[0].indices.filter { steps[0][$0] == 1 })
      #expect(first.isSuperset(of: [0, 9, 110, 119]))
      #expect((5...6).contains(first.count))
      for (step, count) in zip(steps, [0, 12, 60, 120]) {
        #expect(Set(step.indices.filter { step[$0] == 1 }) == first.union(120 - count..<120))
      }
    }
    #expect(try known[0, 0].numbers() != known[0, 1].numbers())
  }
}

/// Zeros, and what was asked of it.
private final class RecordedFilling: Removal {
  let name = "recorded"
  let masks = Mutex<[Tensor]>([])

  func substitutes(for explanation: Explanation, seed: UInt64) throws -> Substitutes {
    Substitutes { points, removed in
      self.masks.withLock { $0 += removed.tensors }
      return try points.map { try $0.filled(with: 0) }
    }
  }
}
