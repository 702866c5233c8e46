// SPDX-License-Identifier: Apache-2.0

import Torch

/// The image where attributions stand out, faded elsewhere.
///
/// The steps, each on one number per pixel (channels are reduced first, so that nothing is blurred
/// from one channel into another):
///
/// 1. Gaussian blur (``AttributionMap/blurred(deviation:)``);
/// 2. negative values become 0, unless `includesNegative`, which takes magnitudes instead;
/// 3. `(value - least) / (greatest - least)`; a constant map becomes 0;
/// 4. a pixel is kept where its value is *above* the percentile `threshold` of them all; on a
///    constant or all-zero map nothing stands out, and nothing is kept;
/// 5. opacity 1 (or the value of step 3, where `isGraded`) for kept pixels, `fadedOpacity` for the
///    others, and never less than it;
/// 6. `opacity * image + (1 - opacity) * backdrop`. Alpha is left alone.
public struct Mask: Picture {
  /// What becomes of attributions before they hide a pixel or show it.
  public struct Style: Sendable, Equatable {
    /// σ of the blur, in pixels of the map.
    ///
    /// The default suits photographs of some 224 pixels; take 0 for an image of a few.
    public var blur: Double
    /// The percentile, from 0 to 100, above which pixels are kept.
    public var threshold: Double
    /// The opacity of pixels that are not kept.
    public var fadedOpacity: Double
    /// Whether kept pixels show as far as their value goes, or wholly.
    public var isGraded: Bool
    /// Whether what speaks against the quantity counts like what speaks for it.
    public var includesNegative: Bool
    /// What hidden pixels fade to.
    public var backdrop: Color

    /// - Precondition: `blur` is finite and not negative, `threshold` from 0 to 100, and
    ///   `fadedOpacity` from 0 to 1.
    public init(
      blur: Double = 5, threshold: Double = 50, fadedOpacity: Double = 0.2, isGraded: Bool = false,
      includesNegative: Bool = false, backdrop: Color = .black
    ) {
      precondition(blur >= 0 && blur.isFinite, "a blur from 0 on, not \(blur)")
      precondition(0...100 ~= threshold, "a percentile is from 0 to 100, not \(threshold)")
      precondition(0...1 ~= fadedOpacity, "an opacity is from 0 to 1, not \(fadedOpacity)")
      self.blur = blur
      self.threshold = threshold
      self.fadedOpacity = fadedOpacity
      self.isGraded = isGraded
      self.includesNegative = includesNegative
      self.backdrop = backdrop
    }
  }

  /// The opacity of each pixel, from 0 to 1.
  public let opacities: AttributionMap
  /// The share of pixels that are kept, from 0 to 1.
  public let keptShare: Double
  public let image: Image

  /// - Parameters:
  ///   - map: One attribution per pixel. A map of another size than the image (of a hidden layer)
  ///     is resampled to it after the blur.
  ///   - image: What it explains.
  ///   - style: The steps' settings.
  public init(_ map: AttributionMap, on image: Image, style: Style = Style()) {
    let blurred = map.blurred(deviation: style.blur)
      .resampled(width: image.width, height: image.height)
    let shown = blurred.mapValues { style.includesNegative ? abs($0) : max($0, 0) }
    let least = shown.values.min() ?? 0
    let extent = (shown.values.max() ?? 0) - least
    let normalized = shown.mapValues { extent > 0 ? ($0 - least) / extent : 0 }
    let threshold = percentile(style.threshold, of: normalized.values)
    keptShare =
      Double(normalized.values.count { $0 > threshold }) / Double(normalized.values.count)
    opacities = normalized.mapValues { value in
      value > threshold
        ? max(style.isGraded ? value : 1, style.fadedOpacity) : style.fadedOpacity
    }
    self.image = image.faded(to: style.backdrop, opacities: opacities.values)
  }

  /// - Parameter attributions: `[channels, height, width]`, `[1, channels, height, width]` or
  ///   `[height, width]`.
  /// - Throws: ``VisualizationError`` for other shapes and for values that are not finite.
  public init(
    _ attributions: Tensor, on image: Image, reducing reduction: ChannelReduction = .sum,
    style: Style = Style()
  ) throws {
    self.init(
      try AttributionMap(attributions, reducing: reduction), on: image, style: style)
  }
}

extension Image {
  /// `opacity * pixel + (1 - opacity) * backdrop`, alpha left alone; gray stays gray where the
  /// backdrop is.
  fileprivate func faded(to backdrop: Color, opacities: [Double]) -> Image {
    let isGray = backdrop.red == backdrop.green && backdrop.green == backdrop.blue
    let base =
      isGray || format.colorChannels == 3 ? self : converted(to: format.hasAlpha ? .rgba : .rgb)
    let components = [backdrop.red, backdrop.green, backdrop.blue]
    var samples = base.samples
    for (pixel, opacity) in opacities.enumerated() {
      let share = Float(opacity)
      for channel in 0..<base.format.colorChannels {
        let place = pixel * base.channels + channel
        let mixed = share * samples[place] + (1 - share) * components[channel]
        samples[place] = min(max(mixed, 0), 1)
      }
    }
    return Image(checkedWidth: width, height: height, format: base.format, samples: samples)
  }
}
