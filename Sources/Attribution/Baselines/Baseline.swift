// SPDX-License-Identifier: Apache-2.0

import Torch

/// Where a path starts: what stands for the absence of a feature.
///
/// Laws, which ``BaselineLaws`` checks: starts broadcast to the instances' shape; weights are not
/// negative and not all 0; the same instances give the same starts; an instance's start does not
/// depend on the rest of the batch.
public protocol Baseline: Sendable {
  /// One start or several, with weights.
  func starts(for instances: Instances) throws -> [WeightedStart]

  /// How the baseline is called in results and messages.
  var name: String { get }
}

extension Baseline {
  public var name: String { String(describing: Self.self) }
}

/// A start of a path for every instance, and its share among several.
public struct WeightedStart: Sendable {
  /// `[instances, …]`, or what broadcasts to it.
  public let activation: Activation
  public let weight: Double

  public init(_ activation: Activation, weight: Double = 1) {
    self.activation = activation
    self.weight = weight
  }
}

/// What is wrong with a baseline.
public enum BaselineError: Error, Sendable, Equatable, CustomStringConvertible {
  case none(String)
  case weights(String)
  case rank(String, shape: [Int], least: Int)
  case empty(String)
  /// All candidates are of the instance's own class.
  case noOtherClass(String, class: Int)
  case labels(String, Int, candidates: Int)
  /// The classes' divergence from even probabilities stayed too large, in nats.
  case notNeutral(String, divergence: Double, instances: [Int])

  public var description: String {
    switch self {
    case .none(let name): return "the baseline '\(name)' gave no start"
    case .weights(let name):
      return "the weights of the baseline '\(name)' do not sum to more than 0"
    case .rank(let name, let shape, let least):
      return "the baseline '\(name)' needs at least \(least) axes, and the activation is \(shape)"
    case .empty(let name): return "the data of the baseline '\(name)' has no rows"
    case .noOtherClass(let name, let own):
      return "the baseline '\(name)' has candidates of class \(own) alone, which is the instance's "
        + "own: add some of another class"
    case .labels(let name, let labels, let candidates):
      return "the baseline '\(name)' has \(labels) labels for \(candidates) candidates: give one "
        + "for each"
    case .notNeutral(let name, let divergence, let instances):
      let list = instances.map(String.init).joined(separator: ", ")
      return "the baseline '\(name)' stays \(divergence) nats away from even classes at instance "
        + "\(list): give it another start, a wider `range`, more `steps`, or a larger `divergence`"
    }
  }
}
