// SPDX-License-Identifier: Apache-2.0

import Torch

/// Where a picture has edges, by Sobel's operator: a control that looks like an explanation and knows
/// nothing of the network (Adebayo and others 2018, arXiv:1810.03292).
///
/// The length of the gradient of the channels' mean, its derivatives smoothed over three pixels, the
/// border repeated; shared out evenly among the channels.
///
/// - Complexity: One forward row for each instance, for its quantity.
public struct EdgeDetector: AttributionMethod {
  public let model: any Model
  public let quantity: any QuantityOfInterest
  public let slice: NetworkSlice

  /// - Parameter slice: From a cut with one tensor, `[rows, channels, height, width]`.
  public init(
    _ model: any Model, quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice()
  ) {
    self.model = model
    self.quantity = quantity
    self.slice = slice
  }

  /// - Throws: ``ComparatorError/shape(method:_:needs:)`` where there is no picture.
  public func attributions(for inputs: Inputs) throws -> Attributions {
    try ForwardRun(model: model, quantity: quantity, slice: slice)
      .attributions(for: inputs, by: "edge detector", measure: .influence) { group in
        let activation = group.instances.activation
        guard activation.tensors.count == 1, activation.tensors[0].rank == 4 else {
          throw ComparatorError.shape(
            method: "the edge detector", activation.tensors.first?.shape ?? [],
            needs: "one tensor, [rows, channels, height, width]")
        }
        let picture = activation.tensors[0]
        let gray = try picture.mean(axes: [1], keepingAxes: true)
        let down = try Self.derivative(gray, along: 2)
        let across = try Self.derivative(gray, along: 3)
        let edges = try (down.squared() + across.squared()).squareRoot()
        return ForwardRun.Found(
          values: Activation(
            try (edges / Double(picture.shape[1])).broadcast(to: picture.shape)))
      }
  }

  /// Central differences along one axis, with weights 1, 2, 1 along the other.
  private static func derivative(_ gray: Tensor, along axis: Int) throws -> Tensor {
    let (back, ahead) = try neighbours(of: gray, along: axis)
    let difference = try ahead - back
    let (one, other) = try neighbours(of: difference, along: axis == 2 ? 3 : 2)
    return try one + difference * 2 + other
  }

  /// What lies one place back and one ahead; the border is repeated.
  private static func neighbours(
    of values: Tensor, along axis: Int
  ) throws -> (back: Tensor, ahead: Tensor) {
    let length = values.shape[axis]
    let back = try Tensor.concatenated(
      [
        values.sliced(axis: axis, to: 1), values.sliced(axis: axis, to: length - 1),
      ], axis: axis)
    let ahead = try Tensor.concatenated(
      [
        values.sliced(axis: axis, from: 1), values.sliced(axis: axis, from: length - 1),
      ], axis: axis)
    return (back, ahead)
  }
}
