// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// A number that tells how good an explanation is, for each instance.
///
/// Laws, which ``MetricLaws`` checks: one score for each instance; the same explanation and seed give
/// the same scores; an instance's score does not depend on the rest of the batch.
public protocol Metric: Sendable {
  /// How the metric is called in results, its settings included where they are not the usual ones.
  var name: String { get }

  /// What kind of goodness it tells of.
  var family: MetricFamily { get }

  /// Which way is better.
  var direction: MetricDirection { get }

  /// What scores are counted in, as `correlation`, `probability`; empty for pure numbers.
  var unit: String { get }

  /// What scoring one instance takes, where so many features are explained.
  func cost(features: Int) -> MetricCost

  /// Scores each instance.
  ///
  /// Random choices for an instance come from ``Explanation/generator(for:seed:)``, so that they do
  /// not depend on the rest of the batch.
  ///
  /// - Throws: ``MetricError`` where the explanation lacks what the metric needs.
  func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult
}

/// What kind of goodness a metric tells of.
public enum MetricFamily: String, Sendable, Codable, CaseIterable {
  /// Do features that are called important change the network's answer?
  case faithfulness
  /// Do near instances get near explanations?
  case robustness
  /// Are few features named?
  case complexity
  /// Does the explanation depend on what the network has learned?
  case randomization
  /// Does it keep the laws that it claims?
  case axiomatic
  /// Does it point at what is known to matter?
  case localization
}

/// Which way a metric's scores are better.
public enum MetricDirection: String, Sendable, Codable, CaseIterable {
  case higherIsBetter
  case lowerIsBetter
}

/// What scoring one instance takes, besides its explanation.
public struct MetricCost: Sendable, Equatable {
  /// Rows run forward through the slice.
  public let forwardRows: Int
  /// Explanations of other instances, or of other networks.
  public let explanations: Int

  public init(forwardRows: Int = 0, explanations: Int = 0) {
    self.forwardRows = forwardRows
    self.explanations = explanations
  }
}

/// What is wrong with what a metric is asked of.
public enum MetricError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The truth is not known: where it lies, or what the attributions should be.
  case needsTruth(metric: String, what: String)
  /// The explanation's way of being made does not fit, with the remedy.
  case unsuitable(metric: String, reason: String)
  case shape(what: String, [Int], expected: [Int])

  public var description: String {
    switch self {
    case .needsTruth(let metric, let what):
      return "'\(metric)' compares with \(what), which the explanation does not have: give it as "
        + "its truth"
    case .unsuitable(let metric, let reason): return "'\(metric)' \(reason)"
    case .shape(let what, let shape, let expected):
      return "\(what) has shape \(shape), and \(expected) is wanted"
    }
  }
}
