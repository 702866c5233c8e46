// SPDX-License-Identifier: Apache-2.0

import CTorch
import Synchronization

/// A source of random numbers with a seed of its own; libtorch's global one is never used.
///
/// The same seed gives the same numbers on every device. Drawing advances the generator; draws from
/// several threads are put in a row, in an order that is not defined.
public final class Generator: Sendable {
  private let lock = Mutex<Void>(())
  nonisolated(unsafe) let pointer: OpaquePointer

  /// - Parameter seed: Of it libtorch's generator reads the lower 32 bits: mix a greater one first.
  public init(seed: UInt64) throws {
    _ = Runtime.started
    var made: OpaquePointer?
    try check(ct_generator_new(seed, &made), "new generator")
    guard let made else { throw TorchError(operation: "new generator", message: "gave nothing") }
    pointer = made
  }

  deinit { ct_generator_free(pointer) }

  /// Runs `draw` while nobody else draws.
  func exclusively<Result: Sendable>(_ draw: () throws -> Result) rethrows -> Result {
    try lock.withLock { _ in try draw() }
  }
}

private enum Operators {
  static let normal = Operator("aten::randn", "generator")
  static let uniform = Operator("aten::rand", "generator")
  static let permutation = Operator("aten::randperm", "generator")
  static let integers = Operator("aten::randint", "low_generator")
}

extension Tensor {
  /// Draws from a normal distribution.
  ///
  /// - Precondition: `standardDeviation >= 0`.
  public static func normal(
    _ shape: [Int], mean: Double = 0, standardDeviation: Double = 1,
    type: ElementType = .float32, on device: Device = .cpu, from generator: Generator
  ) throws -> Tensor {
    precondition(standardDeviation >= 0, "a deviation is not negative: \(standardDeviation)")
    let draw = try generator.exclusively {
      try Operators.normal(.integers(shape), .generator(generator), .elementType(type.drawn))
    }
    return try (draw * standardDeviation + mean).converted(to: type).moved(to: device)
  }

  /// Draws evenly from `range`, its upper end excluded.
  ///
  /// - Precondition: `range` is not empty, and its ends are finite.
  public static func uniform(
    _ shape: [Int], in range: Range<Double> = 0..<1,
    type: ElementType = .float32, on device: Device = .cpu, from generator: Generator
  ) throws -> Tensor {
    precondition(
      !range.isEmpty && (range.upperBound - range.lowerBound).isFinite,
      "there is no number to draw evenly from \(range)")
    let draw = try generator.exclusively {
      try Operators.uniform(.integers(shape), .generator(generator), .elementType(type.drawn))
    }
    let scaled = try draw * (range.upperBound - range.lowerBound) + range.lowerBound
    // Rounding may have moved a draw to the upper end.
    return try scaled.clamped(to: type.numberBelow(range.upperBound)).converted(to: type)
      .moved(to: device)
  }

  /// Draws whole numbers evenly from `range`, int64.
  public static func integers(
    _ shape: [Int], in range: Range<Int>, on device: Device = .cpu, from generator: Generator
  ) throws -> Tensor {
    precondition(!range.isEmpty, "there is no number in \(range)")
    return try generator.exclusively {
      try Operators.integers(
        .integer(range.lowerBound), .integer(range.upperBound), .integers(shape),
        .generator(generator), .elementType(.int64))
    }.moved(to: device)
  }

  /// The numbers `0..<count` in random order, int64, `[count]`.
  public static func permutation(
    _ count: Int, on device: Device = .cpu, from generator: Generator
  ) throws -> Tensor {
    precondition(count >= 0, "a count is not negative: \(count)")
    return try generator.exclusively {
      try Operators.permutation(
        .integer(count), .generator(generator), .elementType(.int64))
    }.moved(to: device)
  }
}
