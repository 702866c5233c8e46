// SPDX-License-Identifier: Apache-2.0

import Attribution
import Foundation
import TestSupport
import Testing
import Torch

/// Agreement with published algorithms, written down in numpy by `Fixtures/make_path_fixtures.py`.
@Suite struct PathFixtureTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/paths")

  static func load(_ name: String) throws -> Tensor {
    try Tensor(contentsOfNPY: folder.appending(path: "\(name).npy").path)
  }

  static func model(_ type: ElementType = .float64) throws -> FunctionModel {
    let (hidden, output) = (
      try load("hidden").converted(to: type), try load("output").converted(to: type)
    )
    return FunctionModel(
      inputs: [ModelInput("x", elementType: type)], outputs: ["y"], layers: ["hidden", "y"]
    ) { values in
      let first = try values.mark("hidden", values["x"].matrixProduct(hidden))
      try values.mark("y", first.hyperbolicTangent().matrixProduct(output))
    }
  }

  static func explain(
    _ distribution: any DistributionOfInterest, type: ElementType = .float64, rows: Int? = nil,
    quantity: any QuantityOfInterest = ClassScore(.predicted)
  ) throws -> Attributions {
    var engine = InternalInfluence(
      try model(type), distribution: distribution, quantity: quantity)
    if let rows { engine.rowLimit = .rows(rows) }
    return try engine.attributions(for: load("inputs").converted(to: type))
  }

  static func baseline() throws -> any Baseline { TensorBaseline(try load("baselines")) }

  @Test(
    arguments: ["20-0.25-0.02", "50-0.25-0.1", "10-0.1-1.0", "20-1.0-0.02", "20-0.25-0.0"],
    [1, 2, 100])
  func `the guided path is the published one, whatever the batch`(
    setting: String, rows: Int
  ) throws {
    let numbers = setting.split(separator: "-").compactMap { Double($0) }
    let distribution = GuidedDistribution(
      from: try Self.baseline(), steps: Int(numbers[0]), fraction: numbers[1],
      maxDistance: numbers[2])
    let result = try Self.explain(distribution, rows: rows)
    try expectClose(
      result.values, Self.load("guided-\(setting)"), absolute: 1e-10, relative: 1e-9)
    #expect(result.cost.samples == Int(numbers[0]))
  }

  @Test(arguments: ["20-0.25-0.02", "50-0.25-0.1", "10-0.1-1.0"])
  func `in float32 the guided path is the same up to rounding`(setting: String) throws {
    let numbers = setting.split(separator: "-").compactMap { Double($0) }
    let distribution = GuidedDistribution(
      from: try Self.baseline(), steps: Int(numbers[0]), fraction: numbers[1],
      maxDistance: numbers[2])
    let result = try Self.explain(distribution, type: .float32)
    let expected = try Self.load("guided-\(setting)")
    #expect(try relativeL1(result.values.converted(to: .float64), expected) < 1e-4)
  }

  @Test func `important directions are the published ones`() throws {
    let result = try Self.explain(
      .importantDirections(from: Self.baseline(), steps: 16))
    try expectClose(
      result.values, Self.load("important-directions-16"), absolute: 1e-12, relative: 1e-10)
  }

  @Test(arguments: [1, 3, 100]) func `adversarial paths are the published ones`(
    rows: Int
  ) throws {
    let distribution = AdversarialDistribution(against: .strongest(2), moves: 12)
    let result = try Self.explain(
      distribution, rows: rows, quantity: ClassProbability(.predicted))
    try expectClose(
      result.values, Self.load("adversarial-2-12-0.05"), absolute: 1e-12, relative: 1e-9)
  }
}
