// SPDX-License-Identifier: Apache-2.0

import Torch

/// Finds the points of a discretized path, for all vectors of all instances at once.
struct AnchorWalk {
  private let strategy: DiscretizedDistribution.Strategy
  private let anchors: Int
  private let neighbors: Int
  /// `[vectors, size]`, float64.
  private let table: Tensor
  private let squares: Tensor

  /// Numbers of candidates that are looked at in one go.
  private static let budget = 8 << 20

  /// - Throws: ``PathError`` where the table does not fit the activation, or is too small.
  init(_ distribution: DiscretizedDistribution, for activation: Tensor) throws {
    let shape = distribution.table.shape
    guard shape.count > 1, activation.rank >= shape.count,
      Array(activation.shape.suffix(shape.count - 1)) == Array(shape.dropFirst())
    else { throw PathError.table(shape, activation: activation.shape) }
    // Besides those that are passed, the instance's and the baseline's own may lie in the table.
    guard shape[0] >= distribution.anchors + 2 else {
      throw PathError.tooFewVectors(shape[0], anchors: distribution.anchors)
    }
    strategy = distribution.strategy
    anchors = distribution.anchors
    neighbors = min(distribution.neighbors, shape[0])
    table = try distribution.table.moved(to: activation.device).converted(to: .float64)
      .flattened(from: 1)
    squares = try table.squared().sum(axes: [1])
  }

  /// The points on the way from the instances to their baselines, `anchors` times `[instances, …]`.
  func points(from instances: Tensor, to baselines: Tensor) throws -> [Tensor] {
    let size = table.shape[1]
    let own = try instances.converted(to: .float64).reshaped(to: [-1, size])
    let goal = try baselines.converted(to: .float64).reshaped(to: [-1, size])
    let perPart = max(1, Self.budget / (neighbors * size))
    let parts = try stride(from: 0, to: own.shape[0], by: perPart).map { first in
      let rows = first..<min(own.shape[0], first + perPart)
      return try walk(from: own.rows(rows), to: goal.rows(rows))
    }
    return try (0..<anchors).map { index in
      try Tensor.concatenated(parts.map { $0[index] }).reshaped(to: instances.shape)
        .converted(like: instances)
    }
  }

  private func walk(from own: Tensor, to goal: Tensor) throws -> [Tensor] {
    // The ends themselves are no anchors.
    var isOut = try (distances(from: own) .== 0) .| (distances(from: goal) .== 0)
    var points: [Tensor] = []
    var point = own
    for _ in 0..<anchors {
      let far = try distances(from: point).filled(with: .infinity, where: isOut)
      let (lengths, places) = try far.top(neighbors, axis: 1, least: true)
      let (fitted, cost) = try monotone(places, from: point, to: goal)
      // Of equals the nearest: candidates come in that order, which sorting keeps.
      let choice = try cost.filled(with: .infinity, where: lengths .== .infinity)
        .sorted(axis: 1).indices.sliced(axis: 1, from: 0, to: 1)
      point = try fitted.gathered(
        choice.unsqueezed(axis: 2).broadcast(to: [point.shape[0], 1, point.shape[1]]), axis: 1
      ).squeezed(axis: 1)
      let isTaken = try places.gathered(choice, axis: 1).squeezed(axis: 1)
        .oneHot(classes: table.shape[0]).converted(to: .bool)
      isOut = try (isOut .| isTaken)
      points.append(point)
    }
    return points
  }

  /// Candidates made monotone, `[vectors, neighbours, size]`, and what the strategy holds against
  /// each.
  private func monotone(
    _ places: Tensor, from point: Tensor, to goal: Tensor
  ) throws -> (vectors: Tensor, cost: Tensor) {
    let (here, there) = (try point.unsqueezed(axis: 1), try goal.unsqueezed(axis: 1))
    let candidates = try table.selecting(places.reshaped(to: [-1]))
      .reshaped(to: [places.shape[0], neighbors, -1])
    let isBetween = try (candidates - here) * (candidates - there) .<= 0
    let fallback = try here - (here - there) / Double(anchors)
    let fitted = try candidates.chosen(where: isBetween, else: fallback)
    switch strategy {
    case .greedy: return (fitted, try (candidates - fitted).squared().sum(axes: [2]))
    case .maxCount:
      return (fitted, try isBetween.converted(to: .float64).sum(axes: [2]) * -1)
    }
  }

  /// Squared distances to all vectors of the table, `[vectors, table]`; exactly 0 for equals.
  private func distances(from point: Tensor) throws -> Tensor {
    let own = try point.squared().sum(axes: [1], keepingAxes: true)
    let products = try own + squares - point.matrixProduct(table.transposed()) * 2
    // What is small may be rounding: below, only true equals count as 0.
    let isClose = try products .<= (own + squares) * 1e-12
    guard try isClose.converted(to: .int64).sum().number() > 0 else { return products }
    let pairs = try isClose.indicesOfNonzero()
    let (rows, entries) = (try pairs.selected(0, axis: 1), try pairs.selected(1, axis: 1))
    let exact = try (point.selecting(rows) - table.selecting(entries)).squared().sum(axes: [1])
    return try products.putting(exact, at: [rows, entries])
  }
}
