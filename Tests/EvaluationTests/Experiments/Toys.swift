// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import Foundation
import Synchronization
import Torch

/// What a network was asked, over all its evaluations.
final class Count: Sendable {
  private let counts = Mutex((rows: 0, most: 0))
  var rows: Int { counts.withLock { $0.rows } }
  var most: Int { counts.withLock { $0.most } }
  func add(_ rows: Int) {
    counts.withLock { counts in
      counts.rows += rows
      counts.most = max(counts.most, rows)
    }
  }
}

enum Toys {
  /// Two classes from three features: tanh(x₀ + 2 x₁) and x₂².
  static func model(_ count: Count = Count()) -> FunctionModel {
    FunctionModel(inputs: [ModelInput("x", elementType: .float64)], outputs: ["y"]) { values in
      let x = try values["x"]
      count.add(x.shape[0])
      func feature(_ index: Int) throws -> Tensor {
        try x.sliced(axis: 1, from: index, to: index + 1)
      }
      let first = try (feature(0) + feature(1) * 2).hyperbolicTangent()
      try values.mark("y", .concatenated([first, feature(2).squared()], axis: 1))
    }
  }

  static func instances(_ count: Int, seed: UInt64 = 3) throws -> Tensor {
    try .normal([count, 3], type: .float64, from: Generator(seed: seed))
  }

  static let methods: [ExperimentMethod] =
    ExperimentMethod.paths(by: [GaussLegendreRule(), RiemannRule(.right)], steps: 4) + [
      ExperimentMethod("gradient", distribution: PointDistribution(), measure: .influence),
      ExperimentMethod(
        "noise", distribution: GaussianDistribution(standardDeviation: 0.1, count: 3, seed: 5)),
    ]

  static func experiment(
    instances: Int = 10, model: any Model = model(), rowsAtOnce: Int? = 4,
    _ change: (inout Experiment) -> Void = { _ in }
  ) throws -> Experiment {
    var experiment = Experiment(
      "toy", summary: "which rule?", seed: 7, models: [ExperimentModel("net", model)],
      data: [try ExperimentData("normal", Self.instances(instances))],
      quantities: [
        ExperimentQuantity("first", ClassScore(.index(0))),
        ExperimentQuantity("second", ClassScore(.index(1))),
      ], methods: methods, controls: [.random], metrics: [FirstShare(), Ladder()],
      rowsAtOnce: rowsAtOnce)
    change(&experiment)
    return experiment
  }
}

/// The first feature's share of all attributions; not known where there are none.
struct FirstShare: Metric {
  var name = "first share"
  let family = MetricFamily.complexity
  let direction = MetricDirection.higherIsBetter
  let unit = "share"

  func cost(features: Int) -> MetricCost { MetricCost() }

  func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let sizes = try explanation.attributions.values.absolute()
    let sums = try sizes.sum(axes: [1]).numbers()
    let first = try sizes.sliced(axis: 1, from: 0, to: 1).numbers()
    return MetricResult(zip(first, sums).map { $1 == 0 ? .nan : $0 / $1 })
  }
}

/// The quantity on the way to the instance, with a random step: a curve, and random numbers.
struct Ladder: Metric {
  let name = "ladder, \"steep\""
  let family = MetricFamily.faithfulness
  let direction = MetricDirection.lowerIsBetter
  let unit = ""

  func cost(features: Int) -> MetricCost { MetricCost(forwardRows: 3) }

  func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    let positions = [0, 0.5, 1]
    let heights = try positions.map { position in
      try explanation.values(at: explanation.activation.map { try $0 * position }).numbers()
    }
    let draws = try (0..<explanation.count).map {
      try Tensor.uniform(
        [1], type: .float64, from: explanation.generator(for: $0, seed: seed)
      ).number()
    }
    return MetricResult(
      draws,
      curves: MetricCurves(
        position: "share of the way", positions: positions,
        heights: (0..<explanation.count).map { row in heights.map { $0[row] } }))
  }
}

/// Fails at one instance of the data.
struct Failing: Metric {
  let instance: Int
  let name = "failing"
  let family = MetricFamily.axiomatic
  let direction = MetricDirection.lowerIsBetter
  let unit = ""

  func cost(features: Int) -> MetricCost { MetricCost() }

  func scores(of explanation: Explanation, seed: UInt64) throws -> MetricResult {
    guard !explanation.indices.contains(instance) else {
      throw MetricError.unsuitable(metric: name, reason: "does not like \(instance)")
    }
    return MetricResult(explanation.indices.map(Double.init))
  }
}

/// A folder that goes when the test is over.
final class Workplace {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  /// All files below a folder, as paths within it.
  func files(in folder: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: path(folder))?.allObjects as? [String] ?? []
    return names.filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(
        atPath: path(folder + "/" + name), isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
  }

  /// What stands in all result files but what tells of time.
  func numbers(in folder: String) throws -> [String: Data] {
    var numbers: [String: Data] = [:]
    for file in files(in: folder) where !file.contains("/chunks/") && !file.hasPrefix(".") {
      let data = try Data(contentsOf: URL(fileURLWithPath: path(folder + "/" + file)))
      let text = file.hasSuffix(".npy") ? nil : String(decoding: data, as: UTF8.self)
      numbers[file] = text.map { Data(Self.withoutTimes($0, file).utf8) } ?? data
    }
    return numbers
  }

  private static func withoutTimes(_ text: String, _ file: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if file.hasSuffix(".json") {
      return lines.filter { !$0.contains("\"seconds\"") }.joined(separator: "\n")
    }
    // The time stands last, or ahead of the folder.
    let place = ["instances.csv": 1, "summary.csv": 2][file.split(separator: "/").last ?? ""]
    guard let place else { return text }
    return lines.map { line in
      var fields = line.split(separator: ",", omittingEmptySubsequences: false)
      if fields.count >= place { fields.remove(at: fields.count - place) }
      return fields.joined(separator: ",")
    }.joined(separator: "\n")
  }
}
