// SPDX-License-Identifier: Apache-2.0

import Torch

extension GroupRun {
  /// What was found for one quantity, `[instances, …]`.
  struct Result {
    var values: Activation
    var influence: Activation?
    let instance: Tensor
    let start: Tensor?
    let end: Tensor?
    var gap: Tensor?
    var errorEstimate: Tensor?
    /// Of each value, where samples are random draws; float64.
    var variance: Activation?
    /// What that was found from.
    let spread: Spread?

    /// The variance's root, in the values' type.
    var standardError: Activation? {
      get throws {
        try variance?.combined(with: values) { try $0.squareRoot().converted(like: $1) }
      }
    }
  }
}

extension GroupRun.Result {
  /// Results of instances that follow one another.
  init(joining parts: [GroupRun.Result]) throws {
    func join(_ part: (GroupRun.Result) -> Tensor?) throws -> Tensor? {
      let tensors = parts.compactMap(part)
      return tensors.count == parts.count ? try .concatenated(tensors) : nil
    }
    func join(_ part: (GroupRun.Result) -> Activation?) throws -> Activation? {
      let activations = parts.compactMap(part)
      return activations.count == parts.count ? try .joined(activations) : nil
    }
    self.init(
      values: try .joined(parts.map(\.values)), influence: try join(\.influence),
      instance: try .concatenated(parts.map(\.instance)), start: try join(\.start),
      end: try join(\.end), gap: try join(\.gap), errorEstimate: try join(\.errorEstimate),
      variance: try join(\.variance), spread: parts.first?.spread)
  }

  /// What was found for one instance of the group.
  func row(_ row: Int) throws -> GroupRun.Result {
    let rows = row..<row + 1
    return GroupRun.Result(
      values: try values.rows(rows), influence: try influence?.rows(rows),
      instance: try instance.rows(rows), start: try start?.rows(rows), end: try end?.rows(rows),
      gap: try gap?.rows(rows), errorEstimate: try errorEstimate?.rows(rows),
      variance: try variance?.rows(rows), spread: spread)
  }

  /// Other values for the same instances, with what follows from them.
  func replacing(
    values: Activation, influence: Activation?, variance: Activation?
  ) throws -> GroupRun.Result {
    var result = self
    result.values = values
    result.influence = influence
    result.variance = variance
    result.errorEstimate = try variance?.relativeStandardError(of: values)
    if gap != nil, let start, let end { result.gap = try values.rowSums() - (end - start) }
    return result
  }
}
