// SPDX-License-Identifier: Apache-2.0

/// What is wrong with what a comparator is asked of.
public enum ComparatorError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The activation cannot be read as the method has to.
  case shape(method: String, [Int], needs: String)
  /// A label that is not one of 0, 1, 2, ….
  case label(Int)
  case labelCount(Int, tensors: Int)
  /// So many coalitions that they cannot all be looked at.
  case tooManyFeatures(Int, most: Int)
  /// Too few coalitions to tell the features apart.
  case tooFewCoalitions(Int, features: Int)
  case noRectifier(method: String)

  public var description: String {
    switch self {
    case .shape(let method, let shape, let needs):
      return "\(method) cannot read an activation of shape \(shape): it needs \(needs)"
    case .label(let label):
      return "\(label) is no label of a feature: they are whole numbers from 0"
    case .labelCount(let labels, let tensors):
      return "\(labels) tensors of labels for a cut with \(tensors): give one for each"
    case .tooManyFeatures(let count, let most):
      return "exact Shapley values of \(count) features take 2^\(count) evaluations: join features "
        + "to at most \(most) groups, or sample permutations"
    case .tooFewCoalitions(let count, let features):
      return "\(count) coalitions do not tell \(features) features apart: give more of them, or "
        + "join features to groups"
    case .noRectifier(let method):
      return "\(method) changes the way back through ReLU, and there is none between the cuts: it "
        + "would be the gradient, which Saliency gives"
    }
  }
}
