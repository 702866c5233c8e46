// SPDX-License-Identifier: Apache-2.0

import Torch

/// Another baseline that holds some positions: there the path does not move, and attributions are 0.
///
/// With it special tokens stay what they are, and padding stays padding.
public struct HoldingBaseline: Baseline {
  public let base: any Baseline
  /// 1 where the path moves and 0 where it does not, `[instances, …]` or what broadcasts to the
  /// activation when axes of length 1 are put behind: `[instances, length]` holds tokens.
  public let moves: Tensor

  public init(_ base: any Baseline, moving moves: Tensor) {
    self.base = base
    self.moves = moves
  }

  public var name: String { "\(base.name), some held" }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    let here = instances.activation
    let spread = try here.map { tensor in
      let behind = [Int](repeating: 1, count: max(0, tensor.rank - moves.rank))
      return try moves.reshaped(to: moves.shape + behind)
    }
    let mask = try instances.broadcast(spread, as: "the mask of what moves")
    return try base.starts(for: instances).map { start in
      let there = try instances.broadcast(start.activation, as: "the baseline '\(base.name)'")
      return WeightedStart(try here + (there - here) * mask, weight: start.weight)
    }
  }
}

extension Baseline {
  /// The same where `moves` is 1; where it is 0 the path stays at the instance.
  public func moving(_ moves: Tensor) -> HoldingBaseline { HoldingBaseline(self, moving: moves) }
}
