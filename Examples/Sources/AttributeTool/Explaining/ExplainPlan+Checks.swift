// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

extension ExplainPlan {
  /// Evaluations for an instance, of one baseline.
  private var evaluations: Int {
    switch distribution {
    case .point: 1
    case .gaussian(_, let count), .expected(let count): count ?? 50
    case .adversarial, .importantDirections(.adversarial): 40 * steps
    default: steps
    }
  }

  /// One thread where the work is small: threads that wait for each other take more time than they
  /// save there, forty times as much where other programs want the processor.
  ///
  /// A parameter is used once at each place of the input, at most: parameters × elements ×
  /// evaluations bounds the multiplications of a forward pass, and a billion take a tenth of a second.
  func setThreads(_ inputs: LoadedInputs) throws {
    if let threads = options.threads { return try Runtime.setThreadCount(threads) }
    let parameters = SystemFile.byteCount(options.model) / 4
    let elements = inputs.tensors.values.reduce(0) { $0 + $1.count }
    let work = Double(parameters) * Double(elements) * Double(evaluations)
    if work < 1e9 { try Runtime.setThreadCount(1) }
  }

  /// What outputs ask for that the model cannot give, found out before the work.
  func check(_ outputs: [OutputFile<ExplainOptions.Output>], of model: ONNXModel) throws {
    if let file = outputs.first(where: { $0.kind == .html || $0.kind == .csv }), table != nil,
      !describesFeatures
    {
      throw ToolError.data(
        "\(file.path) tells of features, to which attributions belong alone: leave --from, --influence "
          + "and --absolute out, or write a .npy file")
    }
    let places = try slice.start.places(in: model)
    let isText = options.text.isGiven
    let arrays = outputs.filter { $0.kind == .npy || $0.kind == .png && !isText }.map(\.path)
    let isJoined = describesFeatures && options.standardErrors == nil
    if let file = arrays.first ?? options.standardErrors, places.count > 1, !isJoined {
      throw ToolError.data(
        "\(file) holds one array, and '\(options.from)' has \(places.count) tensors "
          + "(\(places.map(\.description).joined(separator: ", "))): name one with --from")
    }
    if let file = outputs.first(where: { $0.kind == .png }), !isText {
      guard slice.start.hasWholeMaps else {
        throw ToolError.data(
          "\(file.path): '\(options.from)' has a part of the height or width, which cannot be laid "
            + "over the image: write a .npy or .json file")
      }
      let isSeries =
        table == nil
        && (options.series.timeAxis != nil || model.inputs.contains { $0.shape?.count == 3 })
      guard isSeries || model.inputs.count == 1 && ImageFormat(model.inputs[0]) != nil else {
        let shapes = model.inputs.map { "'\($0.name)' \($0.shape.map(\.shapeText) ?? "[…]")" }
        throw ToolError.data(
          "\(file.path): there is no picture of this model's input, \(shapes.joined(separator: ", ")),"
            + " which is no image: write a .npy or .json file")
      }
    }
  }
}

extension Cut {
  /// Whether no part is taken of an axis behind the channels.
  fileprivate var hasWholeMaps: Bool {
    guard let part = self as? PartialCut else { return true }
    return part.axis == 1 && part.base.hasWholeMaps
  }
}
