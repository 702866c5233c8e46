// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch
import Visualization

/// What `attribute explain` has found.
public struct Explanation: Sendable {
  public let plan: ExplainPlan
  public let model: ONNXModel
  public let inputs: LoadedInputs
  public let attributions: Attributions
  /// What is shown and written: the attributions, or their sizes where those are wanted.
  public let activation: Activation
  public let rows: [ExplainedRow]
  /// The gradient at the input, where a picture is wanted.
  public let gradient: Tensor?
}

/// What is told of one instance.
public struct ExplainedRow: Sendable, Equatable {
  public let name: String
  /// The class that the model predicts; `nil` where its first output has no classes.
  public let label: Int?
  /// What its first output says for that class; `nil` where it is not one number a class.
  public let score: Double?
  /// The quantity at the instance, at the path's end and start.
  public let quantity: Double
  public let end: Double?
  public let start: Double?
  /// Σ of its attributions.
  public let sum: Double
  public let gap: Double?
  public let standardError: Double?

  /// The gap as a share of the quantity's change; `nil` where nothing changes.
  public var relativeGap: Double? {
    guard let gap, let start, let end, end != start else { return nil }
    return abs(gap / (end - start))
  }
}

extension ExplainPlan {
  /// Loads the model and the inputs, explains them, and writes nothing.
  public func explanation() throws -> Explanation {
    for output in outputs { try SystemFile.checkWritable(output.path) }
    let model = try ONNXModel(
      path: options.model, elementType: options.usesDoublePrecision ? .float64 : nil)
    let loader = InputLoader(model: model, scaling: options.imageScaling)
    let inputs = try loader.load(options.inputs)
    let labels = options.labels.count
    guard labels == 0 || labels == inputs.instances.count else {
      throw ToolError.usage(
        "--label has \(labels) class\(labels == 1 ? "" : "es"), and there are "
          + "\(inputs.instances.count) instances: give one for each, or --quantity class:3 for all")
    }
    try check(outputs, of: model)
    try setThreads(inputs)
    var engine = try engine(for: model) { file, isInput in
      try read(file, isInput: isInput, loader)
    }
    try checkPoints(engine, inputs)
    let progress = options.showsProgress ? ProgressBar() : nil
    if let progress { engine.onProgress = { progress.show($0) } }
    defer { progress?.clear() }
    let attributions = try engine.attributions(for: inputs.inputs)
    progress?.clear()
    let wantsPicture = outputs.contains { $0.kind == .png }
    let shown = options.isAbsolute ? try attributions.absolute() : attributions.activation
    return Explanation(
      plan: self, model: model, inputs: inputs, attributions: attributions, activation: shown,
      rows: try rows(attributions, model, inputs),
      gradient: wantsPicture ? try gradient(model, inputs) : nil)
  }

  private func read(_ file: String, isInput: Bool, _ loader: InputLoader) throws -> Tensor {
    let isImage = ["png", "jpg", "jpeg"].contains(file.fileExtension)
    guard isInput || isImage else {
      let tensor = try Tensor(contentsOfNPY: file)
      try InputLoader.checkFinite(tensor, file: file)
      return tensor
    }
    guard loader.model.inputs.count == 1 else {
      throw ToolError.data(
        "\(file) cannot be taken for an input: the model has several, \(loader.model.inputs.names)")
    }
    return try loader.tensor(of: file, for: loader.model.inputs[0])
  }

  /// Evaluations for an instance, of one baseline.
  private var evaluations: Int {
    switch distribution {
    case .point: 1
    case .gaussian(_, let count), .expected(let count): count
    case .linear, .polyline: steps
    }
  }

  /// One thread where the work is small: threads that wait for each other take more time than they
  /// save there, forty times as much where other programs want the processor.
  ///
  /// A parameter is used once at each place of the input, at most: parameters × elements ×
  /// evaluations bounds the multiplications of a forward pass, and a billion take a tenth of a second.
  private func setThreads(_ inputs: LoadedInputs) throws {
    if let threads = options.threads { return try Runtime.setThreadCount(threads) }
    let parameters = SystemFile.byteCount(options.model) / 4
    let elements = inputs.tensors.values.reduce(0) { $0 + $1.count }
    let work = Double(parameters) * Double(elements) * Double(evaluations)
    if work < 1e9 { try Runtime.setThreadCount(1) }
  }

