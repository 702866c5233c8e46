// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// What is taken away or ranked as one: elements, or pixels with all their channels.
public enum Features: String, Sendable, Codable, CaseIterable {
  /// Each element by itself.
  case elements
  /// All elements at a place of `[instances, channels, height, width]`, their attributions added.
  case pixels

  /// Pixels where the activation is an image, else elements.
  public static func standard(for shape: [Int]) -> Features {
    shape.count == 4 ? .pixels : .elements
  }

  /// One attribution a feature, `[instances, features]`, float64.
  public func scores(of attribution: Tensor) throws -> Tensor {
    let values = try attribution.converted(to: .float64)
    switch self {
    case .elements: return try values.flattened(from: 1)
    case .pixels: return try Self.pixels(values).sum(axes: [1]).flattened(from: 1)
    }
  }

  /// How many there are in an activation of the shape.
  public func count(in shape: [Int]) -> Int {
    shape.dropFirst(self == .pixels ? 2 : 1).reduce(1, *)
  }

  /// A number for each feature, `[rows, features]`, spread over the feature's elements: of a shape
  /// that broadcasts to `[rows, …]` of the activation.
  public func spread(_ numbers: Tensor, over shape: [Int]) throws -> Tensor {
    switch self {
    case .elements: try numbers.reshaped(to: [-1] + shape.dropFirst())
    case .pixels: try numbers.reshaped(to: [-1, 1] + shape.dropFirst(2))
    }
  }

  private static func pixels(_ values: Tensor) throws -> Tensor {
    guard values.rank >= 3 else {
      throw MetricError.shape(
        what: "an attribution that is to be read by pixels", values.shape,
        expected: [values.shape.first ?? 1, 3, 28, 28])
    }
    return values
  }
}
