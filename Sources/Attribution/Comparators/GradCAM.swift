// SPDX-License-Identifier: Apache-2.0

import Torch

/// Where the channels of a layer that speak for the quantity are active (Selvaraju and others 2017,
/// arXiv:1610.02391): each channel weighed with its mean gradient, added up, negative sums cut off.
///
/// The map's numbers have the layer's spatial shape. Attributions are of the shape at the slice's
/// start, and the map is their sum over channels:
/// - Where the slice starts at the layer itself, a channel has its own share, weight times
///   activation, and 0 where the sum is cut off.
/// - Elsewhere, as at the input, the map is stretched to the spatial shape there and shared out
///   evenly among the channels.
///
/// It tells of a layer what it says of the input: that a place of the layer sees the same place of the
/// picture, and nothing else, is taken for granted.
///
/// - Complexity: One forward and one backward row for each instance, from the layer on.
public struct GradCAM: AttributionMethod {
  public let model: any Model
  public let layer: any Cut
  public let quantity: any QuantityOfInterest
  public let slice: NetworkSlice
  /// Whether negative sums are cut off.
  public let isRectified: Bool
  /// How the map is stretched.
  public let interpolation: Tensor.Interpolation
  /// How many rows are evaluated at once.
  public var rowLimit = RowLimit.automatic

  /// - Parameters:
  ///   - layer: Whose channels, `[rows, channels, size…]` with 1 to 3 spatial axes.
  ///   - slice: From where the map is wanted: the input, or the layer for the map as it is.
  public init(
    _ model: any Model, of layer: any Cut,
    quantity: any QuantityOfInterest = ClassScore(.predicted),
    slice: NetworkSlice = NetworkSlice(), isRectified: Bool = true,
    interpolation: Tensor.Interpolation = .linear(aligningCorners: false)
  ) {
    self.model = model
    self.layer = layer
    self.quantity = quantity
    self.slice = slice
    self.isRectified = isRectified
    self.interpolation = interpolation
  }

  /// - Throws: ``ComparatorError`` where layer or start have no spatial axes.
  public func attributions(for inputs: Inputs) throws -> Attributions {
    try ForwardRun(model: model, quantity: quantity, slice: slice, rowLimit: rowLimit)
      .attributions(
        for: inputs, by: "Grad-CAM of \(layer.name)" + (isRectified ? "" : ", not rectified"),
        measure: .influence
      ) { group in
        let here = try ResolvedCut(slice.start, in: model)
        let isHere = try ResolvedCut(layer, in: model).isSame(as: here)
        let instances = group.instances
        let features =
          isHere
          ? instances
          : try Instances(
            of: inputs, in: model, at: layer, to: slice.end, range: instances.range)
        let own = try single(features.activation)
        let probe = try features.probe
        let gradient = try probe.gradients(of: quantity, at: features.activation).gradients
        if !isHere { group.probe.spent.add(forward: 2 * own.shape[0], backward: own.shape[0]) }
        let axes = Array(2..<own.rank)
        let shares = try own * gradient.tensors[0].mean(axes: axes, keepingAxes: true)
        let sum = try shares.sum(axes: [1], keepingAxes: true)
        if isHere {
          let kept = try isRectified ? shares.filled(with: 0, where: sum .< 0) : shares
          return ForwardRun.Found(values: Activation(kept), samples: 1)
        }
        let start = try single(instances.activation)
        guard start.rank == own.rank else {
          throw ComparatorError.shape(
            method: "Grad-CAM of '\(layer.name)'", start.shape,
            needs: "the layer's spatial axes, as \(own.shape)")
        }
        let map = try (isRectified ? sum.relu() : sum)
          .resized(to: Array(start.shape.dropFirst(2)), interpolation)
        let channels = try (map / Double(start.shape[1])).broadcast(to: start.shape)
        return ForwardRun.Found(values: Activation(channels), samples: 1)
      }
  }

  private func single(_ activation: Activation) throws -> Tensor {
    guard activation.tensors.count == 1, (3...5).contains(activation.tensors[0].rank) else {
      throw ComparatorError.shape(
        method: "Grad-CAM", activation.tensors.first?.shape ?? [],
        needs: "one tensor, [rows, channels, size…]")
    }
    return activation.tensors[0]
  }
}
