// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How important a region is to one network or picture and how important to another, where it is known
/// which should have more: the scores of BAM (Yang and Kim 2019, arXiv:1907.09701).
///
/// The importance of a region is the mean size of its attributions over the mean size of all: 1 where
/// it is like the rest, 0 where nothing is in it, and 1 for maps of zeros. That makes networks of other
/// scales comparable; the paper scales each map to 0…1.
public enum RelativeImportance {
  /// The importance of each instance's region, `[instances]`.
  ///
  /// - Parameters:
  ///   - attribution: `[instances, …]`.
  ///   - mask: 1 in the region, of the same shape or what broadcasts to it.
  ///   - features: Whose attributions are sized: by standard pixels, their channels added.
  /// - Throws: ``MetricError`` where a region is empty.
  public static func of(
    _ attribution: Tensor, in mask: Tensor, features: Features? = nil
  ) throws -> [Double] {
    let features = features ?? .standard(for: attribution.shape)
    let sizes = try features.scores(of: attribution).absolute()
    let whole = try mask.converted(to: .float64).broadcast(to: attribution.shape)
    let weights = try (features.scores(of: whole) .> 0).converted(to: .float64)
    let region = try weights.sum(axes: [1])
    guard try region.min().number() > 0 else {
      throw MetricError.unsuitable(
        metric: "relative importance", reason: "needs a region in every instance, and one is empty")
    }
    let all = try sizes.mean(axes: [1])
    let inside = try (sizes * weights).sum(axes: [1]) / region
    return try (inside / all.filled(with: 1, where: all .== 0)).filled(with: 1, where: all .== 0)
      .numbers()
  }

  /// How much more important the region is to the network that has to look at it than to the one that
  /// has not, for each instance: BAM's model contrast score.
  ///
  /// More is better.
  public static func modelContrast(
    _ attribution: Tensor, without other: Tensor, in mask: Tensor, features: Features? = nil
  ) throws -> [Double] {
    try zip(
      of(attribution, in: mask, features: features), of(other, in: mask, features: features)
    ).map { $0 - $1 }
  }

  /// The share of instances whose region gets less important when something is put there that the
  /// network does not look at: BAM's input dependence rate.
  ///
  /// More is better.
  ///
  /// - Parameters:
  ///   - attribution: With it.
  ///   - original: Without.
  public static func inputDependenceRate(
    _ attribution: Tensor, original: Tensor, in mask: Tensor, features: Features? = nil
  ) throws -> Double {
    let changes = try modelContrast(
      attribution, without: original, in: mask, features: features)
    return Double(changes.count { $0 < 0 }) / Double(changes.count)
  }

  /// The share of instances whose region keeps its importance when something is put there that does not
  /// change what the network answers: BAM's input independence rate.
  ///
  /// More is better.
  ///
  /// - Parameters:
  ///   - attribution: With it.
  ///   - original: Without.
  ///   - tolerance: Up to which relative change it counts as kept.
  public static func inputIndependenceRate(
    _ attribution: Tensor, original: Tensor, in mask: Tensor, tolerance: Double = 0.1,
    features: Features? = nil
  ) throws -> Double {
    let before = try of(original, in: mask, features: features)
    let after = try of(attribution, in: mask, features: features)
    let kept = zip(before, after).count { abs($1 - $0) < tolerance * $0 || $0 == $1 }
    return Double(kept) / Double(before.count)
  }
}
