// SPDX-License-Identifier: Apache-2.0

import Torch

/// Straight pieces from the start through given points to the end, each taking the same time.
public struct PolylinePath: Path {
  /// The points between start and end, each broadcasting to an instance.
  public let waypoints: [Tensor]

  public init(through waypoints: [Tensor]) { self.waypoints = waypoints }

  public var name: String { "polyline" }

  public var corners: [Double] { Polyline.corners(pieces: waypoints.count + 1) }

  public func points(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    try polyline(from: start, to: end).points(at: times)
  }

  public func velocities(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    try polyline(from: start, to: end).velocities(at: times)
  }

  private func polyline(from start: Tensor, to end: Tensor) throws -> Polyline {
    Polyline(
      stops: try Polyline.stops(from: start, through: waypoints, to: end, of: "polyline"))
  }
}
