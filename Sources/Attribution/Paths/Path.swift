// SPDX-License-Identifier: Apache-2.0

import Torch

/// A way γ from a start to an end, at times t from 0 to 1.
///
/// Laws, which ``PathLaws`` checks: γ(1) is the end; each row depends on its own t, start and end
/// alone; γ′ integrates to γ(1) − γ(0).
public protocol Path: Sendable {
  /// γ(t).
  ///
  /// - Parameters:
  ///   - times: `[rows, 1, …]`, as many axes as the ends.
  ///   - start: `[rows, …]`.
  ///   - end: `[rows, …]`.
  /// - Returns: Points, `[rows, …]`.
  func points(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor

  /// γ′(t), in the same shapes. The default differentiates γ numerically, in float64, with an error
  /// of about 1e-10 of the way where γ is smooth.
  func velocities(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor

  /// The times between 0 and 1 at which γ′ jumps, rising; rules are applied to the pieces between
  /// them. The default is none.
  var corners: [Double] { get }

  /// How the path is called in results.
  var name: String { get }
}

extension Path {
  public var name: String { String(describing: Self.self) }
  public var corners: [Double] { [] }

  public func velocities(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    try numericalVelocities(at: times, from: start, to: end)
  }

  /// Differences of fourth order over five points, moved inward at the ends so that γ is never
  /// asked outside 0…1.
  func numericalVelocities(
    at times: Tensor, from start: Tensor, to end: Tensor
  ) throws -> Tensor {
    let step = 1e-3
    let time = try times.converted(to: .float64)
    let start64 = try start.converted(to: .float64)
    let end64 = try end.converted(to: .float64)
    let middle = try time.clamped(from: 2 * step, to: 1 - 2 * step)
    let samples = try (-2...2).map { offset in
      try points(at: middle + Double(offset) * step, from: start64, to: end64)
    }
    // The slope of the polynomial through the five points, at `position` steps from the middle.
    let position = try (time - middle) / step
    var slope = try start64.filled(with: 0)
    for (index, sample) in samples.enumerated() {
      slope = try slope + sample * lagrangeSlope(index - 2, at: position)
    }
    return try (slope / step).converted(to: start.elementType)
  }
}

/// The derivative at `position` of the polynomial that is 1 at `node` and 0 at the others of
/// −2, −1, 0, 1, 2.
private func lagrangeSlope(_ node: Int, at position: Tensor) throws -> Tensor {
  let others = (-2...2).filter { $0 != node }
  let scale = others.reduce(1.0) { $0 * Double(node - $1) }
  var sum = try position.filled(with: 0)
  for omitted in others {
    var product = try position.filled(with: 1)
    for other in others where other != omitted {
      product = try product * (position - Double(other))
    }
    sum = try sum + product
  }
  return try sum / scale
}

/// The straight line from start to end, that of integrated gradients.
public struct StraightPath: Path {
  public init() {}

  public var name: String { "straight" }

  public func points(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    try start + times * (end - start)
  }

  public func velocities(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    try end - start
  }
}

/// A path given by γ alone.
public struct CustomPath: Path {
  public let name: String
  private let curve: @Sendable (_ times: Tensor, _ start: Tensor, _ end: Tensor) throws -> Tensor

  /// - Parameter curve: γ, with the arguments of ``Path/points(at:from:to:)``.
  public init(
    _ name: String = "custom",
    _ curve: @escaping @Sendable (_ times: Tensor, _ start: Tensor, _ end: Tensor) throws -> Tensor
  ) {
    self.name = name
    self.curve = curve
  }

  public func points(at times: Tensor, from start: Tensor, to end: Tensor) throws -> Tensor {
    try curve(times, start, end)
  }
}
