// SPDX-License-Identifier: Apache-2.0

import Torch

/// Instances from which features can be taken away: what the network then gives is the worth of those
/// that are left.
struct Removal {
  let group: ForwardGroup
  /// What stands for absence, of the instances' shape; weights sum to 1.
  let starts: [PathEnds]

  /// - Throws: ``BaselineError``, ``ActivationError`` where the baseline gives no start that fits.
  init(_ group: ForwardGroup, to baseline: any Baseline) throws {
    self.group = group
    starts = try baseline.ends(for: group.instances)
  }

  /// The quantity where a part of each instance is kept and the rest is the baseline's, on average
  /// over its starts by their weights.
  ///
  /// - Parameters:
  ///   - count: Samples.
  ///   - masks: For some samples what is kept of each tensor, bool, `[samples, …]`.
  /// - Returns: `[samples, instances]`, float64.
  func values(_ count: Int, keeping masks: (Range<Int>) throws -> [Tensor]) throws -> Tensor {
    let instances = group.instances
    let parts = try stride(from: 0, to: count, by: group.samplesAtOnce).map { first in
      try Task.checkCancellation()
      let range = first..<min(count, first + group.samplesAtOnce)
      let masks = try masks(range)
      var sum = try Tensor.zeros(
        [range.count, instances.count], type: .float64, on: group.own.device)
      for start in starts {
        let points = try zip(masks, zip(instances.activation.tensors, start.start.tensors))
          .map { mask, ends in
            let rows = [range.count * instances.count]
            return try ends.0.unsqueezed(axis: 0).chosen(
              where: mask.unsqueezed(axis: 1).moved(to: ends.0.device),
              else: ends.1.unsqueezed(axis: 0)
            ).reshaped(to: rows + ends.0.shape.dropFirst())
          }
        let values = try group.probe.values(of: group.quantity, at: Activation(points))
        try group.check(values, samples: range.count)
        sum = try sum + values.reshaped(to: [range.count, instances.count]) * start.weight
      }
      return sum
    }
    return try .concatenated(parts)
  }

  /// Where nothing is left, `[instances]`.
  func none() throws -> Tensor {
    try values(1) { _ in
      try group.instances.activation.tensors.map {
        try .zeros([1] + $0.shape.dropFirst(), type: .bool)
      }
    }[0]
  }
}
