// SPDX-License-Identifier: Apache-2.0

import Torch

/// What in the image a channel of a hidden layer looks at.
///
/// Two ways lead here. Attributions *of* the channel, from its activation back to the input, say
/// which pixels drive it: `init(channel:of:attributions:on:)`. Attributions *at* the layer, of
/// which one channel is taken and enlarged to the image, say where the channel matters to the
/// output: `init(channel:of:layerAttributions:on:)`. Both are shown as a ``Mask``.
public struct ChannelMask: Picture {
  /// The channel, counted from 0.
  public let channel: Int
  /// The layer's name.
  public let layer: String
  public let mask: Mask

  public var image: Image { mask.image }
  /// "channel 7 of conv2", for the title of a tile.
  public var title: String { "channel \(channel) of \(layer)" }

  /// Shows which pixels drive a channel.
  ///
  /// - Parameters:
  ///   - channel: The channel that was explained.
  ///   - layer: The layer that it belongs to.
  ///   - attributions: Of a quantity of that channel, at the input: `[channels, height, width]`.
  ///   - image: The input.
  ///   - style: How attributions become opacity.
  /// - Throws: ``VisualizationError`` for other shapes and for values that are not finite.
  public init(
    channel: Int, of layer: String, attributions: Tensor, on image: Image,
    reducing reduction: ChannelReduction = .sum, style: Mask.Style = Mask.Style()
  ) throws {
    self.channel = channel
    self.layer = layer
    mask = try Mask(attributions, on: image, reducing: reduction, style: style)
  }

  /// Shows where a channel matters.
  ///
  /// - Parameters:
  ///   - channel: The channel to take, counted from 0.
  ///   - layer: The layer at which attributions were asked for.
  ///   - layerAttributions: `[channels of the layer, height, width]`, usually smaller than the
  ///     image: enlarged to it, straight lines between pixel centers. A blur counts in pixels of
  ///     the layer.
  ///   - image: The input.
  ///   - style: How attributions become opacity.
  /// - Throws: ``VisualizationError`` where there is no such channel, or values are not finite.
  public init(
    channel: Int, of layer: String, layerAttributions: Tensor, on image: Image,
    style: Mask.Style = Mask.Style(blur: 0)
  ) throws {
    try self.init(
      channel: channel, of: layer, attributions: layerAttributions, on: image,
      reducing: .channel(channel), style: style)
  }
}
