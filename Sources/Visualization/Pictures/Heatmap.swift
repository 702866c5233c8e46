// SPDX-License-Identifier: Apache-2.0

import Torch

/// Attributions as colors, one pixel each.
///
/// Channels are reduced, values normalized and clamped, and the result looked up in a color map:
/// `colors((clamp(value / span, -1, 1) + 1) / 2)` for signed maps, `colors(clamp(value / span, 0,
/// 1))` for unsigned ones. Where the map is zero everywhere, so is the span, and every pixel has
/// the color of 0.
public struct Heatmap: Picture {
  /// The attributions, one per pixel, in units of the quantity.
  public let map: AttributionMap
  /// What was made of them, from -1 or 0 to 1.
  public let normalized: AttributionMap
  public let normalization: Normalization
  public let scale: ColorScale

  public var colorScale: ColorScale? { scale }

  /// The value that has the strongest color, in the map's units; 0 where the map is.
  public var span: Double { scale.high }

  /// Colors a map.
  ///
  /// - Parameters:
  ///   - map: One attribution per pixel.
  ///   - normalization: Which values are shown, and what they are divided by.
  ///   - colors: `nil` takes ``ColorMap/orangeWhiteBlue`` for signed, ``ColorMap/ember`` for
  ///     unsigned normalizations.
  public init(
    _ map: AttributionMap, normalization: Normalization = .symmetric(), colors: ColorMap? = nil
  ) {
    self.map = map
    self.normalization = normalization
    let span = normalization.span(of: map)
    normalized = normalization.apply(span: span, to: map)
    scale = ColorScale(
      colors: colors ?? (normalization.isSigned ? .orangeWhiteBlue : .ember),
      span: span, isSigned: normalization.isSigned)
  }

  /// Colors attributions `[channels, height, width]`, `[1, channels, height, width]` or
  /// `[height, width]`.
  ///
  /// - Throws: ``VisualizationError`` for other shapes and for values that are not finite.
  public init(
    _ attributions: Tensor, reducing reduction: ChannelReduction = .sum,
    normalization: Normalization = .symmetric(), colors: ColorMap? = nil
  ) throws {
    self.init(
      try AttributionMap(attributions, reducing: reduction), normalization: normalization,
      colors: colors)
  }

  /// One heat map per row of `[rows, channels, height, width]`.
  ///
  /// - Parameter sharesScale: Whether all rows get the span of the one with the largest, so that
  ///   equal colors mean equal attributions.
  public static func heatmaps(
    of batch: Tensor, reducing reduction: ChannelReduction = .sum,
    normalization: Normalization = .symmetric(), colors: ColorMap? = nil, sharesScale: Bool = false
  ) throws -> [Heatmap] {
    let maps = try AttributionMap.maps(of: batch, reducing: reduction)
    var normalization = normalization
    if sharesScale, let span = maps.map({ normalization.span(of: $0) }).max() {
      normalization = Normalization(normalization.range, span: .fixed(span))
    }
    return maps.map { Heatmap($0, normalization: normalization, colors: colors) }
  }

  public var image: Image {
    var samples: [Float] = []
    samples.reserveCapacity(3 * normalized.values.count)
    for value in normalized.values {
      let color = scale.color(of: value)
      samples.append(color.red)
      samples.append(color.green)
      samples.append(color.blue)
    }
    return Image(checkedWidth: map.width, height: map.height, format: .rgb, samples: samples)
  }
}
