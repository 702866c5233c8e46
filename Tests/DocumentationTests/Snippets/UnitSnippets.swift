// SPDX-License-Identifier: Apache-2.0

import Attribution
import Evaluation
import ONNX
import TestSupport
import Testing
import Torch

@Suite struct UnitSnippets {
  init() throws { try Workplace.enter() }

  @Test func `ranking units, and looking at what they look at`() throws {
    // snippet: units
    let model = try ONNXModel(path: "Models/digits.onnx")
    let digit = try Tensor(contentsOfNPY: "Data/eight.npy")  // [1, 1, 8, 8], from 0 to 1
    let why = WeightedSum.scoreDifference(8, minus: 3)

    let influence = UnitInfluence(model, of: .layer("relu2"), quantity: why)
    let ranking = try influence.ranking(for: digit)
    for unit in ranking.units.prefix(3) { print(unit.name, unit.mean) }  // 28, 22, 27
    print(ranking.flow.sum ?? 0, ranking.unitsHolding(0.8))  // all of the change, in 15 of 32 units

    let view = UnitView(model, of: .layer("relu2"))
    let looksAt = try view.attributions(of: ranking.units.prefix(3).map(\.unit), for: digit)
    print(looksAt[0].values.shape)  // [1, 1, 8, 8]: what moves channel 28
    // end
    #expect(ranking.units.prefix(3).map(\.unit) == [28, 22, 27])
    #expect(abs((ranking.flow.sum ?? 0) - (ranking.flow.change ?? 0)) < 1e-3)
    #expect(ranking.unitsHolding(0.8) == 15)
    #expect(looksAt.map(\.values.shape) == Array(repeating: [1, 1, 8, 8], count: 3))

    // snippet: unit-passages
    var kept = influence
    kept.engine.keepsInfluence = true
    let scores = try kept.scores(for: Inputs(digit))
    if let there = scores.attributions.influence?.tensors[0] {
      let parts = try view.passages(through: [28], influence: there, for: Inputs(digit))
      print(try parts[0].values.sum().number(), ranking.units[0].mean)  // nearly the same
    }
    let map = try InfluenceDirected(model, through: 3, unitsOf: .layer("relu2"), quantity: why)
      .attributions(for: digit)  // of the three together
    // end
    #expect(map.values.shape == digit.shape)
  }

  @Test func `a data set, a part of a file at a time`() throws {
    let model = try ONNXModel(path: "Models/digits.onnx")
    // snippet: unit-statistics
    let file = try NPYFile(path: "Data/ten-digits.npy")  // may be larger than the memory
    let quantities: [any QuantityOfInterest] = [.classScore(8), .classScore(3)]
    let influence = UnitInfluence(model, of: .layer("relu3"))
    let found = try influence.statistics(
      of: file.shape[0], rowsAtOnce: 5, quantities: quantities, strongest: 4
    ) { Inputs(try file.rows($0)) }
    for unit in found[0].ranking(by: .supporting).units.prefix(5) {
      print(unit.name, unit.mean, unit.standardError ?? 0, unit.strongest.map(\.instance))
    }
    // end
    #expect(found.map(\.instances) == [10, 10])
    #expect(found[0].ranking().units.allSatisfy { $0.strongest.count == 4 })
  }

  @Test func `what a few units keep`() throws {
    let model = try ONNXModel(path: "Models/digits.onnx")
    // snippet: unit-essence
    let digits = Inputs(try Tensor(contentsOfNPY: "Data/ten-digits.npy"))
    let eight = ClassScore.classScore(8)
    let ranking = try UnitInfluence(model, of: .layer("relu3"), quantity: eight)
      .ranking(for: digits, by: .supporting)
    let curve = try UnitEssence(model, of: .layer("relu3"), quantity: eight).curve(
      keeping: ranking.units.map(\.unit), counts: [0, 4, 16, 64], of: digits,
      labels: Array(0...9), subject: 8)
    for point in curve { print(point.kept, point.quantity, point.recall ?? 0) }
    // end
    #expect(curve.map(\.kept) == [0, 4, 16, 64])
    #expect(curve.last?.recall == 1 && curve.last?.accuracy == 1)
  }

  @Test func `vehicles of which it is known what tells them apart`() throws {
    // snippet: vehicles
    let set = try Vehicles(count: 20, seed: 7, only: .sedan)
    let network = try ONNXModel(path: "Models/vehicles.onnx")
    let roofs = try set.masks(against: .convertible)  // [20, 1, 40, 40]
    let sedan = ClassScore.classScore(0)
    let maps = try IntegratedGradients(
      network, quantity: sedan - ClassScore.classScore(1), steps: 16, rule: .secant
    ).attributions(for: set.images).values
    let importance = try RelativeImportance.of(maps, in: roofs)
    print(importance.reduce(0, +) / 20)  // 1 by chance
    // end
    #expect(importance.reduce(0, +) / 20 > 3)
  }
}
