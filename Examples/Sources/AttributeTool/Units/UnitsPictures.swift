// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch
import Visualization

/// Instances and maps as pictures.
struct UnitsPictures {
  let format: ImageFormat
  let scaling: ImageScaling
  let colors: ColorMap

  /// How the model's input holds pictures; `nil` where it holds none, or where something else is
  /// looked at.
  static func format(of model: ONNXModel, input: String) -> ImageFormat? {
    guard input == "input", model.inputs.count == 1 else { return nil }
    return ImageFormat(model.inputs[0])
  }

  /// One instance as it was before it was scaled for the model; from black to white where its numbers
  /// are no samples.
  func image(_ instance: Tensor) throws -> Image {
    let planes = try format.channelsFirst(instance)
    return try (try? Image(planes, scaling: scaling.undone)) ?? Image(planes, scaling: .extrema)
  }

  /// Attributions of an instance as one number for each pixel.
  func map(_ attributions: Tensor) throws -> AttributionMap {
    try AttributionMap(format.channelsFirst(attributions))
  }

  func heatmap(_ map: AttributionMap, span: Double? = nil) -> Heatmap {
    Heatmap(map, normalization: span.map { .symmetric(span: $0) } ?? .symmetric(), colors: colors)
  }

  /// The image where a unit looks, faded elsewhere: a blur that suits the size, and a quarter of the
  /// pixels kept.
  func mask(_ map: AttributionMap, on image: Image) -> Mask {
    let side = Double(max(image.width, image.height))
    return Mask(
      map, on: image,
      style: Mask.Style(
        blur: side < 16 ? 0 : side / 50, threshold: 75, fadedOpacity: 0.2,
        backdrop: image.format.colorChannels == 1 ? Color(0x2C5F8A) : .black))
  }
}
