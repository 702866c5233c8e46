// SPDX-License-Identifier: Apache-2.0

import Torch

/// What an explanation found, and what made it.
public struct Attributions: Sendable {
  /// The attribution (or influence, see ``Configuration/measure``) of every element at the slice's
  /// start, of the activation's shape there: `[instances, …]`, in units of the quantity (influence:
  /// of the quantity per unit of the activation).
  public let activation: Activation

  /// The influence besides, where it was asked for.
  public let influence: Activation?

  /// The quantity at the instance, and at both ends of the distribution's path.
  public let quantity: QuantityValues

  /// Σ of an instance's attributions less the quantity's change along the path, `[instances]`,
  /// float64, in units of the quantity; `nil` where there is no path.
  ///
  /// The ends are the intervened ones: branches around the distribution's cut have the instance's
  /// values at both.
  ///
  /// It tells that a rule is too coarse. It is no error bar of the attributions: those can be off
  /// by several percent where the gap is small.
  public let completenessGap: Tensor?

  /// The standard error of every attribution, of the activation's shape and in units of the quantity;
  /// `nil` where samples are no random draws.
  ///
  /// The truth lies within one of it in about 68 % of cases, and within two in about 95 %.
  public let standardError: Activation?

  /// The estimated error of the attributions relative to them, Σ |error| / Σ |attribution| for each
  /// instance, `[instances]`, float64; `nil` where nothing is known of it.
  ///
  /// Of random draws it is the standard error; of ``AutomaticRule`` what the change at the last
  /// refinement says about the distance from the path integral.
  public let errorEstimate: Tensor?

  /// What ``AutomaticRule`` chose for each instance; empty for other rules.
  public let efforts: [Effort]

  /// What was evaluated.
  public let cost: Cost

  /// What made these numbers.
  public let configuration: Configuration

  /// The attributions of a cut with one tensor, `[instances, …]`; the first of several.
  public var values: Tensor { activation.tensors[0] }

  /// Their sizes without sign.
  public func absolute() throws -> Activation { try activation.map { try $0.absolute() } }
}

/// The quantity of each instance, `[instances]`, float64.
public struct QuantityValues: Sendable {
  /// At the instance itself, with nothing changed.
  public let instance: Tensor
  /// At the path's end; the same as `instance` for paths that end there.
  public let end: Tensor?
  /// At the path's start; a weighted mean for several baselines.
  public let start: Tensor?
}

/// What was done for one instance until its result was good enough.
public struct Effort: Sendable, Equatable {
  /// The rule that the result is by.
  public let rule: String
  /// Its steps.
  public let steps: Int
  /// Gradients evaluated on the way there, those of the result included.
  public let evaluations: Int
}

/// What an explanation took.
public struct Cost: Sendable, Equatable {
  /// Points of each instance at which the gradient was evaluated.
  public let samples: Int
  /// Rows run forward through the slice, all instances together.
  public let forwardRows: Int
  /// Rows run backward.
  public let backwardRows: Int
  /// The most rows evaluated at once.
  public let rowsAtOnce: Int
  /// Wall time.
  public let seconds: Double

  public init(
    samples: Int = 0, forwardRows: Int = 0, backwardRows: Int = 0, rowsAtOnce: Int = 0,
    seconds: Double = 0
  ) {
    self.samples = samples
    self.forwardRows = forwardRows
    self.backwardRows = backwardRows
    self.rowsAtOnce = rowsAtOnce
    self.seconds = seconds
  }
}

/// What made an explanation, in words: enough to tell two of them apart.
public struct Configuration: Sendable, Codable, Equatable {
  /// The slice's start, where attributions are.
  public let from: String
  /// The slice's end, where the quantity reads.
  public let to: String
  /// The distribution's cut.
  public let at: String
  public let distribution: String
  public let quantity: String
  public let measure: Measure
  public let statistic: Statistic
  /// The libtorch that computed it.
  public let libtorch: String
}

/// Which of the two numbers of the engine's formula is wanted.
public enum Measure: String, Sendable, Codable, CaseIterable {
  /// Σ w · ∂Q/∂y ⊙ m: influence times displacement.
  case attribution
  /// Σ w · ∂Q/∂y.
  case influence
}

/// What is told of the samples' contributions.
public enum Statistic: String, Sendable, Codable, CaseIterable {
  /// Σ w c, the formula's own.
  case mean
  /// Σ w c², as in SmoothGrad squared.
  case meanSquare
  /// Σ w c² − (Σ w c)², as in VarGrad.
  case variance
}

/// Something that explains instances.
public protocol AttributionMethod: Sendable {
  func attributions(for inputs: Inputs) throws -> Attributions
}

extension AttributionMethod {
  /// Explains the rows of a model's only input, `[rows, …]`.
  public func attributions(for input: Tensor) throws -> Attributions {
    try attributions(for: Inputs(input))
  }
}
