// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// A quantity that takes what it asks of the instance from other instances' output: the class that
/// was predicted for the original is asked of its perturbed copies.
public struct HeldQuantity: QuantityOfInterest {
  public let quantity: any QuantityOfInterest
  private let original: ExplainedOutput

  /// - Parameter original: Of the instances, in order; row r of a larger batch is explained as
  ///   instance r mod instances.
  public init(_ quantity: any QuantityOfInterest, at original: ExplainedOutput) {
    self.quantity = quantity
    self.original = original
  }

  public var name: String { quantity.name }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let count = original.output.shape[0]
    let rows = try explained.instance.numbers().map { Int64($0) % Int64(count) }
    let instance = try Tensor(rows).moved(to: output.device)
    return try quantity.values(
      of: output,
      explaining: ExplainedOutput(
        output: original.output.selecting(instance), instance: instance, scale: explained.scale))
  }
}
