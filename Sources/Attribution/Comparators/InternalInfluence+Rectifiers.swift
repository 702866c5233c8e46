// SPDX-License-Identifier: Apache-2.0

import Torch

extension InternalInfluence {
  /// The gradient at the instance by another way back through ReLU.
  ///
  /// - Throws: ``ComparatorError/noRectifier(method:)`` where nothing is changed.
  func attributions(
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
