// SPDX-License-Identifier: Apache-2.0

import Torch

extension QuantityOfInterest {
  /// The quantity of chosen instances of a data set, where the batch has these alone.
  ///
  /// What belongs to an instance, as its label, its position or its region, is found by the instance's
  /// place in the data set: without this, the labels of a data set that is read a part at a time would
  /// begin again in each part.
  ///
  /// - Parameter places: Of each instance of the batch, its place in the data set, from 0.
  /// - Throws: ``QuantityError/labelCount(_:instances:)`` where there is no label for one of them.
  public func choosing(instances places: [Int]) throws -> any QuantityOfInterest {
    // Metrics ask which class a quantity is about, so that these stay what they are.
    switch self {
    case let score as ClassScore:
      ClassScore(try score.choice.choosing(places))
    case let probability as ClassProbability:
      ClassProbability(try probability.choice.choosing(places), as: probability.form)
    default:
      try RenumberedQuantity(quantity: self, places: Tensor(places))
    }
  }
}

extension ClassChoice {
  fileprivate func choosing(_ places: [Int]) throws -> ClassChoice {
    guard case .labels(let labels) = self else { return self }
    guard places.allSatisfy(labels.indices.contains) else {
      throw QuantityError.labelCount(labels.count, instances: (places.max() ?? 0) + 1)
    }
    return .labels(places.map { labels[$0] })
  }
}

/// A quantity that sees its instances under other numbers than those of the batch.
private struct RenumberedQuantity: QuantityOfInterest {
  let quantity: any QuantityOfInterest
  /// By the number in the batch, int64.
  let places: Tensor

  var name: String { quantity.name }

  func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let instance = try places.moved(to: explained.instance.device).selecting(explained.instance)
    return try quantity.values(
      of: output,
      explaining: ExplainedOutput(
        output: explained.output, instance: instance, scale: explained.scale))
  }
}
