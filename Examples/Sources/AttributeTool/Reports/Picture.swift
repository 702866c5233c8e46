// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch
import Visualization

extension Explanations {
  /// Instances in one picture: more would make a file that nothing opens.
  static let pictureLimit = 100

  /// A PNG file: original, gradient and attribution of each instance, next to each other; of
  /// several configurations one attribution behind the other.
  ///
  /// Attributions of a hidden layer with height and width are summed over channels, and laid over
  /// the image where it is not small.
  ///
  /// - Throws: ``ToolError/data(_:)`` where the attributions have no height and width.
  func pictureBytes() throws -> [UInt8] {
    let count = first.rows.count
    guard count <= Self.pictureLimit else {
      throw ToolError.data(
        "\(count) instances are more than the \(Self.pictureLimit) of one picture: explain "
          + "them in parts, or write a .npy file")
    }
    let maps = try all.map { try $0.pictureMaps() }
    let tiles = try first.rows.indices.flatMap { row -> [Panel.Tile] in
      var tiles = [try first.originalTile(row, maps[0])]
      for (index, explanation) in all.enumerated() {
        let options = explanation.plan.options
        // Quantities come one after the other, and each has a gradient of its own.
        if index == 0 || options.quantity != all[index - 1].plan.options.quantity {
          tiles.append(
            try explanation.gradientTile(row, maps[index], names: areSeveral && quantity == nil))
        }
        tiles.append(try explanation.tile(row, maps[index], name: names[index]))
      }
      return tiles
    }
    let wide = tiles.count / max(count, 1)
    let columns = wide > 3 || count <= 4 ? wide : count <= 24 ? 6 : 12
    let panel = Panel(tiles, columns: columns, title: panelTitle)
    return Array(try panel.image.pngData())
  }

  private var panelTitle: String {
    let made = first.configuration
    guard !areSeveral else { return quantity ?? first.plan.options.model.fileName }
    let place = made.at == made.from ? "" : " at \(made.at)"
    return "\(made.quantity): \(made.distribution)\(place)"
  }
}

/// What the pictures of an explanation are made of, each `[rows, channels, height, width]`.
private struct PictureMaps {
  let images: Tensor
  let gradients: Tensor
  let maps: Tensor
  /// Whether attributions are the input's.
  let isInput: Bool
}

extension Explanation {
  fileprivate func pictureMaps() throws -> PictureMaps {
    guard let format = ImageFormat(model.inputs[0]), let input = inputs.tensors[format.input],
      let gradient
    else { throw ToolError.data("there is no picture of this model's input") }
    let values = activation.tensors[0]
    guard values.rank == 4 else {
      throw ToolError.data(
        "attributions at '\(plan.options.from)' have shape \(values.shape), without height and "
          + "width, so there is no picture of them: write a .npy or .json file")
    }
    // The layout of hidden layers is not known; ONNX's operators have channels first.
    let isInput = values.shape == input.shape
    return PictureMaps(
      images: try format.channelsFirst(input), gradients: try format.channelsFirst(gradient),
      maps: isInput ? try format.channelsFirst(values) : values, isInput: isInput)
  }

  fileprivate func originalTile(_ index: Int, _ maps: PictureMaps) throws -> Panel.Tile {
    let row = rows[index]
    let score = row.score.map { " · \(scoreName) \($0.text(3))" } ?? ""
    let label = row.label.map { "label \($0)" } ?? "quantity \(row.quantity.text(3))"
    return Panel.Tile(
      try outlined(picture(of: maps.images.row(index)), index), title: row.name,
      detail: label + score)
  }

  /// - Parameter names: Whether the quantity has to be named.
  fileprivate func gradientTile(
    _ index: Int, _ maps: PictureMaps, names: Bool
  ) throws -> Panel.Tile {
    Panel.Tile(
      try outlined(heatmap(maps.gradients.row(index)), index), title: "gradient",
      detail: names ? configuration.quantity : "at the input")
  }

  /// - Parameter name: The configuration's; empty where there is one.
  fileprivate func tile(_ index: Int, _ maps: PictureMaps, name: String) throws -> Panel.Tile {
    let original = try picture(of: maps.images.row(index))
    let heatmap = try heatmap(maps.maps.row(index))
    // On an image of a few pixels a layer's own pixels say more than colors mixed with the image.
    let isSmall = max(original.width, original.height) < 64
    let shown: any Picture = maps.isInput || isSmall ? heatmap : Overlay(heatmap, on: original)
    let made = configuration
    let title = made.measure.rawValue + (maps.isInput ? "" : " at \(made.from)")
    let row = rows[index]
    var detail = made.measure == .attribution ? "sum \(row.sum.text(4))" : "mean gradient"
    if let start = row.start, let end = row.end, made.measure == .attribution {
      detail += " of \((end - start).text(4))"
    }
    return Panel.Tile(
      try outlined(shown, index), title: name.isEmpty ? title : name, detail: detail)
  }

  private func heatmap(_ map: Tensor) throws -> Heatmap {
    // Sizes are added as sizes: channels of opposite sign do not cancel.
    try Heatmap(
      map, reducing: plan.options.isAbsolute ? .absoluteSum : .sum,
      normalization: plan.options.isAbsolute ? .magnitude() : .symmetric(), colors: plan.colors)
  }

  /// A picture with the outline of what the quantity reads.
  private func outlined(_ picture: any Picture, _ index: Int) throws -> any Picture {
    try region(at: index).map { Outlined(picture, region: $0) } ?? picture
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
