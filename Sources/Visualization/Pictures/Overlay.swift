// SPDX-License-Identifier: Apache-2.0

/// A heat map laid over the image that it explains.
///
/// Each pixel is `(1 - α) * background + α * color`, in sRGB components. A heat map of another size
/// (of a hidden layer) is resampled to the image first, straight lines between pixel centers, with
/// the span that it had.
public struct Overlay: Picture {
  /// How much of the heat map is seen.
  public enum Opacity: Sendable, Equatable {
    /// α is the same everywhere.
    case uniform(Double)
    /// α is the normalized magnitude times this: where nothing is attributed, the image shows
    /// untouched.
    case proportional(Double)
  }

  /// What the heat map lies on.
  public enum Background: Sendable, Equatable {
    /// The image in gray (``Color/luma``), so that every hue is the heat map's.
    case gray
    /// The image as it is.
    case original
  }

  public let image: Image
  public let heatmap: Heatmap

  public var colorScale: ColorScale? { heatmap.colorScale }

  /// - Parameters:
  ///   - heatmap: What is laid over.
  ///   - image: What it explains; transparency shows white.
  ///   - opacity: How much of the heat map is seen.
  ///   - background: What of the image is seen.
  /// - Precondition: The opacity is from 0 to 1.
  public init(
    _ heatmap: Heatmap, on image: Image, opacity: Opacity = .proportional(0.9),
    background: Background = .gray
  ) {
    self.heatmap = heatmap
    switch opacity {
    case .uniform(let share), .proportional(let share):
      precondition(0...1 ~= share, "an opacity is from 0 to 1, not \(share)")
    }
    let values = heatmap.normalized.resampled(width: image.width, height: image.height).values
    let base = (background == .gray ? image.converted(to: .gray) : image).converted(to: .rgb)
    var samples = base.samples
    for (pixel, value) in values.enumerated() {
      let share =
        switch opacity {
        case .uniform(let share): Float(share)
        case .proportional(let share): Float(share * abs(value))
        }
      let color = heatmap.scale.color(of: value)
      for (channel, component) in [color.red, color.green, color.blue].enumerated() {
        let mixed = (1 - share) * samples[3 * pixel + channel] + share * component
        samples[3 * pixel + channel] = min(max(mixed, 0), 1)
      }
    }
    self.image = Image(
      checkedWidth: image.width, height: image.height, format: .rgb, samples: samples)
  }
}
