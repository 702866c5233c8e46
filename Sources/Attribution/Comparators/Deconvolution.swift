// SPDX-License-Identifier: Apache-2.0

import Torch

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
