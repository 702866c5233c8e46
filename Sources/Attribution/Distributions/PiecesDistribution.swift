// SPDX-License-Identifier: Apache-2.0

import Torch

/// Cells between given times of straight lines, for one instance.
struct PiecesDistribution: DistributionOfInterest {
  struct Leg: Sendable {
    let start: Activation
    let direction: Activation
    let times: [Double]
    let share: Double
  }

  let legs: [Leg]
  let name: String

  func samples(around instances: Instances) throws -> Samples {
    let weights = legs.flatMap { leg -> [Double] in
      [Double](repeating: leg.share, count: leg.times.count - 1) + [0]
    }.dropLast()
    let durations = legs.flatMap { leg -> [Double] in
      zip(leg.times, leg.times.dropFirst()).map { $1 - $0 } + [0]
    }.dropLast()
    let ends = legs.map { PathEnds(start: $0.start, weight: $0.share) }
    return Samples(
      cells: Array(weights), durations: Array(durations), secants: .refuse, ends: ends
    ) { range in
      var parts: [SampleRows] = []
      var first = 0
      for leg in legs {
        let own = range.clamped(to: first..<first + leg.times.count)
        if !own.isEmpty {
          let times = Array(leg.times[own.lowerBound - first..<own.upperBound - first])
          let points = try leg.start.combined(with: leg.direction) { start, direction in
            let time = try Tensor(times).converted(like: start).alignedToRows(rank: start.rank)
            return try start + direction * time
          }
          parts.append(
            SampleRows(
              points: points,
              displacement: .next(along: Line(direction: leg.direction, times: times))))
        }
        first += leg.times.count
      }
      return try SampleRows(joining: parts)
    }
  }
}
