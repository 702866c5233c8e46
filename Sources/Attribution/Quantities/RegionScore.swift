// SPDX-License-Identifier: Apache-2.0

import Torch

/// A class's numbers in a region of a map, added or averaged: why these pixels are called a square,
/// why a bump is seen at these steps.
///
/// Reads `[rows, classes, positions…]`, what a network that segments gives, for images as for series.
/// With ``OutputRegion/predicted(as:)`` it is the sum over the pixels that are predicted as the class,
/// as in Seg-Grad-CAM (Vinogradova, Dibrov and Myers 2020); the pixels are those of
/// the instance itself at every point of a path, so that the quantity stays one function.
///
/// One class against another over the same pixels, `square` being `OutputRegion.predicted(as: 1)`, is
/// `RegionScore(.index(1), over: square) - RegionScore(.index(2), over: square)`.
///
/// Where a class is predicted nowhere its sum is 0, and so are its attributions.
public struct RegionScore: QuantityOfInterest {
  /// How the numbers of a region become one.
  public enum Reduction: String, Sendable, CaseIterable {
    case sum
    case mean
  }

  /// With ``ClassChoice/predicted`` the class whose numbers add up to most in the region: of one pixel
  /// its own class.
  public let choice: ClassChoice
  public let region: OutputRegion
  public let reduction: Reduction

  public init(
    _ choice: ClassChoice, over region: OutputRegion = .predicted(as: nil),
    _ reduction: Reduction = .sum
  ) {
    self.choice = choice
    self.region = region
    self.reduction = reduction
  }

  public var name: String { "\(reduction.rawValue) of class \(choice.label) over \(region.name)" }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let weights = try weights(explained)
    let scores = try reduced(output, weights)
    let own = choice == .predicted ? try reduced(explained.output, weights) : scores
    let values = try choice.entries(
      of: scores,
      explaining: ExplainedOutput(
        output: own, instance: explained.instance, scale: explained.scale), for: name)
    guard reduction == .mean else { return values }
    let sizes = try weights.flattened(from: 1).sum(axes: [1])
    if try sizes.min().number() == 0 {
      let row = try sizes.indexOfMinimum(axis: 0).integers()[0]
      throw RegionError.empty(quantity: name, instance: try explained.instance.integers()[row])
    }
    return try values / sizes
  }

  /// Where the region lies for instances, `[rows, positions…]`: 1 inside, 0 outside.
  public func mask(of explained: ExplainedOutput) throws -> Tensor {
    let shape = explained.output.shape
    return try weights(explained).broadcast(to: [shape[0], 1] + shape.dropFirst(2))
      .squeezed(axis: 1)
  }

  private func weights(_ explained: ExplainedOutput) throws -> Tensor {
    guard explained.output.rank > 2 else {
      throw RegionError.noMap(shape: explained.output.shape, quantity: name)
    }
    return try withoutRecording { try region.weights(explained, asking: choice) }
  }

  /// The sums of all classes, `[rows, classes]`.
  private func reduced(_ output: Tensor, _ weights: Tensor) throws -> Tensor {
    try (output * weights).flattened(from: 2).sum(axes: [2])
  }
}

extension QuantityOfInterest {
  /// The regions that a quantity reads, each once for every term.
  public var regions: [RegionScore] {
    if let score = self as? RegionScore { return [score] }
    return (self as? WeightedSum)?.terms.flatMap(\.quantity.regions) ?? []
  }
}

extension QuantityOfInterest where Self == RegionScore {
  /// A class over a region of a map, `[rows, classes, positions…]`.
  public static func classScore(
    _ index: Int, over region: OutputRegion, _ reduction: RegionScore.Reduction = .sum
  ) -> RegionScore { RegionScore(.index(index), over: region, reduction) }

  /// The class of one pixel, step or position, as it is predicted.
  public static func predictedClass(at place: Int...) -> RegionScore {
    RegionScore(.predicted, over: .box(place.map { $0...$0 }))
  }
}
