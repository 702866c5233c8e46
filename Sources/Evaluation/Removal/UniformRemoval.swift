// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// Removed elements become random numbers, drawn evenly and for each instance apart.
public struct UniformRemoval: Removal {
  /// In units of the activation.
  public let range: ClosedRange<Double>

  /// - Precondition: The range is no single number.
  public init(in range: ClosedRange<Double>) {
    precondition(
      range.lowerBound < range.upperBound, "there is one number to draw from in \(range)")
    self.range = range
  }

  public var name: String { "uniform in \(range.lowerBound)…\(range.upperBound)" }

  public func substitutes(for explanation: Explanation, seed: UInt64) throws -> Substitutes {
    let generators = try (0..<explanation.count).map {
      try explanation.generator(for: $0, seed: seed)
    }
    return Substitutes(
      try explanation.activation.map { tensor in
        try .stacked(
          generators.map {
            try .uniform(
              Array(tensor.shape.dropFirst()), in: range.lowerBound..<range.upperBound,
              on: tensor.device, from: $0)
          })
      })
  }
}

extension Removal where Self == UniformRemoval {
  /// Removed elements become random numbers, drawn evenly.
  public static func uniform(in range: ClosedRange<Double>) -> UniformRemoval {
    UniformRemoval(in: range)
  }
}
