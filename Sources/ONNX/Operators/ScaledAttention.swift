// SPDX-License-Identifier: Apache-2.0

import Torch

/// Scaled dot-product attention of many heads: softmax(s · q kᵀ + bias) v, in the form that the
/// operators of several domains share.
struct ScaledAttention: Sendable {
  /// Nil for 1 / √(the length of a key).
  var scale: Double?
  /// Above 0: scores are squeezed to (−cap, cap) by a hyperbolic tangent.
  var cap = 0.0

  /// What may attend to what, before the softmax.
  struct Bias {
    /// Added to the scores; broadcasts to `[rows, heads, queries, keys]`.
    var added: Tensor?
    /// True where a key is out of a query's sight; broadcasts likewise.
    var hidden: Tensor?
    /// Whether a query may be left without any key.
    var mayHideAll = false

    mutating func add(_ tensor: Tensor) throws {
      added = try added.map { try $0 + tensor } ?? tensor
    }

    mutating func hide(_ mask: Tensor) throws { hidden = try hidden.map { try $0 .| mask } ?? mask }
  }

  struct Result {
    /// `[rows, heads, queries, value length]`.
    let output: Tensor
    /// q kᵀ, scaled; then capped; then with the bias; then through the softmax.
    let stages: [Tensor]
  }

  /// - Parameters:
  ///   - query: `[rows, heads, queries, length]`.
  ///   - key: `[rows, groups, keys, length]`; each of the groups serves heads / groups heads.
  ///   - value: `[rows, groups, keys, value length]`.
  func callAsFunction(_ query: Tensor, _ key: Tensor, _ value: Tensor, _ bias: Bias) throws
    -> Result
  {
    guard query.rank == 4, key.rank == 4, value.rank == 4, query.shape[3] == key.shape[3],
      query.shape[3] > 0, key.shape[1] == value.shape[1], key.shape[2] == value.shape[2],
      key.shape[1] > 0, query.shape[1] % key.shape[1] == 0
    else {
      throw NodeFault(
        "queries, keys and values of the shapes \(query.shape), \(key.shape) and \(value.shape)"
          + " do not fit")
    }
    let sharing = query.shape[1] / key.shape[1]
    let keys = sharing == 1 ? key : try key.repeatingEach(sharing, axis: 1)
    let values = sharing == 1 ? value : try value.repeatingEach(sharing, axis: 1)
    let scale = self.scale ?? 1 / Double(query.shape[3]).squareRoot()
    let raw = try (query * scale).matrixProduct(keys.transposed())
    let capped = cap > 0 ? try (raw / cap).hyperbolicTangent() * cap : raw
    var scores = try bias.added.map { try capped + onOneDevice($0, capped).0 } ?? capped
    if let hidden = bias.hidden {
      scores = try scores.filled(with: -.infinity, where: try hidden.moved(to: scores.device))
    }
    var weights: Tensor
    if bias.mayHideAll {
      // A query without any key gets zeros, and so does its gradient.
      let isBlind = try (scores .== -.infinity).all(axis: 3, keepingAxis: true)
      weights = try scores.filled(with: 0, where: isBlind).softmax(axis: 3)
        .filled(with: 0, where: isBlind)
    } else {
      weights = try scores.softmax(axis: 3)
    }
    return Result(
      output: try weights.matrixProduct(values), stages: [raw, capped, scores, weights])
  }

  // MARK: Layouts

  /// `[rows, places, heads · length]` as `[rows, heads, places, length]`.
  static func apart(_ x: Tensor, heads: Int) throws -> Tensor {
    guard x.rank == 3, heads > 0, x.shape[2] % heads == 0 else {
      throw NodeFault("the shape \(x.shape) does not divide into \(heads) heads")
    }
    return try x.reshaped(to: [x.shape[0], x.shape[1], heads, x.shape[2] / heads])
      .transposed(1, 2)
  }

  /// The way back.
  static func joined(_ x: Tensor) throws -> Tensor {
    try x.transposed(1, 2).reshaped(
      to: [x.shape[0], x.shape[2], try product([x.shape[1], x.shape[3]])])
  }

  /// How far key j lies behind query i, `[queries, keys]` int64: j − i − `offset`.
  static func distances(
    queries: Int, keys: Int, offset: Int, on device: Device
  ) throws -> Tensor {
    try Tensor.range(to: keys, on: device)
      - (try Tensor.range(from: offset, to: offset + queries, on: device).unsqueezed(axis: 1))
  }
}
