// SPDX-License-Identifier: Apache-2.0

import Glibc
import Torch

/// From the blurred input to the input, losing blur: the path of blur integrated gradients (Xu and
/// others 2020, arXiv:2004.03383).
///
/// γ(t) is the end, blurred over its spatial axes (all behind rows and channels) with variance v(t),
/// from the square of ``standardDeviation`` down to 0. The path has a start of its own, so that none
/// is read: nothing has to be chosen but how much is blurred away.
///
/// Blur is what the heat equation does, ∂γ/∂v = ½ Δγ, with Δ the second difference of neighbours and
/// no flow across the border. In the cosines that diagonalize Δ both γ and γ′ are exact: kernels are
/// not cut off, a constant image stays constant up to its border, and the mean brightness is kept.
/// The published code differs: it samples the kernel, pads with zeros, takes forward differences,
/// and sums from the left.
///
/// - Complexity: Two matrix products for each spatial axis.
public struct BlurPath: Path {
  /// How the blur is lost.
  public enum Pace: String, Sendable, CaseIterable {
    /// The deviation falls evenly, as in the paper.
    case deviation
    /// The variance falls evenly, which is the heat equation's own time.
    case variance
  }

  /// At the start, in elements of the spatial axes.
  ///
  /// The paper takes 50 for images of about 300 pixels.
  public let standardDeviation: Double
  public let pace: Pace

  /// - Precondition: `standardDeviation > 0`.
  public init(standardDeviation: Double, pace: Pace = .deviation) {
    precondition(
      standardDeviation > 0 && standardDeviation.isFinite,
      "a blur has a positive deviation, not \(standardDeviation)")
    self.standardDeviation = standardDeviation
    self.pace = pace
  }

  public var name: String { "blur" }

  public func points(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    try filtered(end) { decay in try (decay * variance(at: times) * -0.5).exponential() }
  }

  public func velocities(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    try filtered(end) { decay in
      try (decay * variance(at: times) * -0.5).exponential() * decay * variancePace(at: times)
        * -0.5
    }
  }

  private var greatest: Double { standardDeviation * standardDeviation }

  private func variance(at times: Tensor) throws -> Tensor {
    let rest = try 1 - times
    return try (pace == .deviation ? rest.squared() : rest) * greatest
  }

  /// The derivative of the variance by time.
  private func variancePace(at times: Tensor) throws -> Tensor {
    pace == .deviation ? try (1 - times) * (-2 * greatest) : try times.filled(with: -greatest)
  }

  /// The image with each of its cosines multiplied by what `factor` gives for the eigenvalue of −Δ,
  /// `[1, 1, …]`.
  private func filtered(
    _ image: Tensor, by factor: (_ decay: Tensor) throws -> Tensor
  ) throws -> Tensor {
    let shape = image.shape
    guard shape.count >= 3 else { throw PathError.axes(name, shape: shape, least: 3) }
    var coefficients = image
    var decay = try Tensor.zeros([1], type: .float64)
    for axis in 2..<shape.count {
      let cosines = try CosineBasis(shape[axis])
      coefficients = try cosines.applied(to: coefficients, axis: axis)
      decay = try decay.unsqueezed(axis: -1) + cosines.eigenvalues
    }
    let grid = try decay.reshaped(to: [1, 1] + shape.dropFirst(2)).converted(like: image)
    coefficients = try coefficients * factor(grid)
    return try (2..<shape.count).reduce(coefficients) { part, axis in
      try CosineBasis(shape[axis]).applied(to: part, axis: axis, isBack: true)
    }
  }
}

/// The orthonormal cosines that diagonalize the second difference with no flow across the border.
private struct CosineBasis {
  /// `[places, frequencies]`, float64.
  let matrix: Tensor
  /// Of minus the second difference, `[frequencies]`, float64.
  let eigenvalues: Tensor

  init(_ length: Int) throws {
    let size = Double(length)
    let lengths = (0..<length).map { ($0 == 0 ? 1 / size : 2 / size).squareRoot() }
    let entries = (0..<length).flatMap { place in
      let middle = Double.pi * (Double(place) + 0.5) / size
      return (0..<length).map { lengths[$0] * cos(Double($0) * middle) }
    }
    matrix = try Tensor(entries, shape: [length, length])
    eigenvalues = try Tensor((0..<length).map { 2 - 2 * cos(.pi * Double($0) / size) })
  }

  /// The coefficients of a tensor along an axis, or back from them.
  func applied(to tensor: Tensor, axis: Int, isBack: Bool = false) throws -> Tensor {
    let basis = try (isBack ? matrix.transposed() : matrix).converted(like: tensor)
    return try tensor.transposed(axis, -1).matrixProduct(basis).transposed(axis, -1)
  }
}

extension DistributionOfInterest where Self == PathDistribution {
  /// From the blurred instance to the instance: blur integrated gradients.
  public static func blur(
    standardDeviation: Double, pace: BlurPath.Pace = .deviation, steps: Int? = nil,
    rule: any PathRule = GaussLegendreRule()
  ) -> PathDistribution {
    PathDistribution(
      BlurPath(standardDeviation: standardDeviation, pace: pace),
      from: BlurredBaseline(standardDeviation: standardDeviation), rule: rule, steps: steps)
  }
}
