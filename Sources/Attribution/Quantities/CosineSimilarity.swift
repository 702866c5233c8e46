// SPDX-License-Identifier: Apache-2.0

import Torch

/// The cosine of the angle between the output and a given vector, −1…1: why two sentences are near
/// each other, where the output is what an encoder makes of a sentence.
public struct CosineSimilarity: QuantityOfInterest {
  public let other: Tensor

  /// - Parameter other: `[width]` for all instances, or `[instances, width]` with one for each.
  public init(to other: Tensor) { self.other = other }

  public var name: String { "cosine similarity" }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let shape = output.shape
    var other = try other.converted(like: output)
    if other.rank == 2, other.shape[0] > 1 {
      let instances = Int(try explained.instance.max().number()) + 1
      guard instances <= other.shape[0] else {
        throw QuantityError.labelCount(other.shape[0], instances: instances)
      }
      other = try other.selecting(explained.instance)
    }
    guard shape.count == 2, other.rank <= 2, other.shape.last == shape[1] else {
      throw QuantityError.vector(quantity: name, other.shape, output: shape)
    }
    let product = try (output * other).sum(axes: [1])
    let sizes = try (output * output).sum(axes: [1]) * (other * other).sum(axes: [-1])
    return try product / sizes.squareRoot()
  }
}

extension QuantityOfInterest where Self == CosineSimilarity {
  /// The cosine of the angle between the output and a vector, or one for each instance.
  public static func cosineSimilarity(to other: Tensor) -> CosineSimilarity {
    CosineSimilarity(to: other)
  }
}
