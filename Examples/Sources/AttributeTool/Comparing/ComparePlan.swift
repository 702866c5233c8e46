// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import Torch

/// An experiment's file, understood.
///
/// Files that it names are found from the process's folder: ``CompareRun`` goes to the file's.
public struct ComparePlan: Sendable {
  public let experiment: Experiment
  let file: ExperimentFile

  /// - Parameters:
  ///   - text: JSON.
  ///   - name: How messages call the file.
  /// - Throws: ``ToolError/data(_:)``, which names the place.
  public init(text: [UInt8], name: String) throws {
    let file: ExperimentFile
    do {
      file = try StrictJSON.value(ExperimentFile.self, from: text)
    } catch let fault as StrictJSON.Fault {
      throw ToolError.data("\(name): \(fault)")
    }
    try self.init(file, source: String(decoding: text, as: UTF8.self), name: name)
  }

  init(_ file: ExperimentFile, source: String, name: String) throws {
    self.file = file
    let place = FilePlace(file: name)
    let arrays = ArrayCache()
    let models = try file.models.enumerated().map { index, model in
      try place.at("models[\(index)].file") { try Self.model(model) }
    }
    let data = try file.data.enumerated().map { index, data in
      try place.at("data[\(index)]") { try Self.data(data) }
    }
    let slices = try (file.slices ?? []).enumerated().map { index, slice in
      try place.at("slices[\(index)]") { try Self.slice(slice) }
    }
    let quantities = try (file.quantities ?? []).enumerated().map { index, quantity in
      try place.at("quantities[\(index)].quantity") { try Self.quantity(quantity) }
    }
    let methods = try file.methods.enumerated().flatMap { index, method in
      try place.at("methods[\(index)]") { try method.methods(arrays) }
    }
    let metrics = try file.metrics.enumerated().map { index, metric in
      try place.at("metrics[\(index)]") { try MetricGrammar.metric(metric, methods: methods) }
    }
    try place.at("rows") {
      guard file.rows ?? 1 > 0 else {
        throw ToolError.usage("at least one row is evaluated at once")
      }
    }
    try place.at("threads") {
      guard (1...1024).contains(file.threads ?? 1) else {
        throw ToolError.usage("write a number from 1 to 1024")
      }
    }
    let controls = file.controls ?? true
    let hasPictures = try file.data.contains { try $0.holdsPictures() }
    experiment = Experiment(
      file.name, summary: file.summary ?? "", seed: file.seed ?? 0, models: models, data: data,
      slices: slices.isEmpty ? [ExperimentSlice()] : slices,
      quantities: quantities.isEmpty ? [ExperimentQuantity("predicted")] : quantities,
      methods: methods,
      controls: controls ? hasPictures ? ExperimentMethod.controls : [.random] : [],
      metrics: metrics, rowsAtOnce: file.rows, source: source)
    do {
      try experiment.check()
    } catch let error as ExperimentError {
      throw ToolError.data("\(name): \(error)")
    }
  }

  private static func model(_ model: ExperimentFile.Model) throws -> ExperimentModel {
    let (file, isDouble) = (model.file, model.float64 ?? false)
    return ExperimentModel(
      model.name, hash: try SHA256.digest(ofFile: file), variant: isDouble ? "float64" : ""
    ) { try ONNXModel(path: file, elementType: isDouble ? .float64 : nil) }
  }

  private static func slice(_ slice: ExperimentFile.Slice) throws -> ExperimentSlice {
    let (from, to) = (slice.from ?? "input", slice.to ?? "logits")
    return ExperimentSlice(
      slice.name ?? "\(from) → \(to)",
      NetworkSlice(from: try CutGrammar.cut(from), to: try CutGrammar.end(to)))
  }

  private static func quantity(
    _ quantity: ExperimentFile.Quantity
  ) throws -> ExperimentQuantity {
    let text = quantity.quantity
    guard text.contains("label") else {
      return ExperimentQuantity(
        quantity.name ?? text, try QuantityGrammar.quantity(text))
    }
    _ = try QuantityGrammar.quantity(text, labels: [0])
    return ExperimentQuantity(quantity.name ?? text, configuration: text) {
      try QuantityGrammar.quantity(text, labels: $0)
    }
  }

  /// As many threads as the file says; one for small networks, where threads only wait for each other.
  func setThreads() throws {
    if let threads = file.threads { return try Runtime.setThreadCount(threads) }
    let bytes = file.models.map { SystemFile.byteCount($0.file) }.max() ?? 0
    if bytes < 1 << 20 { try Runtime.setThreadCount(1) }
  }
}

/// Where in an experiment's file something stands.
struct FilePlace {
  let file: String

  /// Tells the place of what goes wrong.
  func at<Result>(_ place: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as ToolError {
      // Options of the command line are keys here.
      throw ToolError.data("\(file): \(place): \(error.description.withoutDashes)")
    } catch {
      throw ToolError.data("\(file): \(place): \(error)")
    }
  }
}

extension String {
  fileprivate var withoutDashes: String {
    split(separator: " ", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("--") ? String($0.dropFirst(2)) : String($0) }.joined(separator: " ")
  }
}
