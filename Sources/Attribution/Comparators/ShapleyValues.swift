// SPDX-License-Identifier: Apache-2.0

import Torch

/// Shapley values by all coalitions of a few features (Shapley 1953): what a feature adds to the
/// quantity, on average over all orders in which features could be put in the baseline's place.
///
/// φ_i = Σ |S|! (d − |S| − 1)! / d! · (v(S ∪ i) − v(S)) over all S without i, where v(S) is the
/// quantity with the features of S as they are and the others the baseline's. They sum to the
/// quantity's change exactly.
///
/// - Complexity: 2^d forward rows for each instance and start of the baseline; at most 16 features.
public struct ShapleyValues: AttributionMethod {
  public let model: any Model
  public let quantity: any QuantityOfInterest
  public let slice: NetworkSlice
  public let baseline: any Baseline
  public let features: FeatureGroups
  /// How many rows are evaluated at once.
  public var rowLimit = RowLimit.automatic

  private static let most = 16

  /// - Parameters:
  ///   - baseline: What stands for an absent feature; several starts are averaged.
  ///   - features: What is taken away as one; its value is shared out evenly among its elements.
  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice(), from baseline: any Baseline = ZeroBaseline(),
    features: FeatureGroups = .elements
  ) {
    self.model = model
    self.quantity = quantity
    self.slice = slice
    self.baseline = baseline
    self.features = features
  }

  /// - Throws: ``ComparatorError/tooManyFeatures(_:most:)``.
  public func attributions(for inputs: Inputs) throws -> Attributions {
    try ForwardRun(model: model, quantity: quantity, slice: slice, rowLimit: rowLimit)
      .attributions(
        for: inputs, by: "Shapley values of \(features.name) from \(baseline.name)"
      ) { group in
        let activation = group.instances.activation
        let map = try FeatureMap(features, of: activation)
        guard map.count <= Self.most else {
          throw ComparatorError.tooManyFeatures(map.count, most: Self.most)
        }
        let coalitions = 1 << map.count
        let values = try Removal(group, to: baseline).values(coalitions) { range in
          try map.masks(Self.members(of: range, features: map.count), like: activation)
        }
        let worths = try Self.shares(features: map.count).moved(to: values.device)
          .matrixProduct(values)
        return ForwardRun.Found(
          values: try map.shared(worths.transposed(0, 1), like: activation), start: try values[0],
          samples: coalitions)
      }
  }

  /// Which features coalitions have, bit by bit, bool, `[coalitions, features]`.
  private static func members(of range: Range<Int>, features: Int) throws -> Tensor {
    try Tensor(
      range.flatMap { coalition in (0..<features).map { coalition >> $0 & 1 == 1 } },
      shape: [range.count, features])
  }

  /// How each coalition's worth counts for each feature, `[features, coalitions]`.
  private static func shares(features: Int) throws -> Tensor {
    // |S|! (d − |S| − 1)! / d! = 1 / (d · C(d − 1, |S|)).
    var choices = 1.0
    let weights = (0..<features).map { size -> Double in
      if size > 0 { choices *= Double(features - size) / Double(size) }
      return 1 / (Double(features) * choices)
    }
    return try Tensor(
      (0..<features).flatMap { feature in
        (0..<1 << features).map { coalition in
          let size = coalition.nonzeroBitCount
          return coalition >> feature & 1 == 1 ? weights[size - 1] : -weights[size]
        }
      }, shape: [features, 1 << features])
  }
}
