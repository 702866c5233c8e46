// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// How instances are disturbed to see whether an explanation foretells what the network does.
///
/// - Note: The significant perturbations of Yeh et al. 2019.
public protocol FeaturePerturbation: Sendable {
  /// How it is called in results.
  var name: String { get }

  /// Disturbed copies of one instance.
  ///
  /// - Parameters:
  ///   - instance: `[1, …]`.
  ///   - count: How many.
  ///   - generator: The instance's own; all random choices come from it.
  /// - Returns: `[count, …]`.
  func points(
    around instance: Activation, count: Int, from generator: Generator
  ) throws -> Activation
}

/// Normally distributed noise on every element.
///
/// - Note: Yeh et al. 2019 take a deviation of 0.2 and cut pixels to 0…1.
public struct GaussianPerturbation: FeaturePerturbation {
  /// In units of the activation.
  public let standardDeviation: Double
  /// Where elements are cut; `nil` for nowhere.
  public let range: ClosedRange<Double>?

  /// - Precondition: `standardDeviation > 0`.
  public init(standardDeviation: Double = 0.2, clippedTo range: ClosedRange<Double>? = nil) {
    precondition(
      standardDeviation > 0, "noise has a positive deviation, not \(standardDeviation)")
    self.standardDeviation = standardDeviation
    self.range = range
  }

  public var name: String {
    "gaussian \(standardDeviation)"
      + (range.map { " in \($0.lowerBound)…\($0.upperBound)" } ?? "")
  }

  public func points(
    around instance: Activation, count: Int, from generator: Generator
  ) throws -> Activation {
    try instance.map { tensor in
      let noise = try Tensor.normal(
        [count] + tensor.shape.dropFirst(), standardDeviation: standardDeviation,
        from: generator)
      return try (tensor + noise.converted(like: tensor)).clamped(
        from: range?.lowerBound, to: range?.upperBound)
    }
  }
}

/// One square of the last two axes set to a value, in all channels.
///
/// The side is drawn evenly from those that fit, then the place evenly from where it fits.
///
/// - Note: Yeh et al. 2019 set squares of side 1 to 10 to zero, and go through all of them rather than
///   draw.
public struct SquarePerturbation: FeaturePerturbation {
  /// In elements.
  public let sides: ClosedRange<Int>
  public let value: Double

  /// - Precondition: Sides are positive.
  public init(sides: ClosedRange<Int> = 1...10, value: Double = 0) {
    precondition(sides.lowerBound > 0, "a square has a positive side, not \(sides.lowerBound)")
    self.sides = sides
    self.value = value
  }

  public var name: String {
    "squares \(sides.lowerBound)…\(sides.upperBound)" + (value == 0 ? "" : " to \(value)")
  }

  public func points(
    around instance: Activation, count: Int, from generator: Generator
  ) throws -> Activation {
    try instance.map { tensor in
      guard tensor.rank >= 3 else {
        throw MetricError.shape(
          what: "the activation in which squares are set", tensor.shape, expected: [1, 3, 28, 28])
      }
      let (height, width) = (tensor.shape[tensor.rank - 2], tensor.shape[tensor.rank - 1])
      let largest = max(1, min(sides.upperBound, height, width))
      let smallest = min(sides.lowerBound, largest)
      let draws = try Tensor.uniform([count, 3], type: .float64, from: generator).numbers()
      var places: [(tops: Double, lefts: Double, sides: Double)] = []
      for first in stride(from: 0, to: draws.count, by: 3) {
        let side = Double(smallest) + (draws[first] * Double(largest - smallest + 1)).rounded(.down)
        places.append(
          (
            (draws[first + 1] * (Double(height) - side + 1)).rounded(.down),
            (draws[first + 2] * (Double(width) - side + 1)).rounded(.down), side
          ))
      }
      func within(_ starts: [Double], length: Int) throws -> Tensor {
        let start = try Tensor(starts, shape: [count, 1])
        let side = try Tensor(places.map(\.sides), shape: [count, 1])
        let place = try Tensor.range(to: length).converted(to: .float64)
        return try (place .>= start) .& (place .< start + side)
      }
      let rows = try within(places.map(\.tops), length: height).unsqueezed(axis: 2)
      let columns = try within(places.map(\.lefts), length: width).unsqueezed(axis: 1)
      let between = [Int](repeating: 1, count: tensor.rank - 3)
      let square = try (rows .& columns).reshaped(to: [count] + between + [height, width])
      return try tensor.broadcast(to: [count] + tensor.shape.dropFirst()).filled(
        with: value, where: square.moved(to: tensor.device))
    }
  }
}

extension FeaturePerturbation where Self == GaussianPerturbation {
  /// Normally distributed noise on every element.
  public static func gaussian(
    standardDeviation: Double = 0.2, clippedTo range: ClosedRange<Double>? = nil
  ) -> GaussianPerturbation {
    GaussianPerturbation(standardDeviation: standardDeviation, clippedTo: range)
  }
}

extension FeaturePerturbation where Self == SquarePerturbation {
  /// One square set to a value.
  public static func squares(
    of sides: ClosedRange<Int> = 1...10, value: Double = 0
  ) -> SquarePerturbation {
    SquarePerturbation(sides: sides, value: value)
  }
}
