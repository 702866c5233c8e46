// SPDX-License-Identifier: Apache-2.0

import Torch

/// Shapley values from random orders of the features (Castro and others 2009; Štrumbelj and
/// Kononenko 2010): in each order features come back one after another, and each is credited with
/// what the quantity changes by.
///
/// Every order's credits sum to the quantity's change, so that their means do, too. What a mean is
/// off by is told by its standard error.
///
/// - Complexity: d − 1 forward rows for each order, instance and start of the baseline.
public struct ShapleyValueSampling: AttributionMethod {
  public let model: any Model
  public let quantity: any QuantityOfInterest
  public let slice: NetworkSlice
  public let baseline: any Baseline
  public let features: FeatureGroups
  public let permutations: Int
  public let tolerance: Double?
  public let seed: UInt64
  /// How many rows are evaluated at once.
  public var rowLimit = RowLimit.automatic

  /// Orders of the first round: what a standard error can be believed from.
  private static let fewest = 16

  /// - Parameters:
  ///   - baseline: What stands for an absent feature; several starts are averaged.
  ///   - features: What is taken away as one; its value is shared out evenly among its elements.
  ///   - permutations: Orders for each instance; with a tolerance, the most. All instances have the
  ///     same ones.
  ///   - tolerance: Σ standard error / Σ |attribution| at which an instance's drawing stops.
  /// - Precondition: `permutations > 0`.
  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice(), from baseline: any Baseline = ZeroBaseline(),
    features: FeatureGroups = .elements, permutations: Int = 25, tolerance: Double? = nil,
    seed: UInt64 = 0
  ) {
    precondition(permutations > 0, "\(permutations) orders")
    self.model = model
    self.quantity = quantity
    self.slice = slice
    self.baseline = baseline
    self.features = features
    self.permutations = permutations
    self.tolerance = tolerance
    self.seed = seed
  }

  private var name: String {
    "Shapley value sampling of \(features.name) from \(baseline.name), "
      + (tolerance.map { "until \($0), at most " } ?? "") + "\(permutations) orders, seed \(seed)"
  }

  public func attributions(for inputs: Inputs) throws -> Attributions {
    try ForwardRun(model: model, quantity: quantity, slice: slice, rowLimit: rowLimit)
      .attributions(for: inputs, by: name, groupsOfOne: tolerance != nil) { group in
        let activation = group.instances.activation
        let map = try FeatureMap(features, of: activation)
        let removal = try Removal(group, to: baseline)
        let none = try removal.none()
        let generator = try Generator(seed: seed)
        var sum = try Tensor.zeros(
          [group.instances.count, map.count], type: .float64, on: none.device)
        var squares = sum
        var drawn = 0
        while drawn < permutations {
          let end = tolerance == nil ? permutations : min(permutations, max(Self.fewest, 2 * drawn))
          let credits = try credits(
            removal, map, orders: end - drawn, none: none, from: generator)
          sum = try sum + credits.sum(axes: [0])
          squares = try squares + credits.squared().sum(axes: [0])
          drawn = end
          if let tolerance, drawn > 1,
            try !(Self.relativeError(sum, squares, drawn) > tolerance)
          {
            break
          }
        }
        return ForwardRun.Found(
          values: try map.shared(sum / Double(drawn), like: activation),
          standardError: drawn > 1
            ? try map.shared(Self.errors(sum, squares, drawn), like: activation) : nil,
          start: none, samples: drawn * max(0, map.count - 1) + 1)
      }
  }

  /// What each order credits each feature with, `[orders, instances, features]`, float64.
  private func credits(
    _ removal: Removal, _ map: FeatureMap, orders: Int, none: Tensor, from generator: Generator
  ) throws -> Tensor {
    let group = removal.group
    let steps = map.count - 1
    // When a feature comes, from 0: the inverse of a random order is a random order.
    let times = try Tensor.stacked(
      (0..<orders).map { _ in try Tensor.permutation(map.count, from: generator) })
    let between = try removal.values(orders * steps) { range in
      let own = try times.selecting(Tensor(range.map { Int64($0 / steps) }))
      let now = try Tensor(range.map { Int64($0 % steps) }).unsqueezed(axis: 1)
      return try map.masks(own .<= now, like: group.instances.activation)
    }
    func ends(_ values: Tensor) throws -> Tensor {
      try values.reshaped(to: [1, 1, -1]).broadcast(to: [orders, 1, group.instances.count])
    }
    let values = try Tensor.concatenated(
      [
        ends(none), between.reshaped(to: [orders, steps, group.instances.count]), ends(group.own),
      ], axis: 1)
    let changes = try values.sliced(axis: 1, from: 1) - values.sliced(axis: 1, to: map.count)
    let places = try times.moved(to: changes.device).unsqueezed(axis: 2)
      .broadcast(to: changes.shape)
    return try changes.gathered(places, axis: 1).transposed(1, 2)
  }

  /// Standard errors of means, from sums and sums of squares.
  private static func errors(_ sum: Tensor, _ squares: Tensor, _ count: Int) throws -> Tensor {
    let spread = try squares - sum.squared() / Double(count)
    return try (spread.clamped(from: 0) / Double(count * (count - 1))).squareRoot()
  }

  private static func relativeError(
    _ sum: Tensor, _ squares: Tensor, _ count: Int
  ) throws -> Double {
    try errors(sum, squares, count).sum().number() * Double(count) / sum.absolute().sum().number()
  }
}
