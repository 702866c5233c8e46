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

  /// Some instances, in the given order.
  func selecting(_ rows: [Int]) throws -> GroupResult {
    GroupResult(
      values: try values.selecting(rows), influence: try influence?.selecting(rows),
      instance: try instance.selecting(rows), start: try start?.selecting(rows),
      end: try end?.selecting(rows), gap: try gap?.selecting(rows),
      errorEstimate: try errorEstimate?.selecting(rows),
      efforts: efforts.isEmpty ? [] : rows.map { efforts[$0] })
  }

  /// The instances of groups after one another; what one of them lacks is left out.
  static func joined(_ parts: [GroupResult]) throws -> GroupResult {
    func join(_ part: (GroupResult) -> Tensor?) throws -> Tensor? {
      let tensors = parts.compactMap(part)
      return tensors.count == parts.count ? try .concatenated(tensors) : nil
    }
    let influences = parts.compactMap(\.influence)
    return GroupResult(
      values: try .joined(parts.map(\.values)),
      influence: influences.isEmpty ? nil : try .joined(influences),
      instance: try .concatenated(parts.map(\.instance)), start: try join(\.start),
      end: try join(\.end), gap: try join(\.gap), errorEstimate: try join(\.errorEstimate),
      efforts: parts.flatMap(\.efforts))
  }
}
