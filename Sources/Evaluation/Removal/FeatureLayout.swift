// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// The features of an activation in a row, those of all its tensors after one another.
struct FeatureLayout {
  private let parts: [(features: Features, shape: [Int], count: Int)]

  /// - Parameter features: What a feature is; what is standard for each tensor where not given.
  init(of activation: Activation, as features: Features?) {
    parts = activation.tensors.map {
      let kind = features ?? .standard(for: $0.shape)
      return (kind, $0.shape, kind.count(in: $0.shape))
    }
  }

  /// Features of an instance.
  var count: Int { parts.reduce(0) { $0 + $1.count } }

  /// One number a feature, `[rows, features]`, float64.
  func scores(of attribution: Activation) throws -> Tensor {
    try .concatenated(
      zip(parts, attribution.tensors).map { try $0.features.scores(of: $1) }, axis: 1)
  }

  /// What belongs to features, `[rows, features]`, where the features' elements are: of shapes that
  /// broadcast to the activation's.
  func spread(_ marks: Tensor) throws -> Activation {
    var first = 0
    return Activation(
      try parts.map { part in
        defer { first += part.count }
        return try part.features.spread(
          marks.sliced(axis: 1, from: first, to: first + part.count), over: part.shape)
      })
  }
}
