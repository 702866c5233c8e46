// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

/// A way to explain that can be applied to any network: what experiments compare.
public struct Explainer: Sendable {
  public let name: String
  /// From where attributions are wanted to where the quantity reads.
  public let slice: NetworkSlice
  public let quantity: any QuantityOfInterest
  private let make:
    @Sendable (any Model, NetworkSlice, any QuantityOfInterest) throws -> any AttributionMethod

  /// - Parameter method: Makes the method for a network; called again for perturbed ones, and with
  ///   quantities that hold the class of the instance that was perturbed.
  public init(
    _ name: String, slice: NetworkSlice = NetworkSlice(),
    quantity: any QuantityOfInterest = ClassScore(.predicted),
    method:
      @escaping @Sendable (any Model, NetworkSlice, any QuantityOfInterest) throws ->
      any AttributionMethod
  ) {
    self.name = name
    self.slice = slice
    self.quantity = quantity
    make = method
  }

  /// The engine as it is configured, whatever its model.
  public init(_ name: String, engine: InternalInfluence) {
    self.init(name, slice: engine.slice, quantity: engine.quantity) { model, _, quantity in
      var engine = engine
      engine.model = model
      engine.quantity = quantity
      return engine
    }
  }

  /// Explains instances.
  ///
  /// - Parameters:
  ///   - truth: What is known of what the explanation should say.
  ///   - indices: Which instances of the whole data these are, so that random choices do not depend
  ///     on how the data is cut into batches; from 0 where not given.
  public func explanation(
    of inputs: Inputs, in model: any Model, truth: Truth = Truth(), indices: Range<Int>? = nil
  ) throws -> Explanation {
    try Explanation(
      attributions: method(for: model).attributions(for: inputs), of: inputs, in: model, by: self,
      truth: truth, indices: indices)
  }

  /// The method, for a network.
  ///
  /// - Parameter quantity: Explained instead of the explainer's own.
  public func method(
    for model: any Model, quantity: (any QuantityOfInterest)? = nil
  ) throws -> any AttributionMethod {
    try make(model, slice, quantity ?? self.quantity)
  }
}
