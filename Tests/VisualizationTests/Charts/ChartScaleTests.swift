// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch
import Visualization

@Suite struct ChartScaleTests {
  @Test(arguments: [
    ([0.0, 10], [0.0, 2, 4, 6, 8, 10]), ([0.13, 0.87], [0, 0.2, 0.4, 0.6, 0.8, 1]),
    ([-3, 96], [-20, 0, 20, 40, 60, 80, 100]), ([0.0], [-0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6]),
    ([], [0, 0.2, 0.4, 0.6, 0.8, 1]), ([.nan, 1, .infinity, 2], [1, 1.2, 1.4, 1.6, 1.8, 2]),
  ])
  func `linear ticks lie at round numbers`(numbers: [Double], ticks: [Double]) {
    let scale = ChartScale(.linear, covering: numbers)
    #expect(scale.ticks.count == ticks.count)
    for (found, wanted) in zip(scale.ticks, ticks) { #expect(abs(found - wanted) < 1e-9) }
    #expect(scale.low == scale.ticks.first && scale.high == scale.ticks.last)
  }

  @Test(arguments: [
    ([0.003, 40], [0.001, 0.1, 10, 1000]), ([1, 1000], [1, 10, 100, 1000]),
    ([3, 40], [2, 5, 10, 20, 50]), ([1], [1, 2]), ([8], [5, 10]),
    ([-1, 0, .nan], [1, 2, 5, 10]), ([0, 20, 20], [20, 50]),
  ])
  func `logarithmic ticks lie at powers, or at 1, 2 and 5 times them`(
    numbers: [Double], ticks: [Double]
  ) {
    let scale = ChartScale(.logarithmic, covering: numbers)
    #expect(scale.ticks.count == ticks.count, "\(scale.ticks)")
    for (found, wanted) in zip(scale.ticks, ticks) { #expect(abs(found / wanted - 1) < 1e-9) }
  }

  @Test(arguments: 0..<40)
  func `a scale holds its numbers, and its ticks are few and even`(seed: UInt64) throws {
    let draws = try Tensor.normal([8], from: Generator(seed: seed)).numbers()
    let magnitude = draws[0] * 20
    var power = 1.0
    for _ in 0..<Int(abs(magnitude)) { power *= magnitude > 0 ? 10 : 0.1 }
    let numbers = draws.dropFirst().map { $0 * power }
    let linear = ChartScale(.linear, covering: numbers)
    let logarithmic = ChartScale(.logarithmic, covering: numbers.map { abs($0) })
    for number in numbers {
      #expect((-1e-9...1 + 1e-9).contains(linear.share(of: number)))
      #expect((-1e-9...1 + 1e-9).contains(logarithmic.share(of: abs(number))))
    }
    #expect(3...9 ~= linear.ticks.count && 2...9 ~= logarithmic.ticks.count)
    let steps = zip(linear.ticks.dropFirst(), linear.ticks).map { $0 - $1 }
    for step in steps { #expect(abs(step / steps[0] - 1) < 1e-6) }
    #expect(Set(linear.labels).count == linear.ticks.count, "\(linear.labels)")
    #expect(Set(logarithmic.labels).count == logarithmic.ticks.count)
  }

  @Test func `shares are straight on linear axes, and of factors on logarithmic ones`() {
    let linear = ChartScale(.linear, covering: [0, 10])
    #expect(linear.share(of: 2.5) == 0.25 && linear.share(of: -10) == -1)
    let logarithmic = ChartScale(.logarithmic, covering: [1, 10_000])
    #expect(abs(logarithmic.share(of: 100) - 0.5) < 1e-12)
    #expect(!logarithmic.hasPlace(0) && !logarithmic.hasPlace(-1) && !linear.hasPlace(.nan))
    // The largest numbers leave the scale finite.
    let huge = ChartScale(.linear, covering: [-1e300, 1e300])
    #expect(huge.low.isFinite && huge.high.isFinite && huge.share(of: 0) == 0.5)
  }

  @Test func `labels have the digits that tell ticks apart`() {
    #expect(
      ChartScale(.linear, covering: [0, 1]).labels == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(ChartScale(.linear, covering: [-20, 20]).labels.first == "\u{2212}20")
    #expect(ChartScale(.logarithmic, covering: [1e-5, 1]).labels.first == "1e-5")
    #expect(ChartScale(.linear, covering: [2e7, 4e7]).labels.last == "4e7")
  }
}
