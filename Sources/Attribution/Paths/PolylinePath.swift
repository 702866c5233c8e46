// SPDX-License-Identifier: Apache-2.0

import Torch

/// Straight pieces from the start through given points to the end, each taking the same time.
public struct PolylinePath: Path {
  /// The points between start and end, each broadcasting to an instance.
  public let waypoints: [Tensor]

  public init(through waypoints: [Tensor]) { self.waypoints = waypoints }

  public var name: String { "polyline" }

  public var corners: [Double] {
    waypoints.indices.map { Double($0 + 1) / Double(waypoints.count + 1) }
  }

  public func points(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    let corners = try corners(from: start, to: end)
    var point = start
    for (index, time) in try pieceTimes(times).enumerated() {
      point = try point + time * (corners[index + 1] - corners[index])
    }
    return point
  }

  /// The way along a piece over the piece's share of time; at a corner, that of the later piece.
  public func velocities(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    let corners = try corners(from: start, to: end)
    let pieces = Double(corners.count - 1)
    let scaled = try (times * pieces).roundedDown().clamped(from: 0, to: pieces - 1)
    var velocity = try start.filled(with: 0)
    for index in 0..<corners.count - 1 {
      let active = try (scaled .== Double(index)).converted(to: start.elementType)
      velocity = try velocity + active * (corners[index + 1] - corners[index]) * pieces
    }
    return velocity
  }

  /// How much of each piece is behind at a time, 0…1.
  private func pieceTimes(_ times: Tensor) throws -> [Tensor] {
    let pieces = waypoints.count + 1
    return try (0..<pieces).map { index in
      try (times * Double(pieces) - Double(index)).clamped(from: 0, to: 1)
    }
  }

  private func corners(from start: Tensor, to end: Tensor) throws -> [Tensor] {
    let inner = try waypoints.map { waypoint in
      let point = try waypoint.converted(like: start)
      // A point may have one entry for all rows, or leave the row axis out.
      let single = Array(start.shape.dropFirst())
      guard (try? point.broadcast(to: [1] + single)) != nil else {
        throw ActivationError.shape(
          waypoint.shape, expected: [1] + single, what: "a point of the polyline")
      }
      return point
    }
    return [start] + inner + [end]
  }
}
