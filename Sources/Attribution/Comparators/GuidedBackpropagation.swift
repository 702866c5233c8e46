// SPDX-License-Identifier: Apache-2.0

import Torch

/// The gradient at the instance without what is negative on the way back: through ReLU only positive
/// gradients go, and only where its input is positive (Springenberg and others 2015,
/// arXiv:1412.6806).
///
/// A picture of what excites units, and no account of the quantity. It breaks four laws that gradients
/// keep: it is not linear in the quantity; networks that are one function can have different maps; an
/// input on which the function does not depend can be named; and times the way from a baseline it sums
/// to nothing known. On networks of several layers it hardly changes with the weights of the upper
/// ones (Adebayo and others 2018, arXiv:1810.03292).
///
/// - Complexity: One forward and one backward row for each instance.
public struct GuidedBackpropagation: AttributionMethod {
  /// What it changes the way back of.
  public var engine: InternalInfluence

  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice()
  ) {
    engine = Saliency(model, quantity: quantity, slice: slice).engine
  }

  /// - Throws: ``ComparatorError/noRectifier(method:)`` where nothing would be changed.
  public func attributions(for inputs: Inputs) throws -> Attributions {
    try engine.attributions(for: inputs, by: .guided, name: "guided backpropagation")
  }
}