  /// Whether the points of a polyline are such as the model has at the distribution's cut.
  private func checkPoints(_ engine: InternalInfluence, _ inputs: LoadedInputs) throws {
    guard case .polyline(let file) = distribution,
      let path = (engine.distribution as? PathDistribution)?.path as? PolylinePath
    else { return }
    let cut = distributionCut ?? slice.start
    let places = try cut.places(in: engine.model)
    let values = try withoutRecording {
      try cut.read(
        engine.model.evaluate(places, given: inputs.given(for: engine.model, rows: 0..<1)))
    }
    for value in values {
      for point in path.waypoints where point.shape.dropFirst() != value.shape.dropFirst() {
        throw ToolError.data(
          "the points in \(file) have shape \(Array(point.shape.dropFirst())), and an instance at "
            + "'\(cut.name)' has \(Array(value.shape.dropFirst()))")
      }
    }
  }

  /// What outputs ask for that the model cannot give, found out before the work.
  private func check(_ outputs: [OutputFile], of model: ONNXModel) throws {
    let places = try slice.start.places(in: model)
    if let file = outputs.first(where: { $0.kind != .json }), places.count > 1 {
      throw ToolError.data(
        "\(file.path) holds one array, and '\(options.from)' has \(places.count) tensors "
          + "(\(places.map(\.description).joined(separator: ", "))): name one with --from")
    }
    if let file = outputs.first(where: { $0.kind == .png }) {
      guard model.inputs.count == 1, ImageFormat(model.inputs[0]) != nil else {
        let shapes = model.inputs.map { "'\($0.name)' \($0.shape.map(\.shapeText) ?? "[…]")" }
        throw ToolError.data(
          "\(file.path): there is no picture of this model's input, \(shapes.joined(separator: ", ")),"
            + " which is no image: write a .npy or .json file")
      }
    }
  }

  /// The gradient at the instances and the input, for comparison.
  private func gradient(_ model: ONNXModel, _ inputs: LoadedInputs) throws -> Tensor {
    var saliency = Saliency(
      model, quantity: quantity, slice: NetworkSlice(from: InputCut(), to: slice.end))
    if let rows = options.rowsAtOnce { saliency.engine.rowLimit = .rows(rows) }
    return try saliency.attributions(for: inputs.inputs).values
  }

  private func rows(
    _ attributions: Attributions, _ model: ONNXModel, _ inputs: LoadedInputs
  ) throws -> [ExplainedRow] {
    let predictions = try Prediction.all(of: model, inputs)
    let quantity = try attributions.quantity.instance.numbers()
    let ends = try attributions.quantity.end?.numbers()
    let starts = try attributions.quantity.start?.numbers()
    let gaps = try attributions.completenessGap?.numbers()
    let errors = try attributions.errorEstimate?.numbers()
    let sums = try attributions.activation.tensors.map { tensor in
      try tensor.converted(to: .float64).reshaped(to: [inputs.instances.count, -1])
        .sum(axes: [1]).numbers()
    }
    return inputs.instances.enumerated().map { index, instance in
      ExplainedRow(
        name: instance.name, label: predictions?[index].label, score: predictions?[index].score,
        quantity: quantity[index], end: ends?[index], start: starts?[index],
        sum: sums.reduce(0) { $0 + $1[index] }, gap: gaps?[index], standardError: errors?[index])
    }
  }
}

/// What a model says of one instance.
struct Prediction {
  /// `nil` where the output has one column.
  let label: Int?
  let score: Double

  /// The predictions of all instances; `nil` where the first output is not `[rows, classes]`.
  static func all(of model: ONNXModel, _ inputs: LoadedInputs) throws -> [Prediction]? {
    let count = inputs.instances.count
    var predictions: [Prediction] = []
    for start in stride(from: 0, to: count, by: 64) {
      let given = try inputs.given(for: model, rows: start..<min(start + 64, count))
      let output = try withoutRecording { try model.evaluate([model.outputs[0]], given: given)[0] }
      guard output.rank == 2, output.shape[1] > 0 else { return nil }
      let scores = try output.numbers()
      let classes = output.shape[1]
      for row in 0..<output.shape[0] {
        let own = scores[row * classes..<(row + 1) * classes]
        // The first among equals, as the engine has it.
        let best = own.indices.dropFirst().reduce(own.startIndex) { own[$1] > own[$0] ? $1 : $0 }
        predictions.append(
          Prediction(label: classes > 1 ? best - own.startIndex : nil, score: own[best]))
      }
    }
    return predictions
  }
}
