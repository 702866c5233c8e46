// SPDX-License-Identifier: Apache-2.0

import Torch

/// The engine: a distribution of interest, a quantity of interest, and a slice of a network.
///
/// For each instance the distribution gives samples (z, w, δ) at its cut: points, weights and
/// displacements. With y the activation at the slice's start and Q the quantity at its end, when the
/// activation at the distribution's cut is z and all else is the instance's:
///
///     influence    χ = Σ w · ∂Q/∂y
///     attribution  A = Σ w · ∂Q/∂y ⊙ m
///
/// Where displacements are finite moves, which hold their time, the influence's w are the samples'
/// weights times their durations (``Samples/durations``).
///
/// m is δ itself where the distribution's cut is the slice's start, and the displacement that δ
/// causes there elsewhere (conductance). After Leino et al. 2018 (arXiv:1802.03788); integrated
/// gradients, saliency, SmoothGrad, expected gradients and conductance are configurations of it.
public struct InternalInfluence: AttributionMethod {
  public var model: any Model
  public var distribution: any DistributionOfInterest
  public var quantity: any QuantityOfInterest
  public var slice: NetworkSlice
  /// Where the distribution lives; `nil` is the slice's start.
  public var distributionCut: (any Cut)?
  public var measure: Measure
  public var statistic: Statistic
  /// Whether the influence is kept beside the attribution.
  public var keepsInfluence = false
  /// How many rows are evaluated at once.
  public var rowLimit = RowLimit.automatic
  /// Called between chunks; what it throws ends the explanation.
  public var onProgress: (@Sendable (Progress) throws -> Void)?

  /// - Parameters:
  ///   - model: The network.
  ///   - distribution: Where it is looked at.
  ///   - quantity: Which number is explained.
  ///   - slice: From where attributions are wanted to where the quantity reads.
  ///   - distributionCut: Where the distribution lives; `nil` is the slice's start.
  ///   - measure: Attribution or influence.
  ///   - statistic: What is told of the samples' contributions.
  public init(
    _ model: any Model,
    distribution: any DistributionOfInterest = PathDistribution(),
    quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice(),
    at distributionCut: (any Cut)? = nil,
    measure: Measure = .attribution,
    statistic: Statistic = .mean
  ) {
    self.model = model
    self.distribution = distribution
    self.quantity = quantity
    self.slice = slice
    self.distributionCut = distributionCut
    self.measure = measure
    self.statistic = statistic
  }

  /// Explains each instance.
  ///
  /// - Returns: Attributions of the activation's shape at the slice's start, `[instances, …]`.
  /// - Throws: ``InputError``, ``CutError``, ``SamplesError`` and their kin where the parts do not
  ///   fit; `TorchError` from the network; `CancellationError` where the task was cancelled.
  /// - Complexity: One forward and one backward row through the slice for each sample and instance;
  ///   a forward row more for each instance and path start.
  public func attributions(for inputs: Inputs) throws -> Attributions {
    try attributions(for: inputs, quantities: [quantity])[0]
  }

  /// Explains several quantities from the same forward passes.
  ///
  /// - Returns: One result for each quantity, in their order.
  public func attributions(
    for inputs: Inputs, quantities: [any QuantityOfInterest]
  ) throws -> [Attributions] {
    // Such a distribution goes another way for each quantity.
    if distribution.dependsOnQuantity, quantities.count > 1 {
      return try quantities.flatMap { try attributions(for: inputs, quantities: [$0]) }
    }
    let run = try Run(self, quantities: quantities, inputs: inputs)
    return try run.attributions()
  }

  /// Explains several quantities of a model with one input.
  public func attributions(
    for input: Tensor, quantities: [any QuantityOfInterest]
  ) throws -> [Attributions] {
    try attributions(for: Inputs(input), quantities: quantities)
  }
}

/// How far an explanation has come.
public struct Progress: Sendable, Equatable {
  /// The share that is done, 0…1.
  ///
  /// A distribution that reacts, or is drawn from until a tolerance is reached, does not say how much
  /// it wants yet, so that only whole groups of instances count there.
  public let fraction: Double
  /// Gradients evaluated so far, all instances together.
  public let evaluations: Int
}
