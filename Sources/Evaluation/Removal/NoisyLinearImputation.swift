// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Removed pixels become the weighted mean of their neighbours, removed ones included, and a little
/// noise.
///
/// What is left hardly tells which pixels are gone, where a black hole would: its form alone can say
/// of which class the picture was. The four direct neighbours weigh 1/6 and the diagonal ones 1/12,
/// renormalised at borders. Where all pixels are removed nothing is known, and they become 0. Needs
/// pictures, `[instances, channels, height, width]`.
///
/// The noise of an instance is drawn once, so that it does not depend on how many masks there are.
///
/// - Complexity: For each row and channel about twice as many iterations as the widest hole is across
///   in pixels, each some twenty operations for a removed pixel: 130 for a hole of 62 × 62, some 25
///   where every other pixel is known at random. On the processor, whatever the network's device.
/// - Note: Rong et al. 2022, "A consistent and efficient evaluation strategy for attribution methods"
///   (ROAD).
public struct NoisyLinearImputation: Removal {
  /// The noise's standard deviation, in units of the activation.
  public let noise: Double

  /// - Precondition: `noise >= 0`.
  public init(noise: Double = 0.01) {
    precondition(noise >= 0, "a deviation is not negative: \(noise)")
    self.noise = noise
  }

  public var name: String {
    noise == 0 ? "linear imputation" : "noisy linear imputation \(noise)"
  }

  public func substitutes(for explanation: Explanation, seed: UInt64) throws -> Substitutes {
    for tensor in explanation.activation.tensors where tensor.rank != 4 {
      throw MetricError.shape(
        what: "the activation whose pixels are imputed", tensor.shape,
        expected: [explanation.count, 3, 28, 28])
    }
    let noise = try noiseFields(for: explanation, seed: seed)
    return Substitutes { points, removed in
      let filled = try points.combined(with: removed) { points, removed in
        let planes = [points.shape[0] * points.shape[1]] + points.shape.dropFirst(2)
        return try NeighborSystem.filled(
          points.converted(to: .float64).reshaped(to: planes),
          where: removed.reshaped(to: planes)
        ).reshaped(to: points.shape)
      }
      guard let noise else { return filled }
      return try filled.combined(with: noise) { filled, noise in
        try filled + noise.repeatingRows(filled.shape[0] / noise.shape[0])
      }
    }
  }

  /// One for each instance, `[instances, …]`, float64.
  private func noiseFields(for explanation: Explanation, seed: UInt64) throws -> Activation? {
    guard noise > 0 else { return nil }
    let generators = try (0..<explanation.count).map {
      try explanation.generator(for: $0, seed: seed)
    }
    return try explanation.activation.map { tensor in
      try .stacked(
        generators.map {
          try .normal(
            Array(tensor.shape.dropFirst()), standardDeviation: noise, type: .float64,
            on: tensor.device, from: $0)
        })
    }
  }
}

extension Removal where Self == NoisyLinearImputation {
  /// Removed pixels become the weighted mean of their neighbours, and a little noise.
  public static func noisyLinearImputation(noise: Double = 0.01) -> NoisyLinearImputation {
    NoisyLinearImputation(noise: noise)
  }

  /// Removed pixels become the weighted mean of their neighbours.
  public static var linearImputation: NoisyLinearImputation { NoisyLinearImputation(noise: 0) }
}
