// SPDX-License-Identifier: Apache-2.0

import Torch

/// Where a number that is not finite first appears in a network.
public struct NonFinite: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case nan = "NaN"
    case infinity
  }

  /// What has the number first.
  public enum Origin: Sendable, Equatable {
    /// The value is fed to the network, or put in its stead.
    case given
    /// The value is a constant of the network, as a weight.
    case constant
    /// The node gives it, from finite values or from infinite ones.
    case node(String, operation: String)
    /// The gradient with respect to the value, which is finite behind the node and not ahead of it.
    case gradient(node: String, operation: String)
  }

  /// The value's name.
  public let value: String
  /// Which row of what was given.
  public let row: Int
  public let kind: Kind
  public let origin: Origin

  public init(_ kind: Kind, at value: String, row: Int, origin: Origin) {
    self.kind = kind
    self.value = value
    self.row = row
    self.origin = origin
  }

  func moved(toRow row: Int) -> NonFinite { NonFinite(kind, at: value, row: row, origin: origin) }
}

extension NonFinite: CustomStringConvertible {
  public var description: String {
    switch origin {
    case .given: "what is given for '\(value)' holds \(kind.rawValue)"
    case .constant: "the model's constant '\(value)' holds \(kind.rawValue)"
    case .node(let name, let operation):
      "\(kind.rawValue) first appears in '\(value)', at node '\(name)' (\(operation))"
    case .gradient(let name, let operation):
      "going back, \(kind.rawValue) first appears in the gradient at '\(value)', ahead of node"
        + " '\(name)' (\(operation))"
    }
  }
}

/// A number whose gradient is looked at, and where.
public struct GradientTarget {
  /// One number from the wanted values.
  public let quantity: ([Tensor]) throws -> Tensor
  public let places: [Place]

  public init(at places: [Place], of quantity: @escaping ([Tensor]) throws -> Tensor) {
    self.places = places
    self.quantity = quantity
  }
}

extension Model {
  /// Where the first number that is not finite appears when the model runs on some inputs.
  ///
  /// - Returns: Nil where all outputs are finite, whatever lies between: an attention mask of −∞
  ///   ahead of a softmax is no fault.
  public func firstNonFinite(given inputs: Inputs) throws -> NonFinite? {
    let (given, _) = try inputs.resolved(for: self)
    return try firstNonFinite(outputs, given: given, gradient: nil)
  }

  /// Nothing is known of the inside.
  public func firstNonFinite(
    _ wanted: [Place], given: [Place: Tensor], gradient: GradientTarget?
  ) throws -> NonFinite? { nil }
}

/// An explanation whose numbers are not finite: no attribution is made of them.
public struct NonFiniteError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The instance's row in the batch.
  public let instance: Int
  /// The sample of the distribution; nil for the instance itself or an end of its path.
  public let sample: Int?
  /// What was computed, as "the quantity 'class 3'".
  public let subject: String
  /// Where it first appears; nil where the model cannot tell.
  public let first: NonFinite?

  public var description: String {
    let point = sample.map { "sample \($0) of its distribution" } ?? "an end of its path"
    let place =
      first.map { ": \($0)" } ?? "; the model cannot tell where in it that first appears"
    return "\(subject) of instance \(instance) is not finite at \(point)" + place + "; "
      + remedy
  }

  private var remedy: String {
    switch first?.origin {
    case .given: "look at the input and the baseline"
    case .constant: "export the model again, from weights that are finite"
    case .gradient:
      "keep the points away from there by another baseline or cut, or export the model with a small"
        + " number added ahead of roots, logarithms and quotients"
    case .node, nil:
      "take another baseline or cut, or compute in float64 where float32 overflows"
    }
  }
}
