// SPDX-License-Identifier: Apache-2.0

import Torch

/// Zero everywhere: black, silence, the origin.
public struct ZeroBaseline: Baseline {
  public init() {}

  public var name: String { "zeros" }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    [WeightedStart(try instances.activation.map { try $0.filled(with: 0) })]
  }
}

/// One value everywhere.
public struct ConstantBaseline: Baseline {
  public let value: Double

  public init(_ value: Double) { self.value = value }

  public var name: String { "constant \(value)" }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    [WeightedStart(try instances.activation.map { try $0.filled(with: value) })]
  }
}

/// A given activation: one for all instances, or one for each.
public struct TensorBaseline: Baseline {
  public let activation: Activation
  public let name: String

  /// - Parameters:
  ///   - tensors: One for each tensor of the cut, of the instances' shape or broadcasting to it.
  ///   - name: What results call it.
  public init(_ tensors: Tensor..., name: String = "given") {
    activation = Activation(tensors)
    self.name = name
  }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    [WeightedStart(activation)]
  }
}

/// A baseline made from the instances by a function.
public struct CustomBaseline: Baseline {
  public let name: String
  private let make: @Sendable (Tensor) throws -> Tensor

  /// - Parameter make: Takes a tensor of the instances, `[instances, …]`, to its baseline.
  public init(_ name: String = "custom", _ make: @escaping @Sendable (Tensor) throws -> Tensor) {
    self.name = name
    self.make = make
  }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    [WeightedStart(try instances.activation.map(make))]
  }
}

/// What other inputs of the model give at the distribution's cut: for paths at hidden layers, whose
/// baseline is known as an image or a row.
public struct ActivationBaseline: Baseline {
  public let inputs: Inputs

  public init(of inputs: Inputs) { self.inputs = inputs }

  public var name: String { "activation of given inputs" }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    [WeightedStart(try instances.activation(of: inputs))]
  }
}

/// Several baselines, weighted.
public struct MixedBaseline: Baseline {
  public let parts: [(baseline: any Baseline, weight: Double)]

  /// Equal shares.
  public init(_ baselines: [any Baseline]) { parts = baselines.map { ($0, 1) } }

  /// - Precondition: No weight is negative.
  public init(_ parts: [(baseline: any Baseline, weight: Double)]) {
    precondition(parts.allSatisfy { $0.weight >= 0 }, "a weight is not negative")
    self.parts = parts
  }

  public var name: String { parts.map(\.baseline.name).joined(separator: " + ") }

  public func starts(for instances: Instances) throws -> [WeightedStart] {
    try parts.flatMap { part in
      let starts = try part.baseline.starts(for: instances)
      let share = starts.reduce(0) { $0 + $1.weight }
      guard share > 0 else { throw BaselineError.weights(part.baseline.name) }
      return starts.map { WeightedStart($0.activation, weight: $0.weight / share * part.weight) }
    }
  }
}

extension Baseline where Self == ZeroBaseline {
  /// Zero everywhere.
  public static var zeros: ZeroBaseline { ZeroBaseline() }
}

extension Baseline where Self == ConstantBaseline {
  /// One value everywhere.
  public static func constant(_ value: Double) -> ConstantBaseline { ConstantBaseline(value) }
}

extension Baseline where Self == TensorBaseline {
  /// A given activation.
  public static func tensor(_ tensor: Tensor) -> TensorBaseline { TensorBaseline(tensor) }
}

extension Baseline where Self == CustomBaseline {
  /// A function of the instances.
  public static func custom(
    _ make: @escaping @Sendable (Tensor) throws -> Tensor
  ) -> CustomBaseline { CustomBaseline("custom", make) }
}

extension Baseline where Self == ActivationBaseline {
  /// What other inputs give at the distribution's cut.
  public static func activation(of inputs: Inputs) -> ActivationBaseline {
    ActivationBaseline(of: inputs)
  }
}

extension Baseline where Self == MixedBaseline {
  /// Several baselines with equal shares.
  public static func mixed(_ baselines: any Baseline...) -> MixedBaseline {
    MixedBaseline(baselines)
  }
}
