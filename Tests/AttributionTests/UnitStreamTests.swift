// SPDX-License-Identifier: Apache-2.0

import Attribution
import Synchronization
import TestSupport
import Testing
import Torch

/// Data sets that are read a part at a time, with quantities that hold something of each instance.
@Suite struct UnitStreamTests {
  private static let labels = [0, 2, 1, 1, 0, 2, 2, 0, 1, 2, 0]

  /// What is held of each instance: a class, a class against another, and weights of its own.
  private static func quantities() throws -> [any QuantityOfInterest] {
    let byLabel = ClassScore(.labels(labels))
    let weights = try Tensor.normal([11, 3], type: .float64, from: Generator(seed: 5))
    return [
      byLabel, ClassProbability(.labels(labels)), byLabel - ClassScore(.predicted),
      WeightedActivation(weights),
    ]
  }

  @Test(arguments: [1, 4, 64], 0..<4)
  func `scores are of each instance's own label, whatever part it comes in`(
    size: Int, index: Int
  ) throws {
    let quantity = try Self.quantities()[index]
    let rows = try ToyModels.rows(11)
    let influence = UnitInfluence(
      try ToyModels.smooth(), of: .layer("second"), to: .output, steps: 10)
    let whole = try influence.scores(for: Inputs(rows), quantities: [quantity])[0].values
    let found = try influence.statistics(
      of: 11, rowsAtOnce: size, quantities: [quantity], strongest: 11
    ) { Inputs(try rows[$0]) }[0]
    #expect(found.configuration?.quantity == quantity.name)
    for unit in found.ranking().units {
      let own = unit.strongest.sorted { $0.instance < $1.instance }.map(\.score)
      try expectClose(Tensor(own), whole[.all, unit.unit], absolute: 1e-12)
    }
  }

  @Test(arguments: [1, 4, 64], 0..<4)
  func `what is left where some units are kept is of each instance's own label`(
    size: Int, index: Int
  ) throws {
    let rows = try ToyModels.rows(11)
    var essence = UnitEssence(
      try ToyModels.smooth(), of: .layer("second"), quantity: try Self.quantities()[index],
      to: .output)
    let order = [1, 0, 2]
    let whole = try essence.curve(
      keeping: order, counts: [0, 1, 3], of: Inputs(rows), labels: Self.labels)
    essence.rowsAtOnce = size
    let parts = try essence.curve(
      keeping: order, counts: [0, 1, 3], of: 11, labels: Self.labels
    ) { Inputs(try rows[$0]) }
    for (own, all) in zip(parts, whole) {
      expectClose(own.quantity, all.quantity, absolute: 1e-12)
      expectClose(
        try #require(own.standardError), try #require(all.standardError), absolute: 1e-12)
      #expect(own.accuracy == all.accuracy)
    }
  }

  @Test func `chosen instances keep what is theirs, in any order`() throws {
    let output = try ToyModels.rows(11)[.all, 0..<3]
    func explained(_ rows: [Int]) throws -> ExplainedOutput {
      let own = try output.selecting(Tensor(rows))
      return ExplainedOutput(output: own, instance: try Tensor.range(to: rows.count))
    }
    let all = try explained(Array(0..<11))
    let rows = [10, 3, 3, 0]
    let some = try explained(rows)
    for quantity in try Self.quantities() {
      let chosen = try quantity.choosing(instances: rows)
      #expect(chosen.name == quantity.name)
      try expectClose(
        chosen.values(of: some.output, explaining: some),
        quantity.values(of: output, explaining: all).selecting(Tensor(rows)))
    }
    #expect(throws: QuantityError.labelCount(11, instances: 12)) {
      try ClassScore(.labels(Self.labels)).choosing(instances: [0, 11])
    }
  }

  @Test func `progress is that of the whole data set`() throws {
    let rows = try ToyModels.rows(11)
    var influence = UnitInfluence(
      try ToyModels.smooth(), of: .layer("second"), quantity: .classScore(1), to: .output, steps: 10
    )
    let seen = Mutex<[Progress]>([])
    influence.engine.onProgress = { progress in seen.withLock { $0.append(progress) } }
    _ = try influence.statistics(
      of: 11, rowsAtOnce: 4, quantities: [influence.engine.quantity]
    ) { Inputs(try rows[$0]) }
    let fractions = seen.withLock { $0.map(\.fraction) }
    let evaluations = seen.withLock { $0.map(\.evaluations) }
    #expect(fractions == fractions.sorted() && evaluations == evaluations.sorted())
    expectClose(try #require(fractions.last), 1)
    // Ten steps of eleven instances.
    #expect(evaluations.last == 110)
  }
}
