// SPDX-License-Identifier: Apache-2.0

import Torch

/// Numbers that know nothing of the network: a control that every explanation should beat.
///
/// Normal, of mean 0 and deviation 1. They depend on the seed and on the instance itself, not on its
/// place in a batch: equal instances get equal ones, and the least change of an instance gives others.
///
/// - Complexity: One forward row for each instance, for its quantity.
public struct RandomAttributions: AttributionMethod {
  public let model: any Model
  public let quantity: any QuantityOfInterest
  public let slice: NetworkSlice
  public let seed: UInt64

  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice(), seed: UInt64 = 0
  ) {
    self.model = model
    self.quantity = quantity
    self.slice = slice
    self.seed = seed
  }

  public func attributions(for inputs: Inputs) throws -> Attributions {
    try ForwardRun(model: model, quantity: quantity, slice: slice)
      .attributions(for: inputs, by: "random, seed \(seed)", measure: .influence) { group in
        let activation = group.instances.activation
        let rows = try (0..<activation.rows).map { row in
          let own = try activation.map { try $0[row..<row + 1] }
          let generator = try Generator(seed: Self.digest(of: own, seed))
          return try own.map {
            try .normal($0.shape, type: .float64, from: generator).converted(like: $0)
          }
        }
        return ForwardRun.Found(values: try .joined(rows))
      }
  }

  /// FNV-1a over the seed and the instance's bytes.
  private static func digest(of activation: Activation, _ seed: UInt64) throws -> UInt64 {
    let bytes = try activation.tensors.flatMap { try $0.bytes() }
    let start = (0xCBF2_9CE4_8422_2325 ^ seed) &* 0x100_0000_01B3
    return bytes.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
