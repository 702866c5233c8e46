// SPDX-License-Identifier: Apache-2.0

import Glibc
import Torch

/// One step of the guided path, for all rows at once.
struct GuidedMove: Sendable {
  private let fraction: Double
  private let isLast: Bool
  private let end: Activation
  /// What follows is `[rows, features]` in float64, all tensors of the activation together.
  private let way: Tensor
  /// The corridor around the straight path.
  private let low: Tensor
  private let top: Tensor
  private let target: Tensor
  /// The distance to the end, Σ |feature's way|, that the step shall leave, `[rows, 1]`.
  private let distance: Tensor
  /// What counts as no distance: of a row, `[rows, 1]`, and of a feature.
  private let tolerance: Tensor
  private let slack: Tensor

  init(
    _ guided: GuidedDistribution, step: Int, from start: Activation, to instances: Activation
  ) throws {
    fraction = guided.fraction
    isLast = step + 1 == guided.steps
    end = try instances.repeated(start.rows / max(1, instances.rows))
    let share = Double(step + 1) / Double(guided.steps)
    let first = try start.features()
    target = try end.features()
    way = try target - first
    low = try first + way * max(share - guided.maxDistance, 0)
    top = try first + way * min(share + guided.maxDistance, 1)
    let whole = try way.absolute().sum(axes: [1], keepingAxes: true)
    distance = try whole * (1 - share)
    let epsilon = instances.tensors.compactMap(\.elementType.epsilon).max() ?? 0
    tolerance = try whole * max(1e-9, 8 * epsilon)
    slack = try way.absolute() * (4 * epsilon)
  }

  /// Where points move, given the gradients there.
  func target(from points: Activation, _ gradients: Activation) throws -> Activation {
    if isLast { return end }
    var point = try points.features()
    // Nobody stays behind the corridor.
    let behind = try (low - point) * way.sign() .> slack
    point = try low.chosen(where: behind, else: point)
    var sizes = try gradients.features().absolute()
    sizes = try sizes.filled(with: .infinity, where: (top - point).absolute() .<= slack)
    let features = sizes.shape[1]
    let place = Int(floor(fraction * Double(features - 1)))
    var isGoing = try Tensor.ones([sizes.shape[0], 1], type: .bool, on: sizes.device)
    // Each turn takes at least one feature of every row that goes on to the top.
    for _ in 0...features {
      let left = try (target - point).absolute().sum(axes: [1], keepingAxes: true) - distance
      isGoing = try (isGoing .& (left .> tolerance))
      guard try isGoing.any(axis: 0).number() != 0 else { break }
      let bound = try sizes.sorted(axis: 1).values.sliced(axis: 1, from: place, to: place + 1)
      let isChosen = try isGoing .& (sizes .<= bound) .& (sizes .!= .infinity)
      let room = try ((top - point) * isChosen.converted(like: point)).absolute()
        .sum(axes: [1], keepingAxes: true)
      isGoing = try (isGoing .& (room .> 0))
      let share = try left / room.filled(with: 1, where: room .== 0)
      let isShort = try share .> 1
      let moved = try top.chosen(where: isShort, else: point + (top - point) * share)
      point = try moved.chosen(where: isChosen, else: point)
      sizes = try sizes.filled(with: .infinity, where: isChosen)
      isGoing = try (isGoing .& isShort)
    }
    return try point.split(like: points)
  }
}

extension Activation {
  /// All numbers of each row, `[rows, features]`, float64.
  fileprivate func features() throws -> Tensor {
    try .concatenated(
      tensors.map { try $0.converted(to: .float64).reshaped(to: [$0.shape[0], -1]) }, axis: 1)
  }
}

extension Tensor {
  /// `[rows, features]` as an activation of the shape and type of another.
  fileprivate func split(like other: Activation) throws -> Activation {
    let lengths = other.tensors.map { $0.count / Swift.max(1, $0.shape[0]) }
    let parts = try split(lengths: lengths, axis: 1)
    return Activation(
      try zip(parts, other.tensors).map { part, tensor in
        try part.reshaped(to: tensor.shape).converted(like: tensor)
      })
  }
}
