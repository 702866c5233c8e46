// SPDX-License-Identifier: Apache-2.0

import Torch

/// Shapley values as the additive model that fits the coalitions' worths best (Lundberg and Lee 2017,
/// arXiv:1705.07874), its sum held to the quantity's change.
///
/// Coalitions of a size count together (d − 1) / (s (d − s)), those of equal size alike. The smallest
/// and the largest ones are all looked at as far as the number of coalitions reaches; of the sizes
/// between them coalitions are drawn together with their complements. Where all are looked at, the
/// Shapley values are exact. All instances have the same coalitions, so that one matrix is
/// factorized.
///
/// - Complexity: One forward row for each coalition, instance and start of the baseline; d³ for the
///   fit.
public struct KernelSHAP: AttributionMethod {
  public let model: any Model
  public let quantity: any QuantityOfInterest
  public let slice: NetworkSlice
  public let baseline: any Baseline
  public let features: FeatureGroups
  public let coalitions: Int?
  public let seed: UInt64
  /// How many rows are evaluated at once.
  public var rowLimit = RowLimit.automatic

  /// - Parameters:
  ///   - baseline: What stands for an absent feature; several starts are averaged.
  ///   - features: What is taken away as one; its value is shared out evenly among its elements.
  ///   - coalitions: How many are looked at; 2 d + 2048 where not given.
  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice(), from baseline: any Baseline = ZeroBaseline(),
    features: FeatureGroups = .elements, coalitions: Int? = nil, seed: UInt64 = 0
  ) {
    self.model = model
    self.quantity = quantity
    self.slice = slice
    self.baseline = baseline
    self.features = features
    self.coalitions = coalitions
    self.seed = seed
  }

  private var name: String {
    "KernelSHAP of \(features.name) from \(baseline.name), "
      + (coalitions.map { "\($0) coalitions, " } ?? "") + "seed \(seed)"
  }

  /// - Throws: ``ComparatorError/tooFewCoalitions(_:features:)`` where they do not tell the features
  ///   apart.
  public func attributions(for inputs: Inputs) throws -> Attributions {
    try ForwardRun(model: model, quantity: quantity, slice: slice, rowLimit: rowLimit)
      .attributions(for: inputs, by: name) { group in
        let activation = group.instances.activation
        let map = try FeatureMap(features, of: activation)
        let removal = try Removal(group, to: baseline)
        let none = try removal.none()
        let change = try (group.own - none).unsqueezed(axis: 0)
        guard map.count > 1 else {
          return ForwardRun.Found(
            values: try map.shared(change.transposed(0, 1), like: activation), start: none,
            samples: 1)
        }
        let drawn = try CoalitionDesign(
          features: map.count, count: coalitions ?? 2 * map.count + 2048,
          from: Generator(seed: seed))
        let values = try removal.values(drawn.weights.count) { range in
          try map.masks(drawn.members[range], like: activation)
        }
        let worths = try fit(drawn, to: values - none.unsqueezed(axis: 0), summingTo: change)
        return ForwardRun.Found(
          values: try map.shared(worths.transposed(0, 1), like: activation), start: none,
          samples: drawn.weights.count + 1)
      }
  }

  /// The weighted least squares, `[features, instances]`: A⁻¹ (b − λ 1), λ bringing the sum in.
  private func fit(
    _ design: CoalitionDesign, to worths: Tensor, summingTo change: Tensor
  ) throws -> Tensor {
    let members = try design.members.converted(to: .float64).moved(to: worths.device)
    let weighted = try (members * design.weights.moved(to: worths.device).unsqueezed(axis: 1))
      .transposed(0, 1)
    let ones = try Tensor.ones([members.shape[1], 1], type: .float64, on: worths.device)
    let rightSide = try Tensor.concatenated([weighted.matrixProduct(worths), ones], axis: 1)
    let solved: Tensor
    do {
      let factor = try weighted.matrixProduct(members).choleskyFactor()
      solved = try factor.transposed().solving(factor.solving(rightSide))
    } catch is TorchError {
      throw ComparatorError.tooFewCoalitions(
        design.weights.count, features: members.shape[1])
    }
    let count = worths.shape[1]
    let (free, direction) = try (
      solved.sliced(axis: 1, to: count), solved.sliced(axis: 1, from: count)
    )
    let excess = try free.sum(axes: [0], keepingAxes: true) - change
    return try free - direction * (excess / direction.sum())
  }
}
