// SPDX-License-Identifier: Apache-2.0

import Torch

/// Straight pieces through stops, each taking the same time.
struct Polyline {
  /// The points that are passed, first and last included, `[rows, …]` or `[1, …]`.
  let stops: [Tensor]

  /// Where one piece ends and the next begins.
  static func corners(pieces: Int) -> [Double] { (1..<pieces).map { Double($0) / Double(pieces) } }

  func points(at times: Tensor) throws -> Tensor {
    let pieces = stops.count - 1
    var point = stops[0]
    for index in 0..<pieces {
      let time = try (times * Double(pieces) - Double(index)).clamped(from: 0, to: 1)
      point = try point + time * (stops[index + 1] - stops[index])
    }
    return point
  }

  /// The way along a piece over the piece's share of time; at a corner, that of the later piece.
  func velocities(at times: Tensor) throws -> Tensor {
    let pieces = stops.count - 1
    let piece = try (times * Double(pieces)).roundedDown()
      .clamped(from: 0, to: Double(pieces - 1))
    var velocity = try stops[0].filled(with: 0)
    for index in 0..<pieces {
      let active = try (piece .== Double(index)).converted(to: velocity.elementType)
      velocity =
        try velocity + active * (stops[index + 1] - stops[index]) * Double(pieces)
    }
    return velocity
  }

  /// Start, given points and end, brought to one type.
  ///
  /// - Throws: ``ActivationError`` where a point has neither an entry for all rows nor leaves the row
  ///   axis out.
  static func stops(
    from start: Tensor, through waypoints: [Tensor], to end: Tensor, of path: String
  ) throws -> [Tensor] {
    let inner = try waypoints.map { waypoint in
      let point = try waypoint.converted(like: start)
      let single = Array(start.shape.dropFirst())
      guard (try? point.broadcast(to: [1] + single)) != nil else {
        throw ActivationError.shape(
          waypoint.shape, expected: [1] + single, what: "a point of the \(path)")
      }
      return point
    }
    return [start] + inner + [end]
  }
}
