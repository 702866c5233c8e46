// SPDX-License-Identifier: Apache-2.0

import Torch

/// Straight pieces through points that were found for each instance.
struct TracedPath: Path {
  let name: String
  /// Whom the points belong to.
  let instances: Activation
  /// The points between start and end, `[instances, …]` each.
  let waypoints: [Tensor]

  var corners: [Double] { Polyline.corners(pieces: waypoints.count + 1) }

  func points(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    try polyline(from: start, to: end).points(at: times)
  }

  func velocities(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    try polyline(from: start, to: end).velocities(at: times)
  }

  private func polyline(from start: Tensor, to end: Tensor) throws -> Polyline {
    let samples = try instances.samples(endingAt: end, of: name)
    let inner = try waypoints.map { try $0.converted(like: end).repeatingRows(samples) }
    return Polyline(stops: [start] + inner + [end])
  }
}
