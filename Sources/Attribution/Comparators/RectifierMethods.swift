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

/// The gradient at the instance with ReLU turned round: on the way back what is positive goes on,
/// whatever ReLU's input was (Zeiler and Fergus 2014, arXiv:1311.2901).
///
/// It breaks the laws that ``GuidedBackpropagation`` breaks, and looks at the instance only where other
/// operations do, as max pooling: through linear layers and ReLU alone all instances get one map.
///
/// - Complexity: One forward and one backward row for each instance.
public struct Deconvolution: AttributionMethod {
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
    try engine.attributions(for: inputs, by: .deconvolution, name: "deconvolution")
  }
}

extension InternalInfluence {
  fileprivate func attributions(
    for inputs: Inputs, by rule: RectifierPass.Rule, name: String
  ) throws -> Attributions {
    let pass = RectifierPass(rule)
    let gradient = try pass.record { try attributions(for: inputs) }
    guard pass.count > 0 else { throw ComparatorError.noRectifier(method: name) }
    return try Attributions(
      gradient.activation, by: name, of: quantity, slice: slice,
      values: QuantityValues(gradient.quantity.instance), measure: .influence, cost: gradient.cost)
  }
}
