// SPDX-License-Identifier: Apache-2.0

import Torch

/// Random numbers in place of features.
///
/// A draw is the same for every instance, so that an explanation does not depend on its batch.
public struct NoiseBaseline: Baseline {
  public enum Kind: Sendable {
    /// Normally distributed around the instance, cut to `range` where one is given.
    case gaussian(standardDeviation: Double, range: ClosedRange<Double>?)
    /// Evenly distributed.
    case uniform(ClosedRange<Double>)
  }

  public let kind: Kind
  /// Draws, each a start of its own with equal weight.
  public let count: Int
  public let seed: UInt64

  /// - Precondition: `count > 0`.
  public init(_ kind: Kind, count: Int = 1, seed: UInt64 = 0) {
    precondition(count > 0, "at least one draw is needed, not \(count)")
    self.kind = kind
    self.count = count
    self.seed = seed
  }

  public var name: String {
    switch kind {
    case .gaussian(let deviation, _): "gaussian noise \(deviation), \(count) draws"
    case .uniform(let range): "uniform noise in \(range), \(count) draws"
    }
  }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    let generator = try Generator(seed: seed)
    return try (0..<count).map { _ in
      WeightedStart(try instances.activation.map { try draw(around: $0, from: generator) })
    }
  }

  private func draw(around tensor: Tensor, from generator: Generator) throws -> Tensor {
    let shape = [1] + tensor.shape.dropFirst()
    switch kind {
    case .gaussian(let deviation, let range):
      let noise = try Tensor.normal(shape, standardDeviation: deviation, from: generator)
      let start = try tensor + noise.converted(like: tensor)
      return try start.clamped(from: range?.lowerBound, to: range?.upperBound)
    case .uniform(let range):
      return try Tensor.uniform(
        shape, in: range.lowerBound..<range.upperBound, from: generator
      ).converted(like: tensor)
    }
  }
}

extension Baseline where Self == NoiseBaseline {
  /// The instance with normally distributed noise.
  public static func gaussianNoise(
    standardDeviation: Double, clippedTo range: ClosedRange<Double>? = nil, count: Int = 1,
    seed: UInt64 = 0
  ) -> NoiseBaseline {
    NoiseBaseline(
      .gaussian(standardDeviation: standardDeviation, range: range), count: count, seed: seed)
  }

  /// Evenly distributed noise.
  public static func uniformNoise(
    in range: ClosedRange<Double> = 0...1, count: Int = 1, seed: UInt64 = 0
  ) -> NoiseBaseline {
    NoiseBaseline(.uniform(range), count: count, seed: seed)
  }
}
