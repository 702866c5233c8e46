// SPDX-License-Identifier: Apache-2.0

import Torch

/// What was found for one quantity and the instances of a group.
struct GroupResult {
  var values: Activation
  var influence: Activation?
  var instance: Tensor
  var start: Tensor?
  var end: Tensor?
  var gap: Tensor?
  var errorEstimate: Tensor?
  /// Of each instance, where the distribution was refined.
  var efforts: [Effort] = []
  /// Of each value, where samples are random draws; float64.
  var variance: Activation?
  /// What that was found from.
  var spread: Spread?

  /// The variance's root, in the values' type.
  var standardError: Activation? {
    get throws {
      try variance?.combined(with: values) { try $0.squareRoot().converted(like: $1) }
    }
  }

  /// Some instances, in the given order.
  func selecting(_ rows: [Int]) throws -> GroupResult {
    GroupResult(
      values: try values.selecting(rows), influence: try influence?.selecting(rows),
      instance: try instance.selecting(rows), start: try start?.selecting(rows),
      end: try end?.selecting(rows), gap: try gap?.selecting(rows),
      errorEstimate: try errorEstimate?.selecting(rows),
      efforts: efforts.isEmpty ? [] : rows.map { efforts[$0] },
      variance: try variance?.selecting(rows), spread: spread)
  }

  /// The instances of groups after one another; what one of them lacks is left out.
  static func joined(_ parts: [GroupResult]) throws -> GroupResult {
    func join(_ part: (GroupResult) -> Tensor?) throws -> Tensor? {
      let tensors = parts.compactMap(part)
      return tensors.count == parts.count ? try .concatenated(tensors) : nil
    }
    func joinActivations(_ part: (GroupResult) -> Activation?) throws -> Activation? {
      let activations = parts.compactMap(part)
      return activations.count == parts.count ? try .joined(activations) : nil
    }
    return GroupResult(
      values: try .joined(parts.map(\.values)),
      influence: try joinActivations(\.influence),
      instance: try .concatenated(parts.map(\.instance)), start: try join(\.start),
      end: try join(\.end), gap: try join(\.gap), errorEstimate: try join(\.errorEstimate),
      efforts: parts.flatMap(\.efforts),
      variance: try joinActivations(\.variance), spread: parts.first?.spread)
  }

  /// Other values for the same instances, with what follows from them.
  func replacing(
    values: Activation, influence: Activation?, variance: Activation?
  ) throws -> GroupResult {
    var result = self
    result.values = values
    result.influence = influence
    result.variance = variance
    result.errorEstimate = try variance?.relativeStandardError(of: values)
    if gap != nil, let start, let end { result.gap = try values.rowSums() - (end - start) }
    return result
  }
}
