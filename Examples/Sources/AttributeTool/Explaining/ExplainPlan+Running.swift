// SPDX-License-Identifier: Apache-2.0

import Attribution
import ONNX
import Tables
import Text
import Torch

extension ExplainPlan {
  /// Loads the model and the inputs, explains them, and writes nothing.
  public func explanation() throws -> Explanation { try explanation(of: model()) }

  /// Loads the model, once it is clear that files can be written.
  func model() throws -> ONNXModel {
    let files = outputs.map(\.path) + [options.standardErrors].compactMap { $0 }
    for file in files { try SystemFile.checkWritable(file) }
    return try ONNXModel(
      path: options.model, elementType: options.usesDoublePrecision ? .float64 : nil)
  }

  /// Loads the inputs of a model that is loaded, explains them, and writes nothing.
  func explanation(of model: ONNXModel) throws -> Explanation {
    try reading(LoadedTable(options, for: model)).explanation(in: model)
  }

  private func explanation(in model: ONNXModel) throws -> Explanation {
    let loader = InputLoader(model: model, scaling: options.imageScaling)
    let texts =
      options.text.areRead
      ? try TextLoader(
        loader, options: options.text, others: options.inputs) : nil
    if texts != nil { _ = try slice.start.places(in: model) }
    let batches = try texts?.load() ?? [table?.inputs ?? arrays(loader)]
    let instances = batches.flatMap(\.instances)
    let labels = options.labels.count
    guard labels == 0 || labels == instances.count else {
      throw ToolError.usage(
        "--label has \(labels) class\(labels == 1 ? "" : "es"), and there are "
          + "\(instances.count) instances: give one for each, or --quantity class:3 for all")
    }
    try check(outputs, of: model)
    if let first = batches.first { try setThreads(first) }
    let similarity = try texts.flatMap { try self.similarity($0, model) }
    let progress = options.showsProgress ? ProgressBar() : nil
    defer { progress?.clear() }
    var done: [ExplainedBatch] = []
    for inputs in batches {
      var engine = try engine(
        for: model, materials(loader, inputs, tokenizer: texts?.tokenizer),
        holding: held(in: inputs))
      let first = done.reduce(0) { $0 + $1.rows.count }
      engine.quantity =
        try similarity
        ?? regressionQuantity(of: inputs, in: model)
        ?? quantity(ofRows: first..<first + inputs.instances.count, inputs, texts?.tokenizer)
      if let progress { engine.onProgress = { progress.show($0) } }
      let attributions = try engine.attributions(for: inputs.inputs)
      // An encoder's output has no classes.
      let predictions =
        similarity == nil
        ? try Prediction.all(
          of: model, inputs, read: engine.quantity, at: slice.end, naming: texts?.tokenizer) : nil
      done.append(
        try ExplainedBatch(
          attributions, of: inputs, predictions: predictions, isAbsolute: options.isAbsolute))
    }
    progress?.clear()
    var maps = ExplainedMaps()
    if let batch = done.first, table == nil {
      maps = try self.maps(
        of: batch, in: model, materials(loader, batch.inputs, tokenizer: nil))
    }
    var explanation = try explanation(of: done, instances, model, maps)
    if let table, let batch = done.first, describesFeatures {
      let materials = self.materials(loader, batch.inputs, tokenizer: nil)
      let isStarted = distribution.options.contains(.baseline) && distributionCut == nil
      let found = try ExplainedTable(
        batch, of: table, plan: self, model: model, from: isStarted ? start(materials) : nil)
      explanation.activation = Activation(try found.explanation.tensor())
      explanation.table = found
    }
    return explanation
  }

  /// What files hold, and the tokens that stand beside it.
  private func arrays(_ loader: InputLoader) throws -> LoadedInputs {
    let inputs = try loader.load(options.inputs)
    guard let tokens = options.text.tokens else { return inputs }
    return try TokenList(tokens).read(beside: inputs, of: loader.model)
  }

  private func explanation(
    of batches: [ExplainedBatch], _ instances: [Instance], _ model: ONNXModel,
    _ maps: ExplainedMaps
  ) throws -> Explanation {
    guard let first = batches.first, let activation = try batches.joined(\.activation) else {
      throw ToolError.data("there is nothing to explain")
    }
    let texts = try batches.map { batch in
      try batch.inputs.texts?.scored(batch.activation, by: options.text.reduction)
    }
    let explained = texts.compactMap { $0 }
    if let file = outputs.first(where: {
      $0.kind == .html || $0.kind == .png && options.text.isGiven
    }),
      explained.count < batches.count, maps.series == nil, table == nil
    {
      throw ToolError.data(
        "\(file.path): attributions at '\(options.from)' have no numbers for each token, so there "
          + "are no words to color, nor are they of series, [instances, channels, steps]: take --from "
          + "embeddings or input, name --time-axis, or write a .npy file")
    }
    let wantsPicture = !options.text.isGiven && outputs.contains { $0.kind == .png }
    return Explanation(
      plan: self, model: model,
      inputs: LoadedInputs(
        tensors: first.inputs.tensors, instances: instances, texts: first.inputs.texts),
      configuration: first.attributions.configuration, cost: batches.cost, activation: activation,
      standardError: try batches.joined(\.attributions.standardError),
      rows: batches.flatMap(\.rows),
      gradient: wantsPicture && maps.series == nil ? try gradient(model, first.inputs) : nil,
      texts: explained.flatMap { $0 }, maps: maps)
  }

  /// The quantity of a part of the instances.
  private func quantity(
    ofRows rows: Range<Int>, _ inputs: LoadedInputs, _ tokenizer: Tokenizer?
  ) throws -> any QuantityOfInterest {
    var words = QuantityWords.none
    if let texts = inputs.texts, let tokenizer { words = .texts(texts, tokenizer) }
    let standard = options.labels.isEmpty ? "predicted" : "class:label"
    return try QuantityGrammar.quantity(
      options.quantity ?? standard,
      labels: options.labels.isEmpty ? [] : Array(options.labels[rows]), words: words)
  }

  /// The cosine of the angle to what the model makes of another text.
  private func similarity(
    _ texts: TextLoader, _ model: ONNXModel
  ) throws -> (any QuantityOfInterest)? {
    guard let other = options.text.similarTo else { return nil }
    let given = try texts.load(other).given(for: model, rows: 0..<1)
    let places = try slice.end.places(in: model)
    let output = try withoutRecording {
      try slice.end.read(model.evaluate(places, given: given))
    }
    guard let vector = output.first, vector.rank == 2, output.count == 1 else {
      throw ToolError.data(
        "--similar-to: '\(options.to)' has shape \(output.first?.shape ?? []), and a vector for each "
          + "text is wanted, [texts, width]: name a place that has one with --to")
    }
    return CosineSimilarity(to: vector)
  }

  /// What stays where it is along a path: tokens that are of no text.
  private func held(in inputs: LoadedInputs) -> EncodedTexts? {
    options.text.movesSpecial ? nil : inputs.texts
  }

  /// The gradient at the instances and the input, for comparison.
  private func gradient(_ model: ONNXModel, _ inputs: LoadedInputs) throws -> Tensor {
    var saliency = Saliency(
      model, quantity: quantity, slice: NetworkSlice(from: InputCut(), to: slice.end))
    if let rows = options.rowsAtOnce { saliency.engine.rowLimit = .rows(rows) }
    return try saliency.attributions(for: inputs.inputs).values
  }
}
