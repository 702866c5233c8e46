// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX

/// A layer whose units are looked at.
struct UnitsLayer: Sendable {
  /// As a cut of the command line.
  let text: String
  let name: String
  let operation: String?
  /// Layers through which the same numbers flow.
  var same: [String] = []
}

extension UnitsPlan {
  /// The layers that are asked for; of `all` those ahead of the quantity's own place, in the order in
  /// which they are computed.
  ///
  /// - Throws: `CutError`, which lists names nearby, where there is no such layer.
  func layers(of model: ONNXModel) throws -> [UnitsLayer] {
    let known = model.layers
    guard options.layers == ["all"] else {
      return try options.layers.map { text in
        let cut = try CutGrammar.cut(text)
        _ = try cut.places(in: model)
        return UnitsLayer(
          text: text, name: cut.name, operation: known.first { $0.name == cut.name }?.operation)
      }
    }
    let end = try whole.slice.end.places(in: model)
    var layers: [UnitsLayer] = []
    for layer in known {
      let places = try model.places(of: layer.name, anchor: .output)
      if places.contains(where: end.contains) { break }
      guard places.count == 1, (layer.shape?.count ?? 2) > 1,
        !Self.moving.contains(layer.operation)
      else { continue }
      layers.append(
        UnitsLayer(text: "layer:\(layer.name)", name: layer.name, operation: layer.operation))
    }
    guard !layers.isEmpty else {
      throw ToolError.data(
        "there is no layer between what is fed and '\(options.explain.to)': name one with --layer")
    }
    return layers
  }

  /// Operations that only move numbers, so that the units behind them are those ahead.
  private static let moving: Set = [
    "Cast", "Dropout", "Expand", "Flatten", "Gather", "Identity", "Reshape", "Shape", "Slice",
    "Split", "Squeeze", "Transpose", "Unsqueeze",
  ]
}
