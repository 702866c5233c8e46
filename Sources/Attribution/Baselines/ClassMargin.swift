// SPDX-License-Identifier: Apache-2.0

import Torch

/// How far ahead the class predicted for each instance is of its strongest rival, away from the
/// instance too: s_c − max s_j over j ≠ c. It is 0 on the boundary of the class.
struct ClassMargin {
  private let network: InstanceFunction
  /// Which column is the instance's class, `[instances, classes]`, bool; with one column, the sign
  /// that its score has, `[instances]`.
  private let own: Tensor
  private let hasOneColumn: Bool

  /// - Parameter what: Who asks, for messages.
  init(_ network: InstanceFunction, for what: String) throws {
    self.network = network
    let scores = network.own
    guard scores.rank == 2, scores.shape[1] > 0 else {
      throw QuantityError.noClasses(shape: scores.shape, quantity: what)
    }
    hasOneColumn = scores.shape[1] == 1
    own =
      hasOneColumn
      ? try (scores.selected(0, axis: 1) .> 0).converted(like: scores) * 2 - 1
      : try scores.indexOfMaximum(axis: 1).oneHot(classes: scores.shape[1]).converted(to: .bool)
  }

  /// The margin where the activation is `points`, `[instances]`.
  func callAsFunction(_ points: Activation) throws -> Tensor {
    let scores = try network(points)
    if hasOneColumn { return try scores.selected(0, axis: 1) * own }
    let mine = try scores.filled(with: 0, where: .!own).sum(axes: [1])
    return try mine - scores.filled(with: -.infinity, where: own).max(axes: [1])
  }

  /// The margin and its gradient at `points`, `[instances]` and `[instances, …]`.
  func gradient(at points: Activation) throws -> (margin: Tensor, gradient: Activation) {
    let tracked = try points.map { try $0.tracked() }
    let margin = try self(tracked)
    let slope = try Torch.gradient(of: margin.sum(), withRespectTo: tracked.tensors)
    return (try margin.detached(), Activation(slope))
  }

  /// The predicted class of each row of `[rows, classes]`; 1 or 0 by the sign of a single column.
  static func classes(of scores: Tensor, for what: String) throws -> [Int] {
    guard scores.rank == 2, scores.shape[1] > 0 else {
      throw QuantityError.noClasses(shape: scores.shape, quantity: what)
    }
    guard scores.shape[1] > 1 else { return try scores.numbers().map { $0 > 0 ? 1 : 0 } }
    return try scores.indexOfMaximum(axis: 1).integers()
  }
}
