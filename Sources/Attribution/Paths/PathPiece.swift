// SPDX-License-Identifier: Apache-2.0

import Torch

/// A path between two of its times, which may be others for each instance.
struct PathPiece: Path {
  let path: any Path
  /// Whom the times belong to.
  let instances: Activation
  /// `[instances]` each, float64.
  let first: Tensor
  let last: Tensor

  var name: String { "piece of the \(path.name)" }

  func points(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    let (first, way) = try bounds(at: times, end: end)
    return try path.points(at: first + times * way, from: start, to: end)
  }

  func velocities(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    let (first, way) = try bounds(at: times, end: end)
    return try path.velocities(at: first + times * way, from: start, to: end) * way
  }

  /// Where the piece begins and how long it takes, in the shape of `times`.
  private func bounds(at times: Tensor, end: Tensor) throws -> (first: Tensor, way: Tensor) {
    let samples = try instances.samples(endingAt: end, of: name)
    func spread(_ values: Tensor) throws -> Tensor {
      try values.repeatingRows(samples).reshaped(to: times.shape).converted(like: times)
    }
    return (try spread(first), try spread(last - first))
  }
}

extension Activation {
  /// How many samples there are of each of these instances, where the rows of `end` are theirs.
  ///
  /// - Throws: ``PathError/otherInstances(_:)`` where they are not: what was found for certain
  ///   instances must never be taken for others.
  func samples(endingAt end: Tensor, of path: String) throws -> Int {
    let samples = end.shape[0] / Swift.max(1, rows)
    let isOwn = try tensors.contains { tensor in
      guard samples * rows == end.shape[0], tensor.shape.dropFirst() == end.shape.dropFirst()
      else { return false }
      return try (tensor.converted(like: end).repeatingRows(samples) .!= end)
        .converted(to: .int64).sum().number() == 0
    }
    guard isOwn else { throw PathError.otherInstances(path) }
    return samples
  }
}
