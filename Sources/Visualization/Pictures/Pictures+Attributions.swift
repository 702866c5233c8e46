// SPDX-License-Identifier: Apache-2.0

import Attribution
import Torch

extension Attributions {
  /// One instance's attributions, `[channels, height, width]` where the cut is an image or the
  /// activation of a convolution.
  ///
  /// - Throws: ``VisualizationError`` where there is no such row.
  func row(_ row: Int) throws -> Tensor {
    let count = values.shape.first ?? 0
    guard 0..<count ~= row else {
      throw VisualizationError(
        .shape, message: "row \(row) of attributions for \(count) instances: counted from 0")
    }
    return try values.selected(row, axis: 0)
  }
}

extension Heatmap {
  /// Colors the attributions of one instance, counted from 0.
  ///
  /// - Throws: ``VisualizationError`` where they are no image, or not finite.
  public init(
    _ attributions: Attributions, row: Int = 0, reducing reduction: ChannelReduction = .sum,
    normalization: Normalization = .symmetric(), colors: ColorMap? = nil
  ) throws {
    try self.init(
      attributions.row(row), reducing: reduction, normalization: normalization, colors: colors)
  }
}

extension Mask {
  /// Shows the image where the attributions of one instance, counted from 0, stand out.
  ///
  /// - Throws: ``VisualizationError`` where they are no image, or not finite.
  public init(
    _ attributions: Attributions, row: Int = 0, on image: Image,
    reducing reduction: ChannelReduction = .sum, style: Style = Style()
  ) throws {
    try self.init(attributions.row(row), on: image, reducing: reduction, style: style)
  }
}

extension ChannelMask {
  /// Explains a channel of a hidden layer by the input, and shows which pixels drive it.
  ///
  /// The quantity is the channel's sum over its positions; the slice runs from the input to the
  /// layer.
  ///
  /// - Parameters:
  ///   - channel: The channel, counted from 0.
  ///   - layer: The layer's name in the model.
  ///   - model: The network.
  ///   - input: One instance as the model takes it, `[1, channels, height, width]`.
  ///   - image: The instance to look at, as it was before it was scaled for the model.
  ///   - distribution: Where the network is looked at; by default at the instance alone.
  ///   - style: How attributions become opacity.
  /// - Throws: What the engine throws, and ``VisualizationError`` for several instances.
  public init(
    channel: Int, of layer: String, in model: any Model, input: Tensor, on image: Image,
    distribution: any DistributionOfInterest = PointDistribution(),
    style: Mask.Style = Mask.Style()
  ) throws {
    let influence = InternalInfluence(
      model, distribution: distribution, quantity: ChannelActivation([channel]),
      slice: NetworkSlice(from: InputCut(), to: LayerCut(layer)))
    try self.init(
      channel: channel, of: layer, attributions: influence.attributions(for: input).values,
      on: image, style: style)
  }
}
