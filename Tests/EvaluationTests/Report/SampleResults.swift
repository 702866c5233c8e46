// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Foundation
import Torch

/// Results as an experiment would leave them, with a folder of attributions, made up by formulas.
struct SampleResults {
  var name = "rules on digits"
  var methods = ["secant 4", "secant 8", "secant 16", "midpoint 8", "midpoint 32", "random"]
  var instances = 12
  /// Of an image; one number for a vector.
  var shape = [1, 12, 12]
  /// The first so many of an error, one with curves, and a correlation.
  var metrics = 3
  /// Places of methods that failed.
  var failed: Set<Int> = []
  /// What becomes of a score.
  var score: @Sendable (Double, _ method: Int, _ instance: Int) -> Double = { score, _, _ in score }

  /// A folder that is removed at the end.
  func withFolder<Result>(_ body: (ExperimentResults, String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let cells = try methods.indices.map { try cell($0, folder.path) }
    return try body(
      ExperimentResults(name: name, summary: "Which rule, and how many steps?", cells: cells),
      folder.path)
  }

  /// The instances, as they would be given to the model.
  func images() throws -> Tensor {
    try array { instance, element in
      let width = shape.last ?? 1
      let (row, column) = (Double(element / width % width), Double(element % width))
      let across = (column - 3 - Double(instance % 5)) / 2
      return exp(-across * across) * (row > 2 ? 1 : 0.2)
    }
  }

  private func cell(_ method: Int, _ folder: String) throws -> CellResult {
    let identity = CellIdentity(
      model: "digits", data: "test digits", slice: "input → logits", quantity: "predicted class",
      method: methods[method])
    guard !failed.contains(method) else {
      return CellResult(cell: identity, failure: "the rule has no secant for 'Round'")
    }
    let file = "cell-\(method).npy"
    try attributions(method).writeNPY(to: folder + "/" + file)
    let steps = methods[method].split(separator: " ").last.flatMap { Double($0) } ?? 1
    let records = (0..<instances).map { instance in
      InstanceRecord(
        index: instance, quantity: 5 + sin(Double(instance)), gap: method == 5 ? nil : 0.01 / steps,
        errorEstimate: method == 5 ? nil : 0.4 / steps / steps.squareRoot(), evaluations: steps,
        seconds: 0.0007 * steps)
    }
    return CellResult(
      cell: identity, instances: records,
      metrics: Array(metrics(method, steps: steps).prefix(metrics)),
      configuration: try Self.configuration("straight path, \(methods[method])"),
      attributions: file)
  }

  private func metrics(_ method: Int, steps: Double) -> [MetricRecord] {
    // Numbers that look random and are the same everywhere.
    func noise(_ instance: Int, _ salt: Int) -> Double {
      let product = UInt64(instance * 7919 + salt * 104_729 + method * 31 + 1)
      return Double((product &* 0x9E37_79B9_7F4A_7C15) >> 40) / Double(1 << 24)
    }
    let errors = (0..<instances).map {
      score(0.5 / steps / steps.squareRoot() * (0.5 + noise($0, 1)), method, $0)
    }
    let positions = (0...20).map { Double($0) / 20 }
    let heights = (0..<instances).map { instance in
      positions.map { exp(-$0 * (method == 5 ? 1 : 4 + noise(instance, 2))) }
    }
    let areas = heights.enumerated().map { score($1.reduce(0, +) / 21, method, $0) }
    let correlations = (0..<instances).map { score(0.9 - 0.3 * noise($0, 3), method, $0) }
    return [
      MetricRecord(
        name: "error", family: .axiomatic, direction: .lowerIsBetter, unit: "",
        result: MetricResult(errors)),
      MetricRecord(
        name: "deletion", family: .faithfulness, direction: .lowerIsBetter, unit: "probability",
        result: MetricResult(
          areas,
          curves: MetricCurves(
            position: "share of pixels removed", positions: positions, heights: heights))),
      MetricRecord(
        name: "faithfulness correlation", family: .faithfulness, direction: .higherIsBetter,
        unit: "correlation", result: MetricResult(correlations)),
    ]
  }

  private func attributions(_ method: Int) throws -> Tensor {
    try array { instance, element in
      let width = shape.last ?? 1
      let (row, column) = (Double(element / width % width), Double(element % width))
      let distance = (column - 3 - Double(instance % 5)) / 2
      let wave = method == 5 ? sin(Double(element * 37 + instance)) : cos(row / 2) + 0.4
      return wave * exp(method == 5 ? 0 : -distance * distance) * (method == 3 ? 10 : 1)
    }
  }

  private func array(_ value: (_ instance: Int, _ element: Int) -> Double) throws -> Tensor {
    let elements = shape.reduce(1, *)
    return try Tensor(
      (0..<instances).flatMap { instance in
        (0..<elements).map { Float(value(instance, $0)) }
      }, shape: [instances] + shape)
  }

  /// What an engine would say of itself, read as it is written in files.
  private static func configuration(_ distribution: String) throws -> Configuration {
    let words = [
      "from": "input", "to": "logits", "at": "input", "distribution": distribution,
      "quantity": "predicted class", "measure": "attribution", "statistic": "mean",
      "libtorch": "1.13.0",
    ]
    return try JSONDecoder().decode(Configuration.self, from: JSONEncoder().encode(words))
  }
}
