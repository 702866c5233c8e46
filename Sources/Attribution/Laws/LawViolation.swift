// SPDX-License-Identifier: Apache-2.0

import Torch

/// A law that a conformance breaks, and how.
///
/// Checkers run a conformance on given data and list what they find; a test of one's own conformance
/// is `#expect(try PathLaws.violations(of: path, from: a, to: b).isEmpty)`.
public struct LawViolation: Error, Sendable, Equatable, CustomStringConvertible {
  public let law: String
  public let detail: String

  public init(_ law: String, _ detail: String) {
    self.law = law
    self.detail = detail
  }

  public var description: String { "\(law): \(detail)" }
}

/// Gathers violations.
struct LawCheck {
  private(set) var violations: [LawViolation] = []

  mutating func require(
    _ holds: Bool, _ law: String, _ detail: @autoclosure () -> String
  ) {
    if !holds { violations.append(LawViolation(law, detail())) }
  }

  /// Requires two tensors to be equal up to `tolerance` times the greatest size in them.
  mutating func requireEqual(
    _ actual: Tensor, _ expected: Tensor, tolerance: Double, _ law: String, _ what: String
  ) throws {
    guard actual.shape == expected.shape else {
      violations.append(
        LawViolation(law, "\(what) has shape \(actual.shape), expected \(expected.shape)"))
      return
    }
    guard actual.count > 0 else { return }
    let a = try actual.detached().converted(to: .float64)
    let b = try expected.detached().converted(to: .float64)
    let size = try Swift.max(1, b.absolute().max().number())
    let difference = try (a - b).absolute().max().number()
    require(difference <= tolerance * size, law, "\(what) is off by \(difference)")
  }

  mutating func requireEqual(
    _ actual: Activation, _ expected: Activation, tolerance: Double, _ law: String, _ what: String
  ) throws {
    require(
      actual.tensors.count == expected.tensors.count, law,
      "\(what) has \(actual.tensors.count) tensors, expected \(expected.tensors.count)")
    for (a, b) in zip(actual.tensors, expected.tensors) {
      try requireEqual(a, b, tolerance: tolerance, law, what)
    }
  }
}

extension Tensor {
  /// Rows `range` of the first axis.
  func rows(_ range: Range<Int>) throws -> Tensor {
    try sliced(axis: 0, from: range.lowerBound, to: range.upperBound)
  }
}

extension Activation {
  func rows(_ range: Range<Int>) throws -> Activation { try map { try $0.rows(range) } }
}
