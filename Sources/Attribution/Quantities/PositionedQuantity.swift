// SPDX-License-Identifier: Apache-2.0

import Torch

/// A quantity of `[rows, classes]`, read at a position of `[rows, positions, classes]`: the logit of a
/// token at a place of a language model's output, or the class of one step of a tagger's.
///
/// The quantity within sees the instance's own output at the same position, so that *predicted* is
/// what is predicted there, held along the path. Of several positions the numbers are added.
public struct PositionedQuantity: QuantityOfInterest {
  public let quantity: any QuantityOfInterest
  public let positions: PositionChoice
  /// The axis that the positions lie on; what is left without it is what the quantity reads.
  public let axis: Int

  /// - Parameter axis: 1 as a rule; 2 for outputs of `[rows, classes, positions]`.
  /// - Precondition: `axis > 0`: axis 0 has the rows.
  public init(_ quantity: any QuantityOfInterest, _ positions: PositionChoice, axis: Int = 1) {
    precondition(axis > 0, "axis \(axis): axis 0 has the rows, and positions lie behind it")
    self.quantity = quantity
    self.positions = positions
    self.axis = axis
  }

  public var name: String { "\(quantity.name) at \(positions.label)" }

  public func values(of output: Tensor, explaining explained: ExplainedOutput) throws -> Tensor {
    guard output.rank > 2, axis < output.rank else {
      throw QuantityError.noPositionAxis(axis, shape: output.shape, quantity: name)
    }
    let parts = try positions.places(of: explained, length: output.shape[axis], for: name)
      .map { place in
        let own = ExplainedOutput(
          output: try place.entry(of: explained.output, axis: axis), instance: explained.instance,
          scale: explained.scale)
        return try place.weighted(
          quantity.checkedValues(of: place.entry(of: output, axis: axis), explaining: own))
      }
    return try parts.dropFirst().reduce(parts[0]) { try $0 + $1 }
  }
}

extension QuantityOfInterest {
  /// The quantity at a position of a sequence, or its sum over several: counted from 0, or from the
  /// end where negative.
  ///
  /// - Precondition: There is a position, and `axis > 0`.
  public func at(_ positions: Int..., axis: Int = 1) -> PositionedQuantity {
    precondition(!positions.isEmpty, "a position is wanted")
    return PositionedQuantity(self, .at(positions), axis: axis)
  }

  /// The quantity at positions of each instance's own.
  ///
  /// - Precondition: `axis > 0`.
  public func at(_ positions: PositionChoice, axis: Int = 1) -> PositionedQuantity {
    PositionedQuantity(self, positions, axis: axis)
  }
}
