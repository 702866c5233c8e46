// SPDX-License-Identifier: Apache-2.0

import Torch

/// The natural cubic spline from the start through given points to the end, which it passes at even
/// times.
///
/// Of all curves that pass the points at these times it bends least, ∫ |γ″|² being smallest; γ″ is
/// continuous, and 0 at both ends. Without points it is the straight line. It is no more monotone than
/// the points make it, so that features may overshoot between them; ``PolylinePath`` does not.
public struct SplinePath: Path {
  /// The points between start and end, each broadcasting to an instance.
  public let waypoints: [Tensor]
  /// γ″ at each stop, as a sum over stops: `[stops][stops]`.
  private let bends: [[Double]]

  public init(through waypoints: [Tensor]) {
    self.waypoints = waypoints
    bends = Self.bends(stops: waypoints.count + 2)
  }

  public var name: String { "spline" }

  public func points(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    let hats = try hats(at: times)
    let cubics = try hats.map { hat in
      try (hat * hat.squared() - hat) * (width * width / 6)
    }
    return try sum(from: start, to: end, linear: hats, cubic: cubics)
  }

  public func velocities(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    let hats = try hats(at: times)
    let pieces = Double(bends.count - 1)
    let piece = try (times * pieces).roundedDown().clamped(from: 0, to: pieces - 1)
    let slopes = try hats.indices.map { stop in
      let rises = try (piece .== Double(stop - 1)).converted(like: times)
      return try (rises - (piece .== Double(stop)).converted(like: times)) * pieces
    }
    let cubics = try zip(hats, slopes).map { hat, slope in
      try (hat.squared() * 3 - 1) * slope * (width * width / 6)
    }
    return try sum(from: start, to: end, linear: slopes, cubic: cubics)
  }

  /// The time between two stops.
  private var width: Double { 1 / Double(bends.count - 1) }

  /// For each stop, 1 there and falling evenly to 0 at its neighbours.
  private func hats(at times: Tensor) throws -> [Tensor] {
    let scaled = try times * Double(bends.count - 1)
    return try bends.indices.map { stop in
      try (1 - (scaled - Double(stop)).absolute()).clamped(from: 0)
    }
  }

  /// Σ stops ⊙ (what lies on the chords + what the bends at all stops add).
  private func sum(
    from start: Tensor, to end: Tensor, linear: [Tensor], cubic: [Tensor]
  ) throws -> Tensor {
    let stops = try Polyline.stops(from: start, through: waypoints, to: end, of: name)
    var sum = try start.filled(with: 0)
    for (index, stop) in stops.enumerated() {
      var weight = linear[index]
      for (other, part) in cubic.enumerated() where bends[other][index] != 0 {
        weight = try weight + part * bends[other][index]
      }
      sum = try sum + weight * stop
    }
    return sum
  }

  /// Solves M₋ + 4 M + M₊ = 6 (p₋ − 2 p + p₊) / width² for the second derivatives M at the inner
  /// stops, those at the ends being 0, with p each stop's unit vector in turn.
  private static func bends(stops: Int) -> [[Double]] {
    let inner = stops - 2
    var bends = [[Double]](repeating: [Double](repeating: 0, count: stops), count: stops)
    guard inner > 0 else { return bends }
    let scale = 6 * Double((stops - 1) * (stops - 1))
    for place in 1...inner {
      for (offset, weight) in [(-1, 1.0), (0, -2), (1, 1)] {
        bends[place][place + offset] = weight * scale
      }
    }
    // Elimination without a search for pivots: the diagonal dominates.
    var diagonal = [Double](repeating: 4, count: stops)
    for place in 2..<max(2, inner + 1) {
      let share = 1 / diagonal[place - 1]
      diagonal[place] -= share
      for stop in 0..<stops { bends[place][stop] -= share * bends[place - 1][stop] }
    }
    for place in (1...inner).reversed() {
      for stop in 0..<stops {
        bends[place][stop] = (bends[place][stop] - bends[place + 1][stop]) / diagonal[place]
      }
    }
    return bends
  }
}
