// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Torch

extension ExplainPlan {
  /// Loads the model and the inputs, explains them, and writes nothing.
  public func explanation() throws -> Explanation {
    let files = outputs.map(\.path) + [options.standardErrors].compactMap { $0 }
    for file in files { try SystemFile.checkWritable(file) }
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
    var engine = try engine(for: model, materials(loader, inputs))
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
    let count = inputs.instances.count
    func flat(_ activation: Activation) throws -> Tensor {
      try .concatenated(
        activation.tensors.map { try $0.converted(to: .float64).reshaped(to: [count, -1]) },
        axis: 1)
    }
    let sums = try flat(attributions.activation).sum(axes: [1]).numbers()
    let deviations = try attributions.standardError.map(flat)
    let deviationSums = try deviations?.sum(axes: [1]).numbers()
    let deviationPeaks = try deviations?.max(axes: [1]).numbers()
    return inputs.instances.enumerated().map { index, instance in
      ExplainedRow(
        name: instance.name, label: predictions?[index].label, score: predictions?[index].score,
        quantity: quantity[index], end: ends?[index], start: starts?[index],
        sum: sums[index], gap: gaps?[index], errorEstimate: errors?[index],
        standardError: deviationSums.flatMap { sums in
          deviationPeaks.map { StandardError(sum: sums[index], greatest: $0[index]) }
        })
    }
  }
}
