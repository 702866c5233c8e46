// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch
import Visualization

extension Explanation {
  /// Instances in one picture: more would make a file that nothing opens.
  static let pictureLimit = 100

  /// A PNG file: original, gradient and attribution of each instance, next to each other.
  ///
  /// Attributions of a hidden layer with height and width are summed over channels, and laid over
  /// the image where it is not small.
  ///
  /// - Throws: ``ToolError/data(_:)`` where the attributions have no height and width.
  func pictureBytes() throws -> [UInt8] {
    guard let format = ImageFormat(model.inputs[0]), let input = inputs.tensors[format.input],
      let gradient
    else { throw ToolError.data("there is no picture of this model's input") }
    guard rows.count <= Self.pictureLimit else {
      throw ToolError.data(
        "\(rows.count) instances are more than the \(Self.pictureLimit) of one picture: explain "
          + "them in parts, or write a .npy file")
    }
    let values = activation.tensors[0]
    guard values.rank == 4 else {
      throw ToolError.data(
        "attributions at '\(plan.options.from)' have shape \(values.shape), without height and "
          + "width, so there is no picture of them: write a .npy or .json file")
    }
    // The layout of hidden layers is not known; ONNX's operators have channels first.
    let isInput = values.shape == input.shape
    let images = try format.channelsFirst(input)
    let maps = isInput ? try format.channelsFirst(values) : values
    let gradients = try format.channelsFirst(gradient)
    let tiles = try rows.indices.flatMap { index in
      try self.tiles(
        row: rows[index], image: images.row(index), gradient: gradients.row(index),
        map: maps.row(index), isInput: isInput, region: region(at: index))
    }
    let columns = rows.count <= 4 ? 3 : rows.count <= 24 ? 6 : 12
    let panel = Panel(tiles, columns: columns, title: panelTitle)
    return Array(try panel.image.pngData())
  }

  private var panelTitle: String {
    let made = configuration
    let place = made.at == made.from ? "" : " at \(made.at)"
    return "\(made.quantity): \(made.distribution)\(place)"
  }

  private func tiles(
    row: ExplainedRow, image: Tensor, gradient: Tensor, map: Tensor, isInput: Bool,
    region: AttributionMap?
  ) throws -> [Panel.Tile] {
    let original = try picture(of: image)
    let normalization: Normalization =
      plan.options.isAbsolute ? .magnitude() : .symmetric()
    // Sizes are added as sizes: channels of opposite sign do not cancel.
    let reduction: ChannelReduction = plan.options.isAbsolute ? .absoluteSum : .sum
    let heatmap = try Heatmap(map, reducing: reduction, normalization: normalization)
    let gradientMap = try Heatmap(gradient, reducing: reduction, normalization: normalization)
    // On an image of a few pixels a layer's own pixels say more than colors mixed with the image.
    let isSmall = max(original.width, original.height) < 64
    let shown: any Picture = isInput || isSmall ? heatmap : Overlay(heatmap, on: original)
    let score = row.score.map { " · \(scoreName) \($0.text(3))" } ?? ""
    let label = row.label.map { "label \($0)" } ?? "quantity \(row.quantity.text(3))"
    let made = configuration
    let title = made.measure.rawValue + (isInput ? "" : " at \(made.from)")
    var detail = made.measure == .attribution ? "sum \(row.sum.text(4))" : "mean gradient"
    if let start = row.start, let end = row.end, made.measure == .attribution {
      detail += " of \((end - start).text(4))"
    }
    func outlined(_ picture: any Picture) -> any Picture {
      region.map { Outlined(picture, region: $0) } ?? picture
    }
    return [
      Panel.Tile(outlined(original), title: row.name, detail: label + score),
      Panel.Tile(outlined(gradientMap), title: "gradient", detail: "at the input"),
      Panel.Tile(outlined(shown), title: title, detail: detail),
    ]
  }

  /// Where the quantity reads an instance; `nil` where that is no part of a picture.
  private func region(at index: Int) throws -> AttributionMap? {
    guard let region = maps.region, region.rank == 3 else { return nil }
    return try AttributionMap(region[index])
  }

  /// The instance as it was before it was scaled for the model; from black to white where its
  /// numbers are no samples.
  private func picture(of tensor: Tensor) throws -> Image {
    let scaling = plan.options.imageScaling.undone
    return try (try? Image(tensor, scaling: scaling)) ?? Image(tensor, scaling: .extrema)
  }
}

extension Tensor {
  /// One row, its axis kept.
  fileprivate func row(_ index: Int) throws -> Tensor {
    try sliced(axis: 0, from: index, to: index + 1)
  }
}
