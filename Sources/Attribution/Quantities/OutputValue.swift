// SPDX-License-Identifier: Apache-2.0

import Torch

/// A number that a regression gives, as it is: `[rows]`, `[rows, 1]`, or one of `[rows, targets]`.
public struct OutputValue: QuantityOfInterest {
  /// Which target, counted from 0; `nil` for the only one.
  public let target: Int?

  public init(_ target: Int? = nil) { self.target = target }

  public var name: String { "value" + (target.map { " \($0)" } ?? "") }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    let shape = output.shape
    guard shape.count <= 2 || shape.dropFirst(2).allSatisfy({ $0 == 1 }) else {
      throw OutputValueError.noTargets(shape)
    }
    let targets = try output.reshaped(to: [shape[0], -1])
    guard let target = target ?? (targets.shape[1] == 1 ? 0 : nil) else {
      throw OutputValueError.several(targets.shape[1])
    }
    guard target >= 0, target < targets.shape[1] else {
      throw OutputValueError.target(target, of: targets.shape[1])
    }
    return try targets.selected(target, axis: 1)
  }
}

/// Why an output has no such value.
public enum OutputValueError: Error, Sendable, Equatable, CustomStringConvertible {
  case noTargets([Int])
  case several(Int)
  case target(Int, of: Int)

  public var description: String {
    switch self {
    case .noTargets(let shape):
      return
        "'value' reads [rows] or [rows, targets], and the slice ends in \(shape): choose another "
        + "end, or a quantity for channels, units or regions"
    case .several(let count):
      return "the output has \(count) numbers a row: say which is to be explained, from value 0 to "
        + "value \(count - 1)"
    case .target(let target, let count):
      return "there is no value \(target) among \(count), counted from 0"
    }
  }
}

extension QuantityOfInterest where Self == OutputValue {
  /// The number that a regression gives.
  public static var value: OutputValue { OutputValue() }
  /// One of the numbers that a regression gives, counted from 0.
  public static func value(_ target: Int) -> OutputValue { OutputValue(target) }
}
