// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Series of two channels, as of heartbeats, in which one small bump decides: in which channel it is,
/// and when, is known.
///
/// Beats come at a period of their own, with a wave ahead of each spike and one behind it. A third of
/// the series has nothing else; a third has a bump in the first channel, a third in the second, at a
/// time drawn at random. Dips of the same size are put in either channel without regard to the class,
/// so that it takes the bump itself to tell. Drifts and noise lie over all.
public struct Heartbeats: Sendable {
  /// `[series, 2, steps]`, float32, in millivolts.
  public let series: Tensor
  /// 1 where the bump is, `[series, 2, steps]`, float32; nowhere in a series of class 0.
  public let masks: Tensor
  /// 0 without a bump, 1 with one in the first channel, 2 in the second.
  public let labels: [Int]

  public static let channels = ["I", "II"]
  /// Steps of a series: two seconds.
  public static let steps = 250
  /// Steps a second.
  public static let samplingRate = 125.0

  /// - Parameters:
  ///   - count: Series; the first ones are the same for every count.
  ///   - seed: Another one for other series.
  public init(count: Int, seed: UInt64) throws {
    let drawings = (0..<count).map { Drawing(index: $0, seed: seed) }
    let shape = [count, Self.channels.count, Self.steps]
    series = try Tensor(
      drawings.flatMap { $0.samples.flatMap { $0.map { Float($0) / 1000 } } }, shape: shape)
    masks = try Tensor(drawings.flatMap { $0.mask.flatMap { $0 } }, shape: shape)
    labels = drawings.map(\.label)
  }

  /// The class at each step, `[series, steps]`, int64: a bump is where it is.
  public var stepLabels: Tensor {
    get throws {
      let weights = try Tensor([1, 2] as [Float], shape: [1, 2, 1])
      return try (masks * weights).sum(axes: [1]).converted(to: .int64)
    }
  }

  /// What tells the classes that have a bump: the bump. Series without one say nothing.
  public var groundTruth: GroundTruth {
    GroundTruth(inputs: series, labels: labels, truth: Truth(mask: masks))
  }

  private struct Drawing {
    let label: Int
    /// `[2][steps]`, in thousandths of a millivolt.
    private(set) var samples: [[Int]]
    private(set) var mask: [[Float]]

    init(index: Int, seed: UInt64) {
      var random = PortableRandom(seed: seed, stream: index)
      let steps = Heartbeats.steps
      label = index % 3
      let period = random.integer(80, 110)
      let first = random.integer(0, period - 1)
      let spikes = stride(from: first, to: steps, by: period).map { $0 }
      // The waves of spikes that lie just outside reach in.
      let around = [first - period] + spikes + [(spikes.last ?? first) + period]
      samples = [Self.beat, Self.secondBeat].map { waves in
        let gain = random.integer(80, 120)
        let (start, end) = (random.integer(-80, 80), random.integer(-80, 80))
        return (0..<steps).map { step in
          around.reduce(start + (end - start) * step / steps) { sum, spike in
            sum + waves.reduce(0) { $0 + $1.height(at: step - spike) } * gain / 100
          }
        }
      }
      mask = [[Float]](repeating: [Float](repeating: 0, count: steps), count: 2)
      var taken: [Int] = []
      // The bump first, then the dips, all apart from spikes and from each other.
      let dips = (0..<2).filter { _ in random.integer(below: 2) == 1 }
      for channel in [label - 1] + dips {
        let isBump = taken.isEmpty
        var center = random.integer(14, steps - 15)
        while spikes.contains(where: { abs($0 - center) < 14 })
          || taken.contains(where: { abs($0 - center) < 18 })
        {
          center = random.integer(14, steps - 15)
        }
        taken.append(center)
        let size = random.integer(220, 320)
        let wave = Wave(center: center, reach: random.integer(6, 8), peak: isBump ? size : -size)
        guard channel >= 0 else { continue }
        for step in 0..<steps {
          samples[channel][step] += wave.height(at: step)
          if isBump, abs(step - center) < wave.reach { mask[channel][step] = 1 }
        }
      }
      for channel in 0..<2 {
        for step in 0..<steps { samples[channel][step] += random.integer(-30, 30) }
      }
    }

    private static let beat = [
      Wave(center: -17, reach: 7, peak: 110), Wave(center: -4, reach: 3, peak: -120),
      Wave(center: 0, reach: 4, peak: 1000), Wave(center: 4, reach: 3, peak: -250),
      Wave(center: 32, reach: 16, peak: 260),
    ]
    private static let secondBeat = [
      Wave(center: -17, reach: 7, peak: 80), Wave(center: 0, reach: 4, peak: 650),
      Wave(center: 5, reach: 4, peak: -400), Wave(center: 32, reach: 16, peak: 190),
    ]
  }

  /// An arch of a parabola in whole numbers.
  private struct Wave {
    let center: Int
    let reach: Int
    let peak: Int

    func height(at step: Int) -> Int {
      let distance = step - center
      guard abs(distance) < reach else { return 0 }
      return peak * (reach * reach - distance * distance) / (reach * reach)
    }
  }
}
